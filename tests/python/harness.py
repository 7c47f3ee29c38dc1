"""Build the project, or a copy of it, into a database of its own."""

import copy
import csv
import hashlib
import json
import os
import pickle
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.adapters.factory import get_adapter_by_type
from dbt.artifacts.resources.types import NodeType
from dbt.artifacts.schemas import base as artifacts
from dbt.cli.main import dbtRunner
from dbt.compilation import Compiler
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ModelNode, SeedNode
from dbt_common.exceptions import CompilationError
from dbt_common.utils.encoding import JSONEncoder

import parity.parsing
from parity.parsing import once, parsed_sources

ROOT = Path(__file__).resolve().parents[2]
SHARED = next(
    (each / "shared" for each in ROOT.parents if (each / "shared" / "data").is_dir()),
    ROOT.parent / "shared",
)

# The Markov chain and what is made of it: a third of a build, left out of most tests.
CHAIN = "int_transitions__counted+"

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Build:
    """What one `dbt build` made and said; nothing writes to it any more.

    `said` are its errors, `logged` is what macros tell the reader.
    """

    folder: Path
    is_green: bool
    said: str
    logged: str = ""

    @property
    def database(self) -> Path:
        """The DuckDB file."""
        return self.folder / "footfall.duckdb"

    def rows(self, sql: str) -> list[Row]:
        """Answer a query."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def value(self, sql: str) -> Any:
        """Answer a query that has one row and one column."""
        ((value,),) = self.rows(sql)
        return value

    def relations(self) -> list[str]:
        """Names of all tables and views."""
        return [name for (name,) in self.rows("select name from (show tables)")]

    def manifest(self) -> dict[str, Any]:
        """What dbt knows of the project."""
        manifest: dict[str, Any] = json.loads(
            (self.folder / "target" / "manifest.json").read_text()
        )
        return manifest

    def marts(self) -> list[str]:
        """Names of the models under models/marts."""
        return sorted(
            node["name"]
            for node in self.manifest()["nodes"].values()
            if node["resource_type"] == "model" and node["fqn"][1] == "marts"
        )


class Builder(Protocol):
    """The fixture `build`."""

    def __call__(
        self,
        settings: Mapping[str, object] | None = None,
        select: str | None = None,
        project: Path = ROOT,
        prepare: str | None = None,
        runs_tests: bool = False,
        exclude: str | None = None,
        is_first: bool = False,
    ) -> Build:
        """Build, or remember: equal arguments give the same build.

        The seeds of the project are loaded once for all; where it is told, `is_first`,
        that nothing is there before the build, it loads its own.
        """


@cache
def parse(project: Path, sources: str) -> Manifest | None:
    """The project as dbt reads it; comments on columns cost, and no test reads them."""
    if project != ROOT and not is_of_the_project(sources):
        # It would be read first without what the copy has beside.
        return None
    manifest = parity.parsing.parse(project, sources)
    if manifest is None:
        return None
    for node in manifest.nodes.values():
        if isinstance(node, ModelNode | SeedNode):
            node.config.persist_docs = {}
    return manifest


@cache
def parsed(project: Path, sources: str, has_tests: bool) -> bytes | None:
    """What dbt read, to be copied for each run, since a run writes into it.

    Where no test is run, it is without them: most of what dbt would look through.
    """
    manifest = parse(project, sources)
    if manifest is None:
        return None
    kept = copy.copy(manifest)
    if not has_tests:
        kept.nodes = {
            name: node
            for name, node in manifest.nodes.items()
            if node.resource_type != NodeType.Test
        }
        kept.unit_tests = {}
    return pickle.dumps(kept)


def has_seeds_of_the_project(project: Path) -> bool:
    """Whether a copy's seeds are as they were."""
    return project == ROOT or all(
        path.read_bytes() == (project / path.relative_to(ROOT)).read_bytes()
        for path in (ROOT / "seeds").rglob("*")
        if path.is_file()
    )


def is_of_the_project(sources: str) -> bool:
    """Whether the project itself has all that the sources of these vars name."""
    entries = json.loads(sources)["sources"].values()
    folders = {path.name for path in (ROOT / "models" / "staging").iterdir()}
    return all(
        entry["preset"] in folders
        and not any("(" in str(each) for each in entry.values())
        for entry in entries
    )


