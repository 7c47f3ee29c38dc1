"""What publishes made, by their own list; and whether something else is in their way.

The list is a file beside the builds that it names. A build is in it before anything of
it is made, so one that was killed at any moment is known. What the list does not name
is never removed, and what footfall did not make is never replaced. In the databases
that are published two tables say of which build they are, and which relations of them
are footfall's.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import duckdb

from serving.checks import Mart, PublishError, attach, literal, opened
from serving.contents import Relation, is_untouched
from serving.places import Places

# By these two footfall knows its own files: in other words it would not.
HEADER = "What footfall published here, build and marts; nothing else is ever removed."
BUILD = Mart(
    "published_build",
    "One row: the build of which all in this file is.",
    {
        "build_id": (
            "The publish, by the time in UTC at which it began and the start of dbt's"
            " id of the run."
        ),
        "published_at": "When the publish began, in UTC.",
        "run_id": "dbt's id of the run that built and tested the marts.",
        "footfall_version": "The version of footfall that published.",
    },
)
RELATIONS = Mart(
    "published_relations",
    "One row per mart in this file.",
    {
        "relation_name": "The mart.",
        "row_count": "How many rows it has.",
        "content_id": "Part of the name of the mart's Parquet file: of its bytes.",
        "unchanged_since": (
            "The build_id of the publish since which rows, columns and types are the"
            " same."
        ),
        "rows_digest": (
            "Of rows, columns and types, whatever the order of rows. Null until a"
            " publish had to ask whether they changed."
        ),
        "storage_digest": (
            "Of what the build's file stored of the tables that the mart was read from."
            " Null where the rows depend on something else too."
        ),
    },
)
BUILD_ID = re.compile(r"\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{8}")
# The column by which an earlier version, which had no such tables, knew a relation.
BUILD_ID_COMMENT = (
    "The publish that the row came with: the same in all relations, so that rows of two"
    " publishes are told apart. It begins with the time in UTC."
)

Made = Mapping[str, Sequence[str]]
"""The files of each build, by mart and content, the earliest build first; of a build
whose copies were not whole yet, and of those of an earlier version, the marts."""


def made(where: Places) -> Made:
    """What the list names; a line that is cut off, or another's, names nothing."""
    found = {}
    for text in where.builds.read_text(errors="replace").splitlines():
        build_id, *marts = text.split() or [""]
        if BUILD_ID.fullmatch(build_id) and "/" not in text:
            found[build_id] = marts
    return found


def line(build_id: str, files: Sequence[str]) -> str:
    """A build as the list has it; of two lines of one the later counts."""
    return " ".join((build_id, *files)) + "\n"


def published(where: Places) -> dict[str, Relation]:
    """The marts in the serving file, by name.

    None where there is no such file, where an earlier version published it, and where
    somebody wrote to it since.
    """
    if not where.serving.exists():
        return {}
    with opened() as connection:
        attach(connection, where.serving, "found")
        if not is_marked(connection):
            return {}
        ((build_id,),) = connection.execute(
            f"select build_id from found.main.{BUILD.name}"
        ).fetchall()
        # An earlier version wrote fewer of the columns.
        rows = connection.execute(f"from found.main.{RELATIONS.name}").fetchall()
    if not is_untouched(where.serving, build_id):
        return {}
    return {row[0]: Relation(*row) for row in rows}


@contextmanager
def alone(where: Places) -> Iterator[TextIO]:
    """The list, locked: the lock ends with the process however that ends."""
    # Whatever bytes are in it: a line that is not ours names nothing.
    with where.builds.open("a+", encoding="utf-8", errors="surrogateescape") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_current = os.path.samestat(os.fstat(file.fileno()), where.builds.stat())
        except BlockingIOError:
            is_current = False
        if not is_current:
            raise PublishError(
                f"Another publish to {where.serving} is at work: let it end, then run"
                " `python -m serving.publish` if this build is the later one."
            )
        yield file


def write_down(file: TextIO, text: str) -> None:
    """Add to the list, on the disk before anything else is."""
    file.seek(0)
    content = file.read()
    if not content.startswith(f"{HEADER}\n"):
        # One that was killed here has written no more than a part of the first line.
        file.truncate(0)
        text = f"{HEADER}\n{text}"
    elif not content.endswith("\n"):
        text = f"\n{text}"
    file.write(text)
    file.flush()
    os.fsync(file.fileno())


def remove_unfinished(where: Places, build_id: str) -> None:
    """Remove what a publish, or one that was killed, left half done."""
    folder = where.work(build_id)
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder)


def remove(
    where: Places, build_id: str, files: Sequence[str], kept: Collection[str]
) -> None:
    """Remove the links and files of a build, but for files that are kept.

    And their folder, if nobody put more into it.
    """
    folder = where.versions / build_id
    if folder.is_dir() and not folder.is_symlink():
        for file in files:
            name, _, content = file.partition(".")
            path = folder / f"{name}.parquet"
            is_link = path.is_symlink()
            # An earlier version put the files themselves there.
            if (
                is_link and path.readlink() == link_to(file)
                if content
                else path.is_file() and not is_link
            ):
                path.unlink()
        if not any(folder.iterdir()):
            folder.rmdir()
    for file in files:
        path = where.parquet(file)
        is_file = path.is_file() and not path.is_symlink()
        if is_file and "." in file and file not in kept:
            path.unlink()


