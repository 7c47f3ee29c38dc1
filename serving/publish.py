"""Copy the marts of a green build to where readers find them, in one step.

A DuckDB file that is being written can be read by nobody, and one that is read cannot
be written. So readers get files of their own: `serving.duckdb`, with every public mart
as a table; and, below `serving/`, a folder of Parquet files per publish, with views
over the latest in `serving_views.duckdb`. Each file is made under another name, checked
against the build, and renamed when it is whole. Every relation has the column
`build_id`.

Ends with 0 if the build was published, else with 1.
"""

import argparse
import fcntl
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
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
from serving.places import ROOT, Places, build_database, places

# The one that is read, and the one before it, for queries that had begun.
VERSIONS_KEPT = 2
# What the drivers of 2024 and later read.
STORAGE = "(storage_version 'v1.0.0')"
# As quick as the default, and a third smaller.
PARQUET = "(format parquet, compression zstd, compression_level 1)"
BUILD_ID_COMMENT = (
    "The publish that the row came with: the same in all relations, so that rows of two"
    " publishes are told apart. It begins with the time in UTC."
)


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


def publish(build: GreenBuild, where: Places) -> Published:
    """Put a build's marts in the place of the last publish's.

    Raises:
        PublishError: where another publish is at work, the build is being written to,
            the copy is not whole, or there is no room for it. Readers then have what
            they had before.
    """
    if build.database.resolve() in (where.serving.resolve(), where.views.resolve()):
        raise PublishError(
            f"{build.database} is what was built, and cannot be what is published too:"
            " name another file in FOOTFALL_SERVING_PATH."
        )
    try:
        where.versions.mkdir(parents=True, exist_ok=True)
        with alone(where):
            clear_unfinished(where)
            build_id = build_id_of(build)
            try:
                rows = copy(build, build_id, where)
                finish(build, build_id, where)
            finally:
                clear_unfinished(where)
    except (duckdb.Error, OSError) as error:
        raise PublishError(
            f"The marts could not be copied to {where.serving.parent}, where each file"
            f" is whole, the old one or the new: {first_line(error)}"
        ) from error
    return Published(build_id, rows)


def build_id_of(build: GreenBuild) -> str:
    """The time in UTC, by which versions sort, and the start of dbt's id of the run."""
    now = datetime.now(timezone.utc)
    milliseconds = now.microsecond // 1000
    return f"{now:%Y%m%dT%H%M%S}.{milliseconds:03}Z-{build.run_id[:8]}"


@contextmanager
def alone(where: Places) -> Iterator[None]:
    """Hold the lock, which ends with the process however that ends."""
    with where.lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PublishError(
                f"Another publish to {where.serving} is at work: let it end, then run"
                " `python -m serving.publish` if this build is the later one."
            ) from None
        yield


def clear_unfinished(where: Places) -> None:
    """Remove what this publish, or one that was killed, left half done."""
    for path in (*where.serving.parent.iterdir(), *where.versions.iterdir()):
        # A database that is being written has a log beside it.
        if path.name.startswith(".") and ".unfinished" in path.name:
            remove(path)
    # A killed one may have named its folder and nothing else.
    if where.latest.is_symlink():
        newest = where.latest.readlink().name
        for path in version_folders(where):
            if path.name > newest:
                remove(path)


def remove(path: Path) -> None:
    """Remove a file, a link or a folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def version_folders(where: Places) -> list[Path]:
    """The folders of Parquet files, oldest first."""
    return sorted(
        path
        for path in where.versions.iterdir()
        if path.is_dir() and not path.is_symlink() and not path.name.startswith(".")
    )


def copy(build: GreenBuild, build_id: str, where: Places) -> dict[str, int]:
    """Write all files under their unfinished names; the number of rows per mart."""
    folder = where.unfinished(where.versions / build_id)
    folder.mkdir()
    settings = {
        "threads": os.environ.get("FOOTFALL_THREADS", "2"),
        "memory_limit": os.environ.get("FOOTFALL_DUCKDB_MEMORY", "4GB"),
        "temp_directory": str(where.unfinished(where.versions / "spilled")),
    }
    with opened(settings) as connection:
        attach(connection, build.database, build.catalog)
        source = f"{identifier(build.catalog)}.{identifier(build.schema)}"
        file = literal(where.unfinished(where.serving))
        connection.execute(f"attach {file} as serving {STORAGE}")
        for mart in tqdm(build.marts, desc="publishing", unit="mart", disable=None):
            table = f"serving.main.{identifier(mart.name)}"
            connection.execute(
                f"create table {table} as select *, {literal(build_id)} as build_id"
                f" from {source}.{identifier(mart.name)}"
            )
            comment(connection, "table", table, mart)
            parquet = literal(folder / f"{mart.name}.parquet")
            connection.execute(f"copy {table} to {parquet} {PARQUET}")
        connection.execute("detach serving")
        # Read again from the disk, as readers will.
        connection.execute(f"attach {file} as serving (read_only)")
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
        f" (select count(*) from serving.main.{identifier(mart.name)}),"
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
    folder = where.versions / build_id
    unfinished = where.unfinished(folder)
    for path in unfinished.iterdir():
        sync(path)
    sync(unfinished)
    unfinished.rename(folder)
    write_views(build, where, folder)
    link = where.unfinished(where.latest)
    link.symlink_to(build_id)
    link.replace(where.latest)
    for place in (where.serving, where.views):
        path = where.unfinished(place)
        # No client that forgot to ask for read-only may lock the file.
        path.chmod(path.stat().st_mode & 0o444)
        sync(path)
        path.replace(place)
    for parent in (where.versions, where.serving.parent):
        sync(parent)
    # By name, so where the clock was set back the new one may not be the last.
    for old in version_folders(where)[:-VERSIONS_KEPT]:
        if old != folder:
            remove(old)


def write_views(build: GreenBuild, where: Places, folder: Path) -> None:
    """Write a view per mart over the files of one publish.

    Each names its file by the whole path, so that no query ever reads two publishes,
    whatever folder it is asked from.
    """
    with opened() as connection:
        file = literal(where.unfinished(where.views))
        connection.execute(f"attach {file} as views {STORAGE}")
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
        prog="python -m serving.publish",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--target-path",
        type=Path,
        default=ROOT / "target",
        help="the folder of the build's manifest.json and run_results.json",
    )
    chosen = parser.parse_args(arguments)
    where = places()
    try:
        published = publish(green_build(build_database(), chosen.target_path), where)
    except PublishError as error:
        print(f"Not published. {error}", file=sys.stderr)
        return 1
    print(published.sentence(where))
    return 0


if __name__ == "__main__":
    sys.exit(main())