def folder_of(shared: Path, *arguments: object) -> Path:
    """Where the thing made with these arguments is, for all workers alike."""
    text = json.dumps(arguments, sort_keys=True, default=str)
    return shared / hashlib.sha256(text.encode()).hexdigest()[:16]


def by_content(settings: object) -> object:
    """Settings with what an input holds in the place of its path.

    Each worker writes the inputs of its tests for itself, the same bytes as the others.
    """
    if isinstance(settings, Mapping):
        return {name: by_content(value) for name, value in settings.items()}
    # An expression is a text too, and may be longer than any path.
    if isinstance(settings, str) and len(settings) < 256:
        path = Path(settings)
        return (
            hashlib.sha256(path.read_bytes()).hexdigest()
            if path.is_file()
            else settings
        )
    return settings


def run_dbt(
    folder: Path,
    settings: Mapping[str, Any],
    select: str | None,
    project: Path,
    prepare: str | None = None,
    runs_tests: bool = False,
    loads_seeds: bool = True,
    exclude: str | None = None,
    command: str = "build",
    flags: Sequence[str] = (),
    seeds: Path | None = None,
) -> Build:
    """Run dbt in this process; `prepare` is SQL to run before it.

    A second call for one folder is an incremental run, which can do without the seeds;
    so can a first one that begins with a database of nothing else, `seeds`.
    """
    said: list[str] = []
    logged: list[str] = []
    database = folder / "footfall.duckdb"
    if seeds:
        shutil.copy(seeds, database)
        loads_seeds = False
    if prepare:
        with duckdb.connect(str(database)) as connection:
            connection.execute(prepare)
    arguments = ["--quiet", "--log-level", "none", "--no-partial-parse", command]
    arguments += ["--project-dir", str(project), "--profiles-dir", str(project)]
    arguments += ["--target-path", str(folder / "target")]
    arguments += ["--log-path", str(folder / "logs")]
    arguments += ["--vars", json.dumps(settings), *flags]
    if select:
        arguments += ["--select", select]
    # Without the seeds there is nothing that their gate could look at.
    excluded = [
        *(["tag:gate"] if not loads_seeds else []),
        *([exclude] if exclude else []),
    ]
    if excluded:
        arguments += ["--exclude", *excluded]
    kinds = ["unit_test"] * (command == "build")
    kinds += ["test"] * (not runs_tests) + ["seed"] * (not loads_seeds)
    if kinds:
        arguments += ["--exclude-resource-types", *kinds]

    def listen(event: Any) -> None:
        if event.info.level == "error":
            said.append(event.info.msg)
        if event.info.name == "JinjaLogInfo":
            logged.append(event.data.msg)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOOTFALL_DUCKDB_PATH", str(database))
        patch.setenv("DO_NOT_TRACK", "1")
        before = Path.cwd()
        try:
            has_tests = runs_tests or command != "build"
            read = parsed(project, parsed_sources(settings), has_tests)
            manifest = pickle.loads(read) if read else None
            # Nobody reads the graph that dbt would write down.
            patch.setattr(Compiler, "write_graph_file", lambda *_: None)
            patch.setattr(artifacts, "write_json", write_json)
            result = dbtRunner(manifest, callbacks=[listen]).invoke(arguments)
        finally:
            os.chdir(before)
            close_connections()
    if result.exception:
        said.append(str(result.exception))
    return Build(folder, result.success, "\n".join(said), "\n".join(logged))


