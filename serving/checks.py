"""Whether a build may be published: what dbt and the database say of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

FINE = {"success", "pass", "warn", "no-op"}
NAMES_SHOWN = 3
# What dbt's artifacts call the options by which a run takes less than all there is;
# variables of the environment that stand for them are told of in the same way.
NARROWING = (
    *("empty", "sample", "event_time_start", "event_time_end"),
    *("select", "exclude", "selector", "resource_types"),
)


# What stores no rows of its own.
UNSTORED = {"view", "kept_view", "ephemeral"}

Source = tuple[str, str]
"""Schema and name of a table or view."""


class PublishError(Exception):
    """One sentence: what is wrong, where, and what to do."""


@dataclass(frozen=True)
class Mart:
    """A public model, and what its yml says of it."""

    name: str
    comment: str
    columns: Mapping[str, str]
    """Comment of each column, by name."""
    sources: tuple[Source, ...] = ()
    """The tables that its rows are read from, and the views between; none where those
    are not all that its rows depend on."""


@dataclass(frozen=True)
class GreenBuild:
    """A database in which the last run was a whole and green `dbt build`."""

    database: Path
    catalog: str
    """The name by which the database's views call it."""
    schema: str
    run_id: str
    """dbt's id of that run."""
    marts: tuple[Mart, ...]
    fall_limit: Decimal | None = None
    """The share by which sessions may fall from one publish to the next."""

    def of(self, mart: Mart) -> str:
        """A mart's relation, as SQL."""
        names = (self.catalog, self.schema, mart.name)
        return ".".join(identifier(name) for name in names)


def green_build(database: Path, target: Path) -> GreenBuild:
    """Check the build of a database, from the artifacts in dbt's target folder.

    Raises:
        PublishError: where there is no build, or it failed, or it was not of all, or it
            is of another database, or the database was written to since.
    """
    manifest, results = (
        artifact(target / name) for name in ("manifest.json", "run_results.json")
    )
    run_id = str(results["metadata"]["invocation_id"])
    if manifest["metadata"]["adapter_type"] != "duckdb":
        raise PublishError(
            f"The last dbt run in {target} was on"
            f" {manifest['metadata']['adapter_type']}, whose own schema serves the"
            " marts: only DuckDB builds are published."
        )
    if (command := results["args"]["which"]) != "build":
        raise PublishError(
            f"The last dbt command in {target} was `dbt {command}`, which tests nothing"
            " that can be published: run `make build`."
        )
    if manifest["metadata"]["invocation_id"] != run_id:
        raise PublishError(
            f"The files manifest.json and run_results.json in {target} are of different"
            " dbt commands: run `make build`."
        )
    assert_green(results["results"])
    assert_whole(manifest["nodes"], results)
    models = [node for node in manifest["nodes"].values() if is_published(node)]
    if not models:
        raise PublishError(f"No model in {target / 'manifest.json'} is public.")
    fall_limit = asserted_last_run(database, run_id).get("publish_fall_limit")
    return GreenBuild(
        database,
        models[0]["database"],
        models[0]["schema"],
        run_id,
        tuple(
            mart(node, manifest["nodes"])
            for node in sorted(models, key=lambda node: node["name"])
        ),
        None if fall_limit is None else Decimal(fall_limit),
    )


def artifact(path: Path) -> dict[str, Any]:
    """A file that dbt wrote."""
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PublishError(f"There is no {path}: run `make build` first.") from None
    except ValueError:
        raise PublishError(f"{path} is cut off: run `make build` again.") from None
    return content


def is_published(node: Mapping[str, Any]) -> bool:
    """Whether a node is a model that others may rely on, and readers are given."""
    return bool(
        node["resource_type"] == "model"
        and node["access"] == "public"
        and node["config"]["meta"].get("is_published", True)
    )


def mart(node: Mapping[str, Any], nodes: Mapping[str, Any]) -> Mart:
    """A public model, with its comments and what it is read from."""
    columns = {
        str(column["name"]): str(column["description"])
        for column in node["columns"].values()
    }
    read = sources(node, nodes)
    return Mart(str(node["name"]), str(node["description"]), columns, read)