def link_to(file: str) -> Path:
    """What a build's folder has for a file: where it is from there."""
    return Path("..") / "files" / f"{file}.parquet"


def assert_free(where: Places) -> None:
    """Write nothing, and raise a PublishError where something is in the way."""
    if where.serving.suffix != ".duckdb":
        raise PublishError(
            f"{where.serving} does not end in .duckdb, as the file to publish to has"
            " to, for the folder beside it is named without: change"
            " FOOTFALL_SERVING_PATH."
        )
    parent = where.serving.parent
    if parent.is_dir() and not os.access(parent, os.W_OK | os.X_OK):
        raise PublishError(
            f"{parent} cannot be written to: change its permissions, or name a file"
            " elsewhere in FOOTFALL_SERVING_PATH."
        )
    for place, kind in ((where.serving, "table"), (where.views, "view")):
        log = place.with_name(f"{place.name}.wal")
        if os.path.lexists(log):
            raise in_the_way(log)
        if os.path.lexists(place) and not is_published(place, kind):
            raise in_the_way(place)
    if os.path.lexists(where.versions):
        assert_own(where)


def in_the_way(path: Path) -> PublishError:
    """The sentence about something that publishing would have to replace."""
    return PublishError(
        f"{path} is in the way and was not published by footfall: move it, or name"
        " another file in FOOTFALL_SERVING_PATH, then run `make publish`."
    )


def is_published(path: Path, kind: str) -> bool:
    """Whether a path is a database of nothing but marts that a publish put there."""
    if path.is_symlink() or not path.is_file():
        return False
    with opened() as connection:
        try:
            connection.execute(
                f"attach {literal(path)} as found (read_only, type duckdb)"
            )
        except duckdb.Error as error:
            if "Could not set lock" in str(error):
                raise PublishError(
                    f"Another process may write to {path}, so that nobody else can read"
                    " it: close it there, then run `make publish`."
                ) from None
            return False
        found = set(
            connection.execute(
                "select 'table', schema_name, table_name from duckdb_tables()"
                " where database_name = 'found' union all"
                " select 'view', schema_name, view_name from duckdb_views()"
                " where database_name = 'found' and not internal union all"
                " select 'function', schema_name, function_name from duckdb_functions()"
                " where database_name = 'found' and not internal union all"
                " select 'sequence', schema_name, sequence_name from duckdb_sequences()"
                " where database_name = 'found' union all"
                " select 'type', schema_name, type_name from duckdb_types()"
                " where database_name = 'found' and not internal"
            ).fetchall()
        )
        if is_marked(connection):
            marts = f"select relation_name from found.main.{RELATIONS.name}"
            ours = {
                (kind, "main", name) for (name,) in connection.execute(marts).fetchall()
            }
            ours |= {("table", "main", each.name) for each in (BUILD, RELATIONS)}
        else:
            ours = set(
                connection.execute(
                    f"select {literal(kind)}, schema_name, table_name"
                    " from duckdb_columns() where database_name = 'found'"
                    " and column_name = 'build_id'"
                    f" and comment = {literal(BUILD_ID_COMMENT)}"
                ).fetchall()
            )
    return bool(found) and found == ours


def is_marked(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the database `found` has the tables that say what was published."""
    return set(
        connection.execute(
            "select table_name, comment from duckdb_tables()"
            " where database_name = 'found' and schema_name = 'main'"
            f" and table_name in ({literal(BUILD.name)}, {literal(RELATIONS.name)})"
        ).fetchall()
    ) == {(each.name, each.comment) for each in (BUILD, RELATIONS)}


def assert_own(where: Places) -> None:
    """Raise a PublishError where the folder of the builds is another's."""
    folder = where.versions
    if folder.is_symlink() or not folder.is_dir():
        raise in_the_way(folder)
    files = where.files
    if os.path.lexists(files) and (files.is_symlink() or not files.is_dir()):
        raise in_the_way(files)
    text = ""
    if os.path.lexists(where.builds):
        if where.builds.is_symlink() or not where.builds.is_file():
            raise in_the_way(where.builds)
        text = where.builds.read_text(errors="replace")
    # A publish that was killed as it began has left this and no more.
    is_begun = HEADER.startswith(text) and set(folder.iterdir()) <= {where.builds}
    if not text.startswith(f"{HEADER}\n") and not is_begun:
        raise PublishError(
            f"{folder} has files, but no list of footfall's in {where.builds.name} that"
            " says which of them it may remove: move the folder, or name another file"
            " in FOOTFALL_SERVING_PATH, then run `make publish`."
        )
    if os.path.lexists(where.latest) and not (
        where.latest.is_symlink() and str(where.latest.readlink()) in made(where)
    ):
        raise in_the_way(where.latest)
