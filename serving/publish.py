"""Copy the marts of a green build to where readers find them, in one step.

A DuckDB file that is being written can be read by nobody, and one that is read cannot
be written. So readers get files of their own, which it writes beside the build's
database, or where FOOTFALL_SERVING_PATH says: `serving.duckdb`, with every public mart
as a table; and, below `serving/`, a folder of Parquet files per publish, with views
over the latest in `serving_views.duckdb`. Each file is made in a folder aside, checked
against the build, and renamed when it is whole. Every relation has the column
`build_id`. What footfall did not publish is neither replaced nor removed.

Ends with 0 if the build was published, else with 1.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import duckdb
from tqdm import tqdm

from serving.checks import (
    GreenBuild,
    Mart,
    PublishError,
    attach,
    first_line,
    green_build,
    identifier,
    literal,
    opened,
)
from serving.errors import cause, guarded, tell
from serving.made import (
    BUILD_ID_COMMENT,
    HEADER,
    alone,
    assert_free,
    line,
    made,
    remove,
    remove_unfinished,
    write_down,
)
from serving.places import Places, build_database, called, home, places

# What the drivers of 2024 and later read.
STORAGE = "(storage_version 'v1.0.0')"
# No name that a build's database has.
COPIES = "footfall_copies"
# As quick as the default, and a third smaller.
PARQUET = "(format parquet, compression zstd, compression_level 1)"


@dataclass(frozen=True)
class Published:
    """What a publish put in place."""

    build_id: str
    rows: dict[str, int]
    """Number of rows of each mart."""

    def sentence(self, where: Places) -> str:
        """What was published, and where."""
        return (
            f"Published {len(self.rows)} marts, {sum(self.rows.values()):,} rows, as"
            f" build {self.build_id} to {where.serving}."
        )


def publish(build: GreenBuild, where: Places, is_any_fall: bool = False) -> Published:
    """Put a build's marts in the place of the last publish's.

    `is_any_fall` lets pass a build with far fewer sessions than were published.

    Raises:
        PublishError: where another publish is at work, something that footfall did not
            make is in the way, the build is being written to or has too few sessions,
            the copy is not whole, or there is no room for it. Readers then have what
            they had before.
    """
    if build.database.resolve() in (where.serving.resolve(), where.views.resolve()):
        raise PublishError(
            f"{build.database} is what was built, and cannot be what is published too:"
            " name another file in FOOTFALL_SERVING_PATH."
        )
    try:
        assert_free(where)
        if not is_any_fall:
            assert_no_fall(build, where)
        where.versions.mkdir(parents=True, exist_ok=True)
        with alone(where) as file:
            for earlier in made(where):
                remove_unfinished(where, earlier)
            build_id = build_id_of(build)
            write_down(file, line(build_id, [mart.name for mart in build.marts]))
            try:
                rows = copy(build, build_id, where)
                finish(build, build_id, where)
            finally:
                remove_unfinished(where, build_id)
    except (duckdb.Error, OSError) as error:
        message = cause(str(error)) or first_line(error)
        raise PublishError(
            f"The marts could not be copied to {where.serving.parent}, where each file"
            f" is whole, the old one or the new: {message}"
        ) from error
    return Published(build_id, rows)


def assert_no_fall(build: GreenBuild, where: Places) -> None:
    """Refuse a build with far fewer sessions than what is published has."""
    is_published = any(mart.name == "fct_sessions" for mart in build.marts)
    if build.fall_limit is None or not is_published or not where.serving.exists():
        return
    with opened() as connection:
        attach(connection, build.database, build.catalog)
        attach(connection, where.serving, COPIES)
        built = f"{identifier(build.catalog)}.{identifier(build.schema)}"
        ((before, now),) = connection.execute(
            f"select (select count(*) from {COPIES}.main.fct_sessions),"
            f" (select count(*) from {built}.fct_sessions)"
        ).fetchall()
    if before - now > build.fall_limit * before:
        raise PublishError(
            f"The build has {now:,} sessions, where {before:,} are published: that is"
            f" {1 - Decimal(now) / before:.1%} fewer, and publish_fall_limit"
            f" ({build.fall_limit}) is less. If it is right, run"
            " `python -m serving.publish --any-fall`."
        )


def build_id_of(build: GreenBuild) -> str:
    """The time in UTC, by which versions sort, and the start of dbt's id of the run."""
    now = datetime.now(timezone.utc)
    milliseconds = now.microsecond // 1000
    return f"{now:%Y%m%dT%H%M%S}.{milliseconds:03}Z-{build.run_id[:8]}"


