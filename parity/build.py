"""Build on one engine in a process of its own, and write down what the marts hold.

`python -m parity.build FOLDER SETTINGS [--tests] [--select MODELS]` runs `dbt build` on
the engine that the environment names and leaves one file of canonical rows per mart in
FOLDER/rows. A process of its own, since engines leave servers and settings behind.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner

from parity.engines import ROOT, Engine, EngineError, postgres_cursor
from parity.parsing import parse, parsed_sources

# Floats have no business in a mart; where one appears, this many digits must agree.
FLOAT_DIGITS = 12

Row = tuple[str | None, ...]


@dataclass(frozen=True)
class Relation:
    """One mart as the manifest has it."""

    name: str
    sql_name: str
    columns: Mapping[str, str]
    """Name and declared type, in order."""
    key: Sequence[str]


@dataclass(frozen=True)
class Built:
    """What one build left behind."""

    engine: str
    folder: Path
    said: str
    is_green: bool
    seconds: float

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What dbt knows of the project."""
        text = (self.folder / "target" / "manifest.json").read_text()
        manifest: dict[str, Any] = json.loads(text)
        return manifest

    @cached_property
    def results(self) -> dict[str, str]:
        """What became of each node, by its name."""
        text = (self.folder / "target" / "run_results.json").read_text()
        return {
            result["unique_id"].split(".")[2]: result["status"]
            for result in json.loads(text)["results"]
        }

    @cached_property
    def relations(self) -> list[Relation]:
        """The marts, in order of their names."""
        return marts(self.manifest)

    def rows(self, relation: str) -> Iterator[Row]:
        """A mart's canonical rows, in no order."""
        with (self.folder / "rows" / f"{relation}.jsonl").open() as lines:
            for line in lines:
                yield tuple(json.loads(line))


def marts(manifest: Mapping[str, Any]) -> list[Relation]:
    """All models under models/marts, views too."""
    nodes = manifest["nodes"].values()
    keys: dict[str, Sequence[str]] = {}
    for node in nodes:
        if (node.get("test_metadata") or {}).get("name") == "is_primary_key":
            columns = node["test_metadata"]["kwargs"]["column_names"]
            keys.setdefault(node["attached_node"], columns)
    return sorted(
        (
            Relation(
                node["name"],
                node["relation_name"],
                {name: each["data_type"] for name, each in node["columns"].items()},
                keys[node["unique_id"]],
            )
            for node in nodes
            if node["resource_type"] == "model" and node["fqn"][1] == "marts"
        ),
        key=lambda relation: relation.name,
    )


def canonical(value: Any, data_type: str) -> str | None:
    """A value as the text that every engine must agree on; null stays apart."""
    if value is None:
        return None
    if data_type.startswith("numeric"):
        scale = int(data_type.rstrip(")").split(",")[1])
        return f"{Decimal(value).quantize(Decimal(1).scaleb(-scale)):f}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.{FLOAT_DIGITS}g}"
    if isinstance(value, datetime):
        if value.tzinfo:
            value = value.astimezone(timezone.utc).replace(tzinfo=None)
        return str(value.isoformat(" ", "microseconds"))
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def build(
    engine: Engine,
    folder: Path,
    settings: Mapping[str, Any] | None = None,
    runs_tests: bool = False,
    project: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    select: str | None = None,
) -> Built:
    """Build in a process of its own; a red build is an answer, not an exception."""
    if reason := engine.missing():
        raise EngineError(reason)
    folder.mkdir(parents=True, exist_ok=True)
    with engine.started(folder) as theirs:
        return build_on(
            engine,
            {**(environment or {}), **theirs},
            folder,
            settings,
            runs_tests,
            project,
            select,
        )


