"""footfall as a package of a project that has models, seeds and settings of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from engines import needs_postgres
from harness import ROOT, Asker, Row, close_connections, folder_of

from parity.engines import ALL, postgres_cursor, postgres_started
from parity.parsing import once

HOST = ROOT / "tests" / "host"
SESSIONS = ("package:shop", "+footfall.marts.core.fct_sessions_unpacked")


@dataclass(frozen=True)
class Host:
    """A copy of the host project with a database of its own."""

    folder: Path
    environment: Mapping[str, str]
    program: Path = Path(sys.executable)

    def dbt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run dbt as its people would, in its folder."""
        command = [str(self.program.parent / "dbt"), *arguments]
        command += [] if arguments[0] == "deps" else ["--profiles-dir", "."]
        return subprocess.run(
            command,
            check=False,
            cwd=self.folder,
            env={**os.environ, **self.environment, "DO_NOT_TRACK": "1"},
            capture_output=True,
            text=True,
        )

    def green(self, *arguments: str) -> str:
        """What a run said that has to work."""
        done = self.dbt(*arguments)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def built(self, *arguments: str, select: Sequence[str] = SESSIONS) -> str:
        """Build and test all that the host has, up to footfall's sessions."""
        return self.green(
            *("build", "--select", *select),
            *("--exclude", "tagged", "package:footfall,resource_type:test"),
            *("--exclude-resource-types", "unit_test", *arguments),
        )

    def rows(self, query: str) -> list[Row]:
        """Answer a query."""
        if self.environment["SHOP_TARGET"] == "postgres":
            with postgres_cursor(self.environment) as cursor:
                cursor.execute(query)
                return list(cursor.fetchall())
        with duckdb.connect(str(self.folder / "shop.duckdb")) as connection:
            return connection.execute(query).fetchall()

    def schemas(self) -> set[str]:
        """Those that hold anything."""
        query = (
            "select distinct table_schema from information_schema.tables"
            " where table_schema like 'main%'"
        )
        return {str(name) for (name,) in self.rows(query)}

    def write(self, path: str, text: str) -> None:
        """Write a file of the project."""
        (self.folder / path).parent.mkdir(exist_ok=True)
        (self.folder / path).write_text(text)

    def add(self, path: str, *lines: str) -> None:
        """Write more lines."""
        text = (self.folder / path).read_text()
        self.write(path, "\n".join([text.rstrip("\n"), *lines, ""]))

    def configure(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Change its dbt_project.yml."""
        path = self.folder / "dbt_project.yml"
        project = yaml.safe_load(path.read_text())
        change(project)
        path.write_text(yaml.safe_dump(project))


def hosted(stack: ExitStack, folder: Path, engine: str = "duckdb") -> Host:
    """The host project, with footfall installed from this checkout."""
    shutil.copytree(HOST, folder)
    (folder / "packages.yml").write_text(f"packages:\n  - local: {ROOT}\n")
    environment = {"SHOP_TARGET": engine}
    if engine == "postgres":
        environment |= stack.enter_context(postgres_started(folder))
    made = Host(folder, environment)
    made.green("deps")
    return made


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """A host of one test, on DuckDB."""
    with ExitStack() as stack:
        yield hosted(stack, tmp_path / "shop")


# What the host does -> what is asked after each of its runs, and the answers.
SITUATIONS: dict[str, tuple[str, Sequence[Sequence[Row]]]] = {
    "1: an incremental model of its own": (
        "select count(*) from main_shop.orders_daily",
        [[(2,)], [(3,)], [(4,)]],
    ),
    "2: vars of its own on the command line": (
        "select max(ordered_on) from main_shop.orders_daily",
        [[(date(2021, 2, 3),)]] * 3,
    ),
    "3: a schema for folders of models": (
        "select table_name, table_schema from information_schema.tables where"
        " table_name in ('int_events__logged', 'fct_sessions', 'footfall_states')"
        " order by table_name",
        [
            [
                ("fct_sessions", "main_web_marts"),
                ("footfall_states", "main"),
                ("int_events__logged", "main_web"),
            ]
        ]
        * 3,
    ),
    "4: a schema for seeds": (
        "select table_schema from information_schema.tables"
        " where table_name = 'channel_rules'",
        [[("main_web_rules",)]] * 3,
    ),
    "5: models of our names": (
        "select date_day, session_count from main_shop.days, main_shop.sessions_told",
        [[(date(2026, 5, 4), 3)]] * 3,
    ),
    "7: a model of its own as events, which come late too": (
        "select visitor_id, cast(started_at as text), event_count"
        " from main_web_marts.fct_sessions where visitor_id <> 'kim' order by 1",
        [
            [("ann", "2026-05-04 10:00:00", 2), ("bob", "2026-05-05 10:00:00", 1)],
            *[[("ann", "2026-05-04 10:00:00", 3), ("bob", "2026-05-05 09:40:00", 2)]]
            * 2,
        ],
    ),
    "8: a column passed through": (
        "select visitor_id, property_content_group"
        " from main_web_marts.fct_sessions_unpacked order by 1",
        [
            [("ann", "home"), ("bob", None), ("kim", None)],
            *[[("ann", "home"), ("bob", "blog"), ("kim", None)]] * 2,
        ],
    ),
    "9: a rule file of its own, edited between runs": (
        "select channel from main_web_marts.fct_sessions where visitor_id = 'ann'",
        [[("Email",)], [("Display",)], [("Display",)]],
    ),
    "a source called as the package, of a table that a hook makes": (
        "select source_name from main_web_marts.fct_sessions where visitor_id = 'kim'",
        [[("kiosk",)]] * 3,
    ),
    "a seed of our name that is something else": (
        "select shop_id, goal from main_shop.targets",
        [[(1, "open on sundays")]] * 3,
    ),
    "models with tags that ours have": (
        "select answer from main_shop.reads_tagged",
        [[(1,)]] * 3,
    ),
    "a folder of marts switched off": (
        "select table_name from information_schema.tables"
        " where table_name like 'mart_funnel%'",
        [[]] * 3,
    ),
}
LATE = (
    "e4,ann,2026-05-04 10:20:00,page_view,https://shop.example/cart,,,,cart",
    "e5,bob,2026-05-05 09:40:00,page_view,https://shop.example/,,,,blog",
)
OWN_RULE = "10,our_news,Display,,,^our_news$,,,,,,,,,,source {source} is ours"
RULES = "seeds/channel_rules_custom.csv"


OWN = ("--vars", "{shop_opened_on: 2021-02-03}")


@dataclass(frozen=True)
class Life:
    """A host after its runs: what each said, and what then was in its tables."""

    host: Host
    said: Sequence[str]
    answers: Sequence[Mapping[str, list[Row]]]
    schemas_before: set[str]

    def manifest(self) -> dict[str, Any]:
        """What dbt knows of the host."""
        text = (self.host.folder / "target" / "manifest.json").read_text()
        manifest: dict[str, Any] = json.loads(text)
        return manifest


def lived(folder: Path, engine: str) -> Life:
    """Runs its own models first, then three times all; in between its files change.

    10: on Postgres another job is connected meanwhile, by the name that dbt gives to
    all.
    """
    with ExitStack() as stack:
        host = hosted(stack, folder / "shop", engine)
        host.green("run", "--select", "orders_daily", "tagged", *OWN)
        before = host.schemas()
        if engine == "postgres":
            cursor = stack.enter_context(postgres_cursor(host.environment))
            cursor.execute("set application_name = 'dbt'")
        said, answers = [], []
        for number in (1, 2, 3):
            if number == 2:
                host.add("seeds/web_events.csv", *LATE)
                host.add(RULES, OWN_RULE)
            said.append(host.built(*OWN))
            answers.append(
                {name: host.rows(query) for name, (query, _) in SITUATIONS.items()}
            )
    return Life(host, said, answers, before)


@pytest.fixture(
    params=[
        "duckdb",
        # `make test` asks it of DuckDB.
        pytest.param("postgres", marks=[needs_postgres, pytest.mark.long]),
    ],
)
def life(shared: Path, request: pytest.FixtureRequest) -> Life:
    """A host on each engine, once for all of these tests."""
    engine: str = request.param
    return once(folder_of(shared, "host", engine), lambda folder: lived(folder, engine))


@pytest.fixture
def grown(shared: Path, tmp_path: Path) -> Host:
    """A copy of the host on DuckDB after its runs, for more of them."""
    there = once(
        folder_of(shared, "host", "duckdb"), lambda folder: lived(folder, "duckdb")
    ).host
    folder = tmp_path / "shop"
    shutil.copytree(there.folder, folder, symlinks=True)
    return Host(folder, there.environment)


@pytest.mark.longest
@pytest.mark.parametrize("situation", SITUATIONS)
def test_each_run_of_a_host_is_right(life: Life, situation: str) -> None:
    """The first run, one to which its files changed, and one of nothing new."""
    _, expected = SITUATIONS[situation]
    assert [found[situation] for found in life.answers] == [*expected]


def test_a_run_of_its_own_models_writes_nothing_of_ours(life: Life) -> None:
    """Be it before anything of ours is there, and its events are no table yet."""
    assert life.schemas_before == {"main_shop"}


def test_a_run_says_which_rules_of_the_host_changed(life: Life) -> None:
    """The second alone fills anew what was made by other rules."""
    changed = "since rules channel_rules_custom changed: "
    assert [changed in said for said in life.said] == [False, True, False]


def test_dbt_knows_that_our_staging_reads_its_model(life: Life) -> None:
    """So that its lineage is whole, and its model is made first."""
    parents = life.manifest()["parent_map"]["model.footfall.stg_columns__events"]
    assert {"model.shop.stg_web", "source.shop.footfall.events"} <= {*parents}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("session_timout_minutes: 5", "there is no var session_timout_minutes"),
        # `make test` asks of one that changes nothing, and would not be noticed.
        pytest.param(
            "session_timeout_minutes: -5",
            "the var session_timeout_minutes is '-5'",
            marks=pytest.mark.long,
        ),
    ],
)
def test_wrong_settings_stop_runs_of_ours_alone(
    grown: Host, wrong: str, sentence: str
) -> None:
    """A host's own models, and vars, are none of our business."""
    said = ("--vars", f"{{shop_closed_on: 2026-12-24, {wrong}}}")
    grown.green("run", "--select", "reads_tagged", *said)
    done = grown.dbt("run", "--select", "footfall.marts.core.fct_sessions", *said)
    assert done.returncode != 0
    assert sentence in " ".join(done.stdout.split())


def test_metrics_exposures_and_analyses_are_those_of_the_root_project(
    life: Life,
) -> None:
    """6: a host has its own, whose names may be ours, and a time spine by day."""
    manifest = life.manifest()
    kinds = ("metrics", "semantic_models", "exposures", "saved_queries")
    found = {name for kind in kinds for name in manifest[kind]}
    assert found == {"metric.shop.revenue", "semantic_model.shop.orders"}
    nodes = manifest["nodes"].values()
    assert [node for node in nodes if node["resource_type"] == "analysis"] == []
    spines = [node["name"] for node in nodes if node.get("time_spine")]
    assert spines == ["dim_dates"]


@pytest.mark.long  # `make test` asks what later runs hold, above, by hand.
def test_later_runs_hold_what_a_full_refresh_does(grown: Host) -> None:
    """With rules that are edited before they are loaded, by a run of seeds alone."""
    asked = SITUATIONS["9: a rule file of its own, edited between runs"][0]
    path = grown.folder / RULES
    before = path.read_text()
    path.write_text(before.replace("Display", "Affiliates"))
    run = ("run", "--select", *SESSIONS, "--exclude", "tagged")
    grown.green(*run, *OWN)
    assert grown.rows(asked) == [("Display",)]
    grown.green("seed", "--select", "channel_rules_custom", *OWN)
    grown.green(*run, *OWN)
    assert grown.rows(asked) == [("Affiliates",)]
    facts = "select * from main_web_marts.fct_sessions order by session_id"
    held = grown.rows(facts)
    grown.built("--full-refresh", *OWN)
    assert grown.rows(facts) == held


@pytest.mark.long  # `make test` asks nothing of deferral.
def test_a_developer_defers_to_production(grown: Host) -> None:
    """11 and 12: a mart is made of production's tables; what passes rows on is not."""
    production = grown.folder / "production"
    grown.green("parse")
    production.mkdir()
    shutil.copy(grown.folder / "target" / "manifest.json", production)
    grown.write(
        "profiles.yml",
        (grown.folder / "profiles.yml")
        .read_text()
        .replace(
            "threads: 2\n    postgres:",
            "threads: 2\n    dev:\n      type: duckdb\n      path: shop.duckdb\n"
            "      schema: dev\n    postgres:",
        ),
    )
    defer = ("--defer", "--state", "production", "--target", "dev")
    grown.green("run", "--select", "footfall.marts.core.fct_sessions", *defer)
    # By production's rules, which are not in the developer's schema.
    grown.green("run", "--select", "stg_columns__events", *defer)
    tables = "select {} from dev_web{}.{}"
    assert grown.rows(tables.format("count(*)", "_marts", "fct_sessions")) == [(3,)]
    done = grown.dbt("run", "--select", "footfall.marts.core.dim_visitors", *defer)
    assert done.returncode != 0
    assert "dim_visitors reads int_visitors__changed, which holds only" in done.stdout
    grown.add("models/orders_daily.sql", "where true")
    changed = grown.green(
        *("--quiet", "ls", "--select", "state:modified+", "--state", "production"),
        *("--resource-types", "model"),
    )
    assert changed.split() == ["shop.orders_daily"]


@pytest.mark.long  # `make test` asks it with schemas, above.
def test_a_host_without_any_settings_of_its_own(host: Host) -> None:
    """0: everything in one schema, as the documentation begins."""
    for path in ("fct_sessions", "dim_dates", "reads_tagged", "tagged", "orders_daily"):
        (host.folder / "models" / f"{path}.sql").unlink()
    for path in (RULES, "seeds/targets.csv", "tests/assert_sessions_are_told.sql"):
        (host.folder / path).unlink()
    (host.folder / "models" / "_shop.yml").unlink()

    def simplify(project: dict[str, Any]) -> None:
        del project["flags"], project["models"], project["on-run-start"]
        project["seeds"] = {
            "shop": {"web_events": project["seeds"]["shop"]["web_events"]}
        }
        del project["vars"]["footfall"]["sources"]["kiosk"]

    host.configure(simplify)
    for number in (1, 2, 3):
        if number == 2:
            host.add("seeds/web_events.csv", *LATE)
        said = host.built(
            select=["package:shop", "+mart_channel__daily", "+fct_sessions"]
        )
        assert host.schemas() == {"main"}
        sessions = "select visitor_id, event_count from main.fct_sessions order by 1"
        counts = (2, 1) if number == 1 else (3, 2)
        assert host.rows(sessions) == [*zip(("ann", "bob"), counts, strict=True)]
        assert "Filled anew" not in said


NAMES = """
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}

{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    a_{{ custom_alias_name or node.name }}
{%- endmacro %}
"""


@pytest.mark.long  # `make test` asks nothing of names that a host makes.
def test_a_host_names_schemas_and_tables_as_it_likes(host: Host) -> None:
    """By macros of its own; unit tests find the rules there too."""
    host.write("macros/names.sql", NAMES)
    host.green("run", "--select", "tagged")
    for number in (1, 2, 3):
        if number == 2:
            host.add("seeds/web_events.csv", *LATE)
            host.add(RULES, OWN_RULE)
        host.built()
        channel = (
            "select channel from web_marts.a_fct_sessions where visitor_id = 'ann'"
        )
        assert host.rows(channel) == [("Email",) if number == 1 else ("Display",)]
    host.green("test", "--select", "int_user_agents__classified,test_type:unit")


# What stops in a sentence; quick, by the check alone.
WRONG = {
    "models above all projects": (
        ("int_sessions__described", "materialized", "table"),
        "the model int_sessions__described is materialized as 'table', but must be one"
        " of kept, kept_view, fixed_point: in dbt_project.yml move +materialized below"
        " the name of your own project, since above it it is of packages too.",
    ),
    "a mart that would be added to": (
        ("mart_channel__daily", "materialized", "incremental"),
        "the model mart_channel__daily is materialized as 'incremental', but must be"
        " one of kept, kept_view, fixed_point, table, view: in dbt_project.yml move"
        " +materialized below the name of your own project, since above it it is of"
        " packages too.",
    ),
    "a mart as a table": (("mart_channel__daily", "materialized", "table"), None),
    "another database": (
        ("int_events__logged", "database", "lake"),
        "the model int_events__logged has the database lake, but must stand in that of"
        " the target, footfall, as what is recorded of it does: leave out +database for"
        " footfall; a +schema is free.",
    ),
}


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """The checks of a build, without the build."""
    yield Asker(tmp_path_factory.mktemp("asked"), {})
    close_connections()


@pytest.mark.parametrize("wrong", WRONG)
def test_what_a_host_may_not_configure_is_told(
    ask: Asker, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    """Which rows a run replaces is known to materializations of our own alone."""
    (name, option, value), sentence = WRONG[wrong]
    node = ask.manifest.flat_graph["nodes"][f"model.footfall.{name}"]
    changed = node if option == "database" else node["config"]
    monkeypatch.setitem(changed, option, value)
    asked = ask.sentence("assert_configs", {})
    assert asked == (sentence and f"footfall: {sentence}")


@pytest.mark.long  # `make test` asks the check itself, above.
def test_a_host_that_configures_all_packages_is_stopped(host: Host) -> None:
    """Before anything is written, in runs of ours alone."""
    host.configure(lambda project: project["models"].update({"+materialized": "view"}))
    host.green("run", "--select", "orders_daily", "tagged")
    done = host.dbt("run", "--select", "footfall.marts.core.fct_sessions")
    assert done.returncode != 0
    assert "move +materialized below the name of your own" in " ".join(
        done.stdout.split()
    )
    assert host.schemas() == {"main_shop"}


@pytest.mark.long  # `make test` asks nothing of it.
def test_what_a_host_protects_is_not_filled_anew(host: Host) -> None:
    """By +full_refresh: false, as dbt heeds it for tables of its own."""
    host.configure(
        lambda project: project["models"]["footfall"].update({"+full_refresh": False})
    )
    host.green("run", "--select", "tagged")
    host.built()
    numbers = (
        "select min(log_number), max(batch_number) from main_web.int_events__logged"
    )
    first = host.rows(numbers)
    host.built("--full-refresh")
    assert host.rows(numbers) == first


SPARK_PROFILE = """
shop:
  target: sail
  outputs:
    sail:
      type: spark
      method: session
      host: localhost
      schema: main
      threads: 1
      server_side_parameters:
        spark.sql.session.timeZone: UTC
        spark.sql.warehouse.dir: "{{ env_var('FOOTFALL_SPARK_FOLDER') }}/tables"
"""


ROW = """
select
    'e1' as id, 'ann' as visitor, '2026-05-04 10:00:00' as happened_at,
    '2026-05-04 10:00:00' as loaded_at, 'page_view' as action,
    'https://shop.example/' as url, 'o1' as order_number, '1.50' as amount,
    'EUR' as currency, 'home' as content_group
"""


@pytest.mark.long  # `make test` asks nothing of Spark's macros in a host.
def test_a_host_on_spark_needs_no_entry_for_our_types(tmp_path: Path) -> None:
    """13: dbt looks for spark__cast in the host and in dbt, but for cast in ours first.

    Seeds of types that Spark does not know are loaded, and contracts of them are kept.
    """
    if reason := ALL["sail"].missing():
        pytest.skip(reason)

    def simplify(project: dict[str, Any]) -> None:
        del project["on-run-start"], project["seeds"]["footfall"]["rules"]
        # Sail writes no comments on what it makes by a query.
        del project["models"]["footfall"]["+persist_docs"]
        del project["vars"]["footfall"]["sources"]["kiosk"]

    with ExitStack() as stack:
        host = hosted(stack, tmp_path / "shop")
        environment = stack.enter_context(ALL["sail"].started(tmp_path))
        host = Host(
            host.folder, {"SHOP_TARGET": "sail", **environment}, ALL["sail"].python
        )
        host.write("profiles.yml", SPARK_PROFILE)
        host.configure(simplify)
        host.write("models/stg_web.sql", ROW)
        for path in (RULES, "seeds/web_events.csv"):
            (host.folder / path).unlink()
        for _ in (1, 2, 3):
            host.green(
                *("build", "--select", "stg_web", "+stg_columns__events"),
                *("--exclude-resource-types", "test", "unit_test"),
            )