class Asker:
    """Asks macros, each time under other vars, in one invocation of dbt."""

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        parsed = parse(ROOT, parsed_sources(settings))
        assert parsed
        self.manifest = copy.deepcopy(parsed)
        self.manifest.build_flat_graph()  # type: ignore[no-untyped-call]
        self.settings = settings
        arguments = ["--quiet", "--log-level", "none", "--no-partial-parse"]
        arguments += ["run-operation", "known_vars"]
        arguments += ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT)]
        arguments += ["--target-path", str(folder), "--log-path", str(folder)]
        arguments += ["--vars", json.dumps(settings)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("FOOTFALL_DUCKDB_PATH", str(folder / "footfall.duckdb"))
            patch.setenv("DO_NOT_TRACK", "1")
            before = Path.cwd()
            made = dbtRunner(copy.deepcopy(parsed)).invoke(arguments)
            os.chdir(before)
        assert made.success, made.exception
        self.adapter: Any = get_adapter_by_type("duckdb")  # type: ignore[no-untyped-call]

    def answer(
        self, macro: str, settings: Mapping[str, Any] | None = None, **arguments: object
    ) -> Any:
        """What a macro returns under these vars."""
        config = self.adapter.config
        for given in (config.args.vars, config.cli_vars):
            given.clear()
            given.update({**self.settings, **(settings or {})})
        with self.adapter.connection_named("asked"):
            return self.adapter.execute_macro(macro, self.manifest, kwargs=arguments)

    def sentence(self, macro: str, settings: Mapping[str, Any]) -> str | None:
        """What a macro stops with, if it does, without the names of macros."""
        try:
            self.answer(macro, settings)
        except CompilationError as error:
            said = str(error).split("\n  \n  > in macro")[0].splitlines()[1:]
            return "\n".join(line.strip() for line in said)
        return None


def write_json(path: str, data: Mapping[str, Any]) -> None:
    """What dbt writes, in one piece: a manifest takes dbt itself far longer."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(json.dumps(data, cls=JSONEncoder))


def close_connections() -> None:
    """Let go of the database, which else stays open for writing."""
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


def compile_analyses(folder: Path) -> dict[str, str]:
    """SQL of every file in analyses/, by its name."""
    arguments = ["--quiet", "--log-level", "none", "--no-partial-parse", "compile"]
    arguments += ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT)]
    arguments += ["--target-path", str(folder), "--log-path", str(folder)]
    arguments += ["--select", "resource_type:analysis"]
    with pytest.MonkeyPatch.context() as patch:
        # The name of the file is in the SQL; nothing is read or written.
        patch.setenv("FOOTFALL_DUCKDB_PATH", str(folder / "footfall.duckdb"))
        result = dbtRunner().invoke(arguments)
        close_connections()
    assert result.success, result.exception
    return {
        path.stem: path.read_text()
        for path in (folder / "compiled" / "footfall" / "analyses").glob("*.sql")
    }


def copy_project(folder: Path) -> Path:
    """A copy of all that dbt reads, for tests that change it."""
    folder.mkdir(exist_ok=True)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / name, folder / name)
    for name in ("macros", "models", "seeds"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copytree(ROOT / "tests" / "generic", folder / "tests" / "generic")
    return folder


def demo_of(shared: Path, name: str, rows: Sequence[Mapping[str, object]]) -> Path:
    """A project whose demo is these events: on other engines no file is read."""

    def write(folder: Path) -> Path:
        copy_project(folder)
        for seed, kept in (("raw_events", rows), ("raw_consents", [])):
            path = folder / "seeds" / "demo" / f"{seed}.csv"
            with path.open(newline="") as file:
                header = next(csv.reader(file))
            with path.open("w", newline="") as file:
                writer = csv.DictWriter(file, header, extrasaction="ignore")
                writer.writeheader()
                writer.writerows(kept)
        return folder

    return once(folder_of(shared, name), write)


def one_source(
    events: Path | str, columns: Iterable[str] | Mapping[str, str], **options: object
) -> dict[str, Any]:
    """Vars that read events through one source of the preset columns, named own.

    A mere list of columns maps each to itself; further options are the source's.
    """
    mapped = (
        dict(columns)
        if isinstance(columns, Mapping)
        else {name: name for name in columns}
    )
    source = {"preset": "columns", "events": str(events), "columns": mapped, **options}
    return {"sources": {"own": source}}


def write_parquet(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """Rows as a Parquet file of text columns; a column that a row lacks is null."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    texts = {
        name: [None if row.get(name) is None else str(row[name]) for row in rows]
        for name in columns
    }
    schema = pa.schema([(name, pa.string()) for name in columns])
    pq.write_table(pa.table(texts, schema=schema), path)
    return path


def needs(path: Path) -> pytest.MarkDecorator:
    """Skip where a file that is no part of the project is absent."""
    return pytest.mark.skipif(
        not path.exists(), reason=f"shared/{path.relative_to(SHARED)} is absent"
    )