def build_on(
    engine: Engine,
    environment: Mapping[str, str],
    folder: Path,
    settings: Mapping[str, Any] | None = None,
    runs_tests: bool = False,
    project: Path = ROOT,
    select: str | None = None,
    exclude: str | None = None,
    loads_seeds: bool = True,
) -> Built:
    """Build on an engine that was started, as often as there are batches."""
    began = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    command = [str(engine.python), "-m", "parity.build", str(folder)]
    command += [json.dumps(settings or {}), "--project", str(project)]
    command += ["--tests"] if runs_tests else []
    command += ["--select", select] if select else []
    command += ["--exclude", exclude] if exclude else []
    command += [] if loads_seeds else ["--without-seeds"]
    done = subprocess.run(
        command,
        check=False,
        cwd=ROOT,
        env={**os.environ, "DO_NOT_TRACK": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = done.stdout.strip()
    seconds = time.monotonic() - began
    return Built(engine.name, folder, said, done.returncode == 0, seconds)


def run_dbt(
    folder: Path,
    settings: Mapping[str, Any],
    runs_tests: bool,
    project: Path,
    select: str | None,
    exclude: str | None,
    loads_seeds: bool,
) -> bool:
    """`dbt build`; its warnings and errors go to standard output."""
    arguments = ["--quiet", "--log-level", "warn", "build"]
    arguments += ["--project-dir", str(project), "--profiles-dir", str(project)]
    arguments += ["--target-path", str(folder / "target")]
    arguments += ["--log-path", str(folder / "logs"), "--log-level-file", "none"]
    arguments += ["--no-use-colors", "--vars", json.dumps(settings)]
    kinds = ["test", "unit_test"] * (not runs_tests) + ["seed"] * (not loads_seeds)
    if kinds:
        arguments += ["--exclude-resource-types", *kinds]
    if select:
        arguments += ["--select", select]
    # Without the seeds there is nothing that their gate could look at.
    excluded = ["tag:gate"] * (not loads_seeds) + ([exclude] if exclude else [])
    if excluded:
        arguments += ["--exclude", *excluded]
    manifest = parse(project, parsed_sources(settings))
    result = dbtRunner(manifest).invoke(arguments)
    if result.exception:
        print(result.exception)
    return result.success


def duckdb_rows(relation: Relation) -> Iterable[Sequence[Any]]:
    """All rows of a mart in the DuckDB file."""
    # What reads an engine is there where dbt builds on it, and nowhere else.
    import duckdb  # noqa: PLC0415
    from dbt.adapters.duckdb.connections import (  # noqa: PLC0415
        DuckDBConnectionManager,
    )

    # dbt holds the file for writing, with settings that a reader may not differ from.
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    path = os.environ["FOOTFALL_DUCKDB_PATH"]
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute(selection(relation)).fetchall()


def postgres_rows(relation: Relation) -> Iterable[Sequence[Any]]:
    """All rows of a mart in the Postgres server."""
    with postgres_cursor(os.environ) as cursor:
        cursor.execute(selection(relation))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def spark_rows(relation: Relation) -> Iterable[Sequence[Any]]:
    """All rows of a mart in the catalog of the session that dbt started."""
    from pyspark.sql import SparkSession  # noqa: PLC0415

    session = SparkSession.builder.getOrCreate()
    rows: Iterable[Sequence[Any]] = session.sql(selection(relation)).collect()
    return rows


def selection(relation: Relation) -> str:
    """The mart's columns, named: their order is part of what is compared."""
    return f"select {', '.join(relation.columns)} from {relation.sql_name}"


READERS = {
    "duckdb": duckdb_rows,
    "postgres": postgres_rows,
    "sail": spark_rows,
    "spark": spark_rows,
}


def write_rows(folder: Path, engine: str) -> None:
    """One line of JSON per row of each mart that was built, as canonical texts."""
    (folder / "rows").mkdir(exist_ok=True)
    target = folder / "target"
    results = json.loads((target / "run_results.json").read_text())["results"]
    names = {result["unique_id"].split(".")[2] for result in results}
    manifest = json.loads((target / "manifest.json").read_text())
    for relation in marts(manifest):
        if relation.name not in names:
            continue
        types = list(relation.columns.values())
        with (folder / "rows" / f"{relation.name}.jsonl").open("w") as file:
            for row in READERS[engine](relation):
                texts = map(canonical, row, types)
                file.write(json.dumps(list(texts), ensure_ascii=False) + "\n")


def main() -> None:
    """The process that `build` starts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("settings", type=json.loads)
    parser.add_argument("--tests", action="store_true")
    parser.add_argument("--select")
    parser.add_argument("--exclude")
    parser.add_argument("--without-seeds", action="store_true")
    parser.add_argument("--project", type=Path, default=ROOT)
    chosen = parser.parse_args()
    folder = chosen.folder.resolve()
    arguments = (chosen.settings, chosen.tests, chosen.project, chosen.select)
    if not run_dbt(folder, *arguments, chosen.exclude, not chosen.without_seeds):
        sys.exit(1)
    write_rows(folder, os.environ["FOOTFALL_TARGET"])


if __name__ == "__main__":
    main()