def copy(build: GreenBuild, build_id: str, where: Places) -> dict[str, int]:
    """Write the files of both kinds, aside; the number of rows per mart."""
    work = where.work(build_id)
    folder = work / build_id
    work.mkdir()
    folder.mkdir()
    settings = {
        "threads": os.environ.get("FOOTFALL_THREADS", "2"),
        "memory_limit": os.environ.get("FOOTFALL_DUCKDB_MEMORY", "4GB"),
        "temp_directory": str(work / "spilled"),
    }
    with opened(settings) as connection:
        attach(connection, build.database, build.catalog)
        source = f"{identifier(build.catalog)}.{identifier(build.schema)}"
        file = literal(work / where.serving.name)
        connection.execute(f"attach {file} as {COPIES} {STORAGE}")
        for mart in tqdm(build.marts, desc="publishing", unit="mart", disable=None):
            table = f"{COPIES}.main.{identifier(mart.name)}"
            connection.execute(
                f"create table {table} as select *, {literal(build_id)} as build_id"
                f" from {source}.{identifier(mart.name)}"
            )
            comment(connection, "table", table, mart)
            parquet = literal(folder / f"{mart.name}.parquet")
            connection.execute(f"copy {table} to {parquet} {PARQUET}")
        connection.execute(f"detach {COPIES}")
        # Read again from the disk, as readers will.
        connection.execute(f"attach {file} as {COPIES} (read_only)")
        return {
            mart.name: verified(connection, mart, source, folder)
            for mart in build.marts
        }


def comment(
    connection: duckdb.DuckDBPyConnection, kind: str, relation: str, mart: Mart
) -> None:
    """Write a mart's comments to a table or a view of it."""
    # In one transaction: each that ends is a write to the disk.
    connection.execute("begin")
    connection.execute(f"comment on {kind} {relation} is {literal(mart.comment)}")
    for column, text in (*mart.columns.items(), ("build_id", BUILD_ID_COMMENT)):
        connection.execute(
            f"comment on column {relation}.{identifier(column)} is {literal(text)}"
        )
    connection.execute("commit")


def verified(
    connection: duckdb.DuckDBPyConnection, mart: Mart, source: str, folder: Path
) -> int:
    """The number of rows of a mart, which both copies have to have."""
    ((built, copied, parquet),) = connection.execute(
        f"select (select count(*) from {source}.{identifier(mart.name)}),"
        f" (select count(*) from {COPIES}.main.{identifier(mart.name)}),"
        f" (select count(*) from {literal(folder / f'{mart.name}.parquet')})"
    ).fetchall()
    if not built == copied == parquet:
        raise PublishError(
            f"{mart.name} has {built} rows, but its copies have {copied} and {parquet}:"
            " nothing was published; run `python -m serving.publish` again."
        )
    return int(built)


def finish(build: GreenBuild, build_id: str, where: Places) -> None:
    """Give the files their names, so that each of them is the old or the new one."""
    work, folder = where.work(build_id), where.versions / build_id
    for path in (*(work / build_id).iterdir(), work / build_id):
        sync(path)
    (work / build_id).rename(folder)
    write_views(build, work / where.views.name, folder)
    # Queries of the one before may have begun.
    kept = {build_id}
    if where.latest.is_symlink():
        kept.add(where.latest.readlink().name)
    link = work / where.latest.name
    link.symlink_to(build_id)
    link.replace(where.latest)
    for place in (where.serving, where.views):
        path = work / place.name
        # No client that forgot to ask for read-only may lock the file.
        path.chmod(path.stat().st_mode & 0o444)
        sync(path)
        path.replace(place)
    for parent in (where.versions, where.serving.parent):
        sync(parent)
    listed = made(where)
    for old in listed.keys() - kept:
        remove(where, old, listed[old])
    lines = [line(key, marts) for key, marts in listed.items() if key in kept]
    shorter = work / where.builds.name
    shorter.write_text("".join((f"{HEADER}\n", *lines)))
    sync(shorter)
    shorter.replace(where.builds)


def write_views(build: GreenBuild, file: Path, folder: Path) -> None:
    """Write a view per mart over the files of one publish.

    Each names its file by the whole path, so that no query ever reads two publishes,
    whatever folder it is asked from.
    """
    with opened() as connection:
        connection.execute(f"attach {literal(file)} as views {STORAGE}")
        for mart in build.marts:
            view = f"views.main.{identifier(mart.name)}"
            parquet = literal(folder.resolve() / f"{mart.name}.parquet")
            connection.execute(
                f"create view {view} as select * from read_parquet({parquet})"
            )
            comment(connection, "view", view, mart)


def sync(path: Path) -> None:
    """Have what was written to a file or folder on the disk, whatever happens next."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def main(arguments: Sequence[str] | None = None) -> int:
    """Check, publish, say so."""
    parser = argparse.ArgumentParser(
        prog=called("python -m serving.publish"),
        description=called(str(__doc__)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--target-path",
        type=Path,
        default=home() / "target",
        help="the folder of the build's manifest.json and run_results.json",
    )
    parser.add_argument(
        "--any-fall",
        action="store_true",
        help="publish however few sessions there are, whatever publish_fall_limit is",
    )
    chosen = parser.parse_args(arguments)
    return guarded(lambda: run(chosen.target_path, chosen.any_fall), 1)


def run(target: Path, is_any_fall: bool) -> int:
    """Publish the build of a target folder; the exit code."""
    where = places()
    try:
        published = publish(green_build(build_database(), target), where, is_any_fall)
    except PublishError as error:
        tell(f"Not published. {error}", sys.stderr)
        return 1
    tell(published.sentence(where), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
