"""A topic of marts is switched off by one word, and what reads it goes along."""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ModelNode
from harness import ROOT, Build, close_connections, copy_project, parse

from benchmarks.topics import settings_without
from parity.parsing import parsed_sources
from serving import build as runner
from serving.metrics import AskError, asker, listed
from serving.places import Places
from serving.report import __main__ as report
from serving.semantics import semantics
from serving.settings import described_vars
from serving.superset.bundle import FOLDER, bundle

TOPICS = sorted(
    path.name for path in (ROOT / "models" / "marts").iterdir() if path.name != "core"
)
Node = dict[str, Any]


def switched_off(folder: Path, topics: Sequence[str]) -> Path:
    """A copy of the whole project in which one word per topic is another."""
    project = copy_project(folder / "project")
    shutil.copytree(ROOT / "analyses", project / "analyses")
    shutil.copytree(ROOT / "tests" / "singular", project / "tests" / "singular")
    (project / "dbt_project.yml").write_text(settings_without(topics))
    return project


def mart_names(topic: str) -> set[str]:
    """The marts of a topic, by their files."""
    folder = ROOT / "models" / "marts" / topic
    return {path.stem for path in folder.glob("*.sql")}


def readers(manifest: Node) -> Iterator[tuple[Node, set[str]]]:
    """All that reads models, but tests, with the topics whose marts it reads."""
    kinds = ("nodes", "exposures", "semantic_models", "metrics")
    of = {
        f"model.footfall.{name}": topic
        for topic in TOPICS
        for name in mart_names(topic)
    }
    for kind in kinds:
        for node in manifest[kind].values():
            if node["resource_type"] not in ("test", "seed"):
                parents = node["depends_on"]["nodes"]
                yield node, {of[each] for each in parents if each in of}


def test_every_topic_has_its_switch() -> None:
    """In one place, from which the var that others ask has it."""
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    marts = project["models"]["footfall"]["marts"]
    assert {name: marts[name]["+enabled"] for name in TOPICS} == dict.fromkeys(
        TOPICS, True
    )
    assert project["vars"]["topics"] == dict.fromkeys(TOPICS, True)
    assert described_vars()["topics"]["of"] == TOPICS


def test_what_a_topic_alone_is_made_of_goes_with_it(demo: Build) -> None:
    """But the ledger of credit, which has two forms; and nothing that others read."""
    manifest = demo.manifest()
    text = (ROOT / "dbt_project.yml").read_text()
    named = yaml.safe_load(re.sub(r"\+enabled: \*(\w+)", r"+enabled: \1", text))
    switches = named["models"]["footfall"]["intermediate"]
    models = {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
    }

    @cache
    def topics(name: str) -> set[str]:
        children = models.keys() & set(manifest["child_map"][name])
        paths = [models[each]["fqn"] for each in children]
        own = {path[2] for path in paths if path[1] == "marts"}
        return own.union(*map(topics, children))

    switched = 0
    for name, node in models.items():
        _, layer, folder, *_, model = node["fqn"]
        if layer != "intermediate":
            continue
        told, needed = switches.get(folder, {}), topics(name)
        switch = told.get(model, {}).get("+enabled", told.get("+enabled"))
        if switch:
            assert needed == {switch}, model
            switched += 1
        elif node["config"]["materialized"] == "kept" and needed != {"attribution"}:
            assert len(needed) != 1, model
    assert switched > 20


def asked_for(text: str) -> set[str]:
    """The topics that a condition in YAML asks for."""
    return set(re.findall(r"var\('topics'\)\.(\w+)", text))


def test_no_model_needs_a_mart_of_another_topic(demo: Build) -> None:
    """Nor one that is below all of them: it would go along."""
    found = {
        node["name"]: topics - {node["fqn"][2]}
        for node, topics in readers(demo.manifest())
        if node["resource_type"] == "model"
    }
    assert {name: topics for name, topics in found.items() if topics} == {}


def conditions() -> dict[str, str]:
    """What switches each exposure, analysis, semantic model and metric."""
    files = [*(ROOT / "models").glob("exposures*.yml"), ROOT / "analyses/_analyses.yml"]
    files += sorted((ROOT / "models" / "semantic").glob("*.yml"))
    return {
        each["name"] if kind != "semantic_models" else f"model {each['name']}": str(
            each["config"]["enabled"]
        )
        for file in files
        for kind, found in yaml.safe_load(file.read_text()).items()
        for each in found
    }


def test_what_reads_a_topic_asks_for_it_and_for_no_other(demo: Build) -> None:
    """Exposures, analyses and semantic models; metrics as those do."""
    told = conditions()
    names = {}
    for node, topics in readers(demo.manifest()):
        if node["resource_type"] in ("exposure", "analysis", "semantic_model"):
            is_model = node["resource_type"] == "semantic_model"
            name = f"model {node['name']}" if is_model else node["name"]
            names[name] = topics
    assert len(names) > 50
    assert {name: asked_for(told[name]) for name in names} == names
    known = semantics()
    for metric in known.metrics:
        needed = {
            topic
            for model in known.models_of(metric)
            for topic in asked_for(told[f"model {model}"])
        }
        assert asked_for(told[metric]) == needed, metric


def read(project: Path) -> Manifest:
    """The project as dbt reads it; it can."""
    manifest = parse(project, parsed_sources({}))
    assert manifest is not None
    return manifest