def sources(node: Mapping[str, Any], nodes: Mapping[str, Any]) -> tuple[Source, ...]:
    """What the rows of a model are read from, the model itself among it.

    None where a view reads what dbt does not know of, or is another project's, which
    may say something else tomorrow: ours are functions of the tables below them.
    """
    found = [(str(node["schema"]), str(node["alias"]))]
    if node["config"]["materialized"] in UNSTORED:
        parents = [nodes.get(key) for key in node["depends_on"]["nodes"]]
        below = [sources(parent, nodes) if parent else () for parent in parents]
        if node["package_name"] != "footfall" or not (below and all(below)):
            return ()
        found += [source for each in below for source in each]
    return tuple(sorted(set(found)))


def assert_green(results: list[dict[str, Any]]) -> None:
    """Refuse a build in which anything failed or was skipped."""
    wrong = [each for each in results if each["status"] not in FINE]
    failed = [each for each in wrong if each["status"] != "skipped"]
    if wrong:
        names = [str(each["unique_id"]).split(".")[2] for each in failed or wrong]
        raise PublishError(
            f"The last build was not green: {shortened(names)}"
            f" {'failed' if failed else 'did not run'}; mend it and run `make build`."
        )


def assert_whole(nodes: Mapping[str, Any], results: Mapping[str, Any]) -> None:
    """Refuse a build of a part: of the rows, or of seeds, models and data tests."""
    if narrowed := [name for name in NARROWING if results["args"].get(name)]:
        options = ", ".join("--" + name.replace("_", "-") for name in narrowed)
        raise PublishError(
            f"The last build was of a part, by {options}: only a build of all rows and"
            " models is published, so run `make build` without."
        )
    # A default selector is no option of the run.
    ran = {each["unique_id"] for each in results["results"]}
    left_out = [
        str(node["name"])
        for key, node in sorted(nodes.items())
        if key not in ran
        and node["resource_type"] in ("seed", "snapshot", "model", "test")
        and node["config"]["enabled"]
        and node["config"]["materialized"] != "ephemeral"
    ]
    if left_out:
        raise PublishError(
            f"The last build left out {shortened(left_out)}: a build is published if"
            " all seeds, models and tests are in it, so run `make build` without a"
            " selection."
        )


def asserted_last_run(database: Path, run_id: str) -> dict[str, str | None]:
    """What the last run wrote down; refuse one that is another than the artifacts'."""
    if not database.is_file():
        raise PublishError(
            f"There is no database {database}: run `make build`, or set"
            " FOOTFALL_DUCKDB_PATH to the one that was built."
        )
    with opened() as connection:
        attach(connection, database, "build")
        schemas = connection.execute(
            "select schema_name from duckdb_tables()"
            " where database_name = 'build' and table_name = 'footfall_states'"
        ).fetchall()
        states = [
            dict(
                connection.execute(
                    "select relation_name, definition"
                    f" from build.{identifier(schema)}.footfall_states"
                ).fetchall()
            )
            for (schema,) in schemas
        ]
    for state in states:
        if state.get("last run") == run_id:
            return state
    raise PublishError(
        f"The last run in {database} is not the one that dbt's artifacts tell of:"
        " run `make build` on this database."
    )


def opened(settings: Mapping[str, str] | None = None) -> duckdb.DuckDBPyConnection:
    """An empty engine to attach files to, which prints nothing."""
    connection = duckdb.connect(config=dict(settings or {}))
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set enable_progress_bar = false")
    return connection


def attach(connection: duckdb.DuckDBPyConnection, database: Path, catalog: str) -> None:
    """Attach a build's database to read from.

    Raises:
        PublishError: where a build is writing to it, or it is no DuckDB file.
    """
    try:
        connection.execute(
            f"attach {literal(database)} as {identifier(catalog)} (read_only)"
        )
    except duckdb.IOException as error:
        if "Could not set lock" in str(error):
            raise PublishError(
                f"Another process is writing to {database}: publish when its build is"
                " done."
            ) from None
        raise PublishError(f"{database} cannot be read: {first_line(error)}") from None


def shortened(names: list[str]) -> str:
    """The first few names, and how many more there are."""
    more = len(names) - NAMES_SHOWN
    shown = ", ".join(names[:NAMES_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown


def first_line(error: Exception) -> str:
    """What an engine says, without its hints."""
    return str(error).strip().splitlines()[0]


def literal(value: object) -> str:
    """A text as SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as SQL."""
    return '"' + name.replace('"', '""') + '"'