def left(manifest: Manifest) -> set[str]:
    """Names of all that is there to be built, tested or shown."""
    kinds: list[Mapping[str, Any]] = [
        manifest.nodes,
        manifest.exposures,
        manifest.metrics,
        manifest.semantic_models,
        manifest.unit_tests,
    ]
    return {node.name for found in kinds for node in found.values()}


@pytest.mark.parametrize(
    "topics",
    [
        # `make test` asks it of all topics at once.
        pytest.param(["content"], id="content", marks=pytest.mark.long),
        pytest.param(TOPICS, id="all"),
    ],
)
def test_dbt_reads_the_project_without_a_topic(
    tmp_path: Path, topics: list[str]
) -> None:
    """What is left is all but what read it."""
    everything = read(ROOT)
    found = read(switched_off(tmp_path, topics))
    gone = left(everything) - left(found)
    assert gone >= {name for topic in topics for name in mart_names(topic)}
    assert left(found) <= left(everything)
    for kind in ("exposures", "metrics", "semantic_models"):
        assert len(getattr(found, kind)) < len(getattr(everything, kind)), kind
    kept = {node.name for node in found.nodes.values() if node.fqn[1] == "marts"}
    assert {"fct_sessions", "dim_periods"} <= kept
    # Whoever is left asks for none of what is gone.
    known = found.nodes.keys() | found.sources.keys()
    for node in found.nodes.values():
        assert set(node.depends_on_nodes) <= known, node.name


@pytest.mark.long  # `make test` asks that dbt can read it, above.
@pytest.mark.parametrize("topic", TOPICS)
def test_the_rest_is_built_tested_published_and_shown_without_a_topic(
    demo: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, topic: str
) -> None:
    """In a database that had the topic, as whoever switches it off has one."""
    project = switched_off(tmp_path, [topic])
    database = shutil.copy(demo.database, tmp_path / "footfall.duckdb")
    where = Places(tmp_path / "serving.duckdb")
    monkeypatch.setenv("FOOTFALL_DUCKDB_PATH", str(database))
    monkeypatch.setenv("FOOTFALL_SERVING_PATH", str(where.serving))
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    monkeypatch.chdir(ROOT)
    arguments = ["--project-dir", str(project), "--profiles-dir", str(project)]
    arguments += ["--target-path", str(tmp_path / "target")]
    arguments += ["--log-path", str(tmp_path / "logs")]
    assert runner.main(arguments) == runner.GREEN
    close_connections()
    gone = mart_names(topic)
    with duckdb.connect(str(where.serving), read_only=True) as marts:
        tables = marts.execute("select name from (show tables)").fetchall()
    names = {name for (name,) in tables}
    told = {"published_build", "published_relations"}
    assert names - told == set(demo_marts()) - gone
    # The page says what is not there; charts are left out by name.
    missing = report.read_marts(where.serving)["missing"]
    assert set(missing.values()) <= gone
    _, absent = bundle(where.serving, date(2026, 11, 25))
    with duckdb.connect(str(where.serving), read_only=True) as marts:
        ((sessions,),) = marts.execute("select count(*) from fct_sessions").fetchall()
    with asker(where.serving) as asked:
        assert asked.ask(["sessions"]).rows == [(sessions,)]
        shown = {line.split()[0] for line in listed(asked, []).splitlines()}
        for metric in semantics().metrics:
            lacking = set(asked.lacking(metric))
            assert lacking <= gone
            assert (metric in shown) == (not lacking)
            if lacking:
                with pytest.raises(AskError, match="its topic is switched off"):
                    asked.ask([metric])
    assert charts_of(gone) <= {title.split(", in ")[0] for title in absent}


def charts_of(marts: set[str]) -> set[str]:
    """Titles of the dashboard's charts that read any of these, but for the currency."""
    datasets = yaml.safe_load((FOLDER / "datasets.yml").read_text())
    plan = yaml.safe_load((FOLDER / "dashboard.yml").read_text())
    return {
        chart["title"].split(", in ")[0]
        for tab in plan["tabs"]
        for row in tab["rows"]
        for chart in row["charts"]
        if marts & set(datasets[chart["dataset"]]["reads"])
    }


def demo_marts() -> list[str]:
    """The marts that are published, by their files, and the list of builds."""
    return [
        node.name
        for node in read(ROOT).nodes.values()
        if isinstance(node, ModelNode)
        and node.config.access == "public"
        and node.config.meta.get("is_published", True)
    ]


# -- The report's exposures -----------------------------------------------------------


def test_exposures_of_the_report_read_what_its_queries_do() -> None:
    """Each query is of one exposure, which depends on the marts that it reads."""
    text = (ROOT / "models" / "exposures_report.yml").read_text()
    exposures = yaml.safe_load(text)["exposures"]
    folder = ROOT / "serving" / "report" / "sql"
    marts = {path.stem for path in (ROOT / "models" / "marts").rglob("*.sql")}

    def reads(path: Path) -> set[str]:
        query = re.sub(r"--[^\n]*", "", path.read_text())
        words = set(re.findall(r"\w+", query))
        shared = list((folder / "shared").glob("*.sql"))
        # A metric is counted over the mart that the query names.
        return (words & marts).union(
            *(reads(each) for each in shared if each.stem in words and each != path)
        )

    queries = [name for each in exposures for name in each["config"]["meta"]["queries"]]
    assert sorted(queries) == sorted(path.stem for path in folder.glob("*.sql"))
    for each in exposures:
        told = set(re.findall(r"\w+(?='\))", " ".join(each["depends_on"])))
        paths = [folder / f"{name}.sql" for name in each["config"]["meta"]["queries"]]
        assert told == set().union(*map(reads, paths)), each["name"]
