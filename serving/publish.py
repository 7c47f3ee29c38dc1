"""Copy the marts of a green build to where readers find them, in one step.

A DuckDB file that is being written can be read by nobody, and one that is read cannot
be written. So readers get files of their own, which it writes beside the build's
database, or where FOOTFALL_SERVING_PATH says: `serving.duckdb`, with every public mart
as a table; and, below `serving/`, a Parquet file per mart, a folder of links to them
per publish, and views over the latest in `serving_views.duckdb`. A mart that is what it
was keeps its Parquet file; if all are, the tables are copied as one file. Each file is
made in a folder aside, checked, and renamed when it is whole. The table
`published_build` says which build it is. What footfall did not publish is neither
replaced nor removed.

Ends with 0 if the build was published, else with 1.
"""

import argparse
import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
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
from serving.contents import (
    Relation,
    Storage,
    content,
    digest,
    is_untouched,
    moment,
    nanoseconds,
    types,
)
from serving.errors import cause, guarded, tell
from serving.made import (
    BUILD,
    HEADER,
    RELATIONS,
    alone,
    assert_free,
    in_the_way,
    line,
    link_to,
    made,
    published,
    remove,
    remove_unfinished,
    write_down,
)
from serving.places import ROOT, Places, build_database, called, home, places

# What the drivers of 2024 and later read, without a log: nobody reads a file of ours
# before it is whole.
STORAGE = "(storage_version 'v1.0.0', recovery_mode no_wal_writes)"
# No names that a build's database has.
COPIES, BEFORE = "footfall_copies", "footfall_copies_before"
# As quick as the default, and a third smaller.
PARQUET = "(format parquet, compression zstd, compression_level 1)"
# Of these Parquet has milliseconds alone, and no zone.
LESS = re.compile(r"INTERVAL|TIME WITH TIME ZONE")


@dataclass(frozen=True)
class Published:
    """What a publish put in place."""

    build_id: str
    relations: tuple[Relation, ...]

    def sentence(self, where: Places) -> str:
        """What was published, how much of it is new, and where."""
        rows = sum(relation.rows for relation in self.relations)
        changed = sum(each.since == self.build_id for each in self.relations)
        return (
            f"Published {len(self.relations)} marts, {rows:,} rows, as build"
            f" {self.build_id} to {where.serving}; {changed} of the marts changed."
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
                relations = copy(build, build_id, where)
                # Before any of the files is where it stays.
                files = [relation.file for relation in relations]
                write_down(file, line(build_id, files))
                finish(build, build_id, relations, where)
            finally:
                remove_unfinished(where, build_id)
    except (duckdb.Error, OSError) as error:
        message = cause(str(error)) or first_line(error)
        raise PublishError(
            f"The marts could not be copied to {where.serving.parent}, where each file"
            f" is whole, the old one or the new: {message}"
        ) from error
    return Published(build_id, relations)


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


def copy(build: GreenBuild, build_id: str, where: Places) -> tuple[Relation, ...]:
    """Write what changed, of both kinds, aside; what is published then, by name."""
    work = where.work(build_id)
    file = work / where.serving.name
    for folder in (work, work / where.files.name):
        folder.mkdir()
    settings = {
        "threads": os.environ.get("FOOTFALL_THREADS", "2"),
        "memory_limit": os.environ.get("FOOTFALL_DUCKDB_MEMORY", "4GB"),
        "temp_directory": str(work / "spilled"),
    }
    held = published(where)
    with opened(settings) as connection:
        # Views name the larger side first, which DuckDB takes for the smaller one, and
        # then keeps all that is wide in memory, join by join.
        connection.execute("set disabled_optimizers = 'build_side_probe_side'")
        # A tenth of the time of writing tables, for a sixth more room.
        connection.execute("set disabled_compression_methods = 'fsst'")
        # Else groups of rows that threads left less than full are written twice.
        connection.execute("set max_vacuum_tasks = 0")
        attach(connection, build.database, build.catalog)
        if held:
            attach(connection, where.serving, BEFORE)
        storage = Storage(connection, build.database, build.catalog)
        stored = {mart.name: storage.of(mart) for mart in build.marts}
        same = unchanged(connection, build, held, stored)
        names = {mart.name for mart in build.marts}
        is_all_same = held.keys() == same.keys() == names
        if is_all_same:
            # No table is dropped in the copy: its rows would stay in free blocks.
            shutil.copyfile(where.serving, file)
        connection.execute(f"attach {literal(file)} as {COPIES} {STORAGE}")
        relations = []
        for mart in tqdm(build.marts, desc="publishing", unit="mart", disable=None):
            kept = same.get(mart.name)
            if kept is None or not is_untouched(where.parquet(kept.file), kept.since):
                kept = as_parquet(connection, build, mart, build_id, where)
            if not is_all_same:
                parquet = place_of(kept, build_id, where)
                write_table(connection, build, mart, parquet)
            relations.append(replace(kept, stored=stored[mart.name]))
        connection.execute("begin")
        write_build(connection, COPIES, build, build_id, relations)
        comment(connection, COPIES, "table", build.marts)
        connection.execute("commit")
        connection.execute(f"detach {COPIES}")
        # Read again from the disk, as readers will.
        connection.execute(f"attach {literal(file)} as {COPIES} (read_only)")
        for relation in relations:
            verify(connection, relation, place_of(relation, build_id, where))
    return tuple(relations)


def unchanged(
    connection: duckdb.DuckDBPyConnection,
    build: GreenBuild,
    held: Mapping[str, Relation],
    stored: Mapping[str, str | None],
) -> dict[str, Relation]:
    """Those of the published marts that are in the build as they are, by name."""
    found = {}
    marts = [mart for mart in build.marts if mart.name in held]
    for mart in tqdm(marts, desc="comparing", unit="mart", disable=None):
        source, relation = build.of(mart), held[mart.name]
        if relation.stored and relation.stored == stored[mart.name]:
            found[mart.name] = relation
            continue
        ((rows,),) = connection.execute(f"select count(*) from {source}").fetchall()
        # Of most that changed the number of rows did, and no more is to be asked.
        if rows == relation.rows:
            known = relation.digest or digest(connection, before(mart))
            if digest(connection, source) == known:
                found[mart.name] = replace(relation, digest=known)
    return found


def before(mart: Mart) -> str:
    """A mart in the file that is published, as SQL."""
    return f"{BEFORE}.main.{identifier(mart.name)}"


def write_table(
    connection: duckdb.DuckDBPyConnection, build: GreenBuild, mart: Mart, file: Path
) -> None:
    """Write a mart's table from its Parquet file: what a view says is computed once.

    A mart with a type that Parquet does not have, or has less of, is read again.
    """
    source, copied = build.of(mart), f"read_parquet({literal(file)})"
    kinds = types(connection, source)
    if types(connection, copied) != kinds or LESS.search(" ".join(kinds.values())):
        copied = source
    connection.execute(
        f"create table {COPIES}.main.{identifier(mart.name)} as from {copied}"
    )


def as_parquet(
    connection: duckdb.DuckDBPyConnection,
    build: GreenBuild,
    mart: Mart,
    build_id: str,
    where: Places,
) -> Relation:
    """Write a mart's Parquet file, aside.

    Raises:
        PublishError: where something that footfall did not make has its name.
    """
    path = where.work(build_id) / f"{mart.name}.parquet"
    ((rows,),) = connection.execute(
        f"copy (from {build.of(mart)}) to {literal(path)} {PARQUET}"
    ).fetchall()
    relation = Relation(mart.name, rows, content(path), build_id)
    final = where.parquet(relation.file)
    ours = {file for files in made(where).values() for file in files}
    if os.path.lexists(final) and relation.file not in ours:
        raise in_the_way(final)
    path.rename(place_of(relation, build_id, where))
    return relation


def place_of(relation: Relation, build_id: str, where: Places) -> Path:
    """Where the Parquet file of a relation is until the publish is finished."""
    final = where.parquet(relation.file)
    aside = where.work(build_id) / where.files.name / final.name
    return aside if relation.since == build_id else final


def write_build(
    connection: duckdb.DuckDBPyConnection,
    catalog: str,
    build: GreenBuild,
    build_id: str,
    relations: Sequence[Relation],
) -> None:
    """Write the two tables that say what is in a published file."""
    project = (ROOT / "dbt_project.yml").read_text(encoding="utf-8")
    (version,) = re.findall(r"^version: (.+)$", project, re.MULTILINE)
    connection.execute(
        f"create or replace table {catalog}.main.{BUILD.name} as"
        f" select {literal(build_id)} as build_id,"
        f" timestamp {literal(moment(build_id).replace(tzinfo=None))} as published_at,"
        f" {literal(build.run_id)} as run_id,"
        f" {literal(version)} as footfall_version"
    )
    connection.execute(
        f"create or replace table {catalog}.main.{RELATIONS.name} (relation_name"
        " varchar, row_count bigint, content_id varchar, unchanged_since varchar,"
        " rows_digest varchar, storage_digest varchar)"
    )
    connection.executemany(
        f"insert into {catalog}.main.{RELATIONS.name} values (?, ?, ?, ?, ?, ?)",
        [astuple(relation) for relation in relations],
    )
    comment(connection, catalog, "table", (BUILD, RELATIONS))


def comment(
    connection: duckdb.DuckDBPyConnection,
    catalog: str,
    kind: str,
    marts: Sequence[Mart],
) -> None:
    """Write the comments that are not there yet, to tables or views of marts."""
    of_catalog = f"where database_name = {literal(catalog)}"
    there = set(
        connection.execute(
            f"select {kind}_name, '', comment from duckdb_{kind}s() {of_catalog}"
            " union all select table_name, column_name, comment from duckdb_columns()"
            f" {of_catalog}"
        ).fetchall()
    )
    for mart in marts:
        relation = f"{catalog}.main.{identifier(mart.name)}"
        if (mart.name, "", mart.comment) not in there:
            text = literal(mart.comment)
            connection.execute(f"comment on {kind} {relation} is {text}")
        for column, said in mart.columns.items():
            if (mart.name, column, said) not in there:
                connection.execute(
                    f"comment on column {relation}.{identifier(column)}"
                    f" is {literal(said)}"
                )


def verify(
    connection: duckdb.DuckDBPyConnection, relation: Relation, file: Path
) -> None:
    """Raise a PublishError unless both copies of a mart have its number of rows."""
    ((in_table, in_file),) = connection.execute(
        f"select (select count(*) from {COPIES}.main.{identifier(relation.name)}),"
        f" (select count(*) from {literal(file)})"
    ).fetchall()
    if not relation.rows == in_table == in_file:
        raise PublishError(
            f"{relation.name} has {relation.rows} rows, but its copies have {in_table}"
            f" and {in_file}: nothing was published; run `python -m serving.publish`"
            " again."
        )


def finish(
    build: GreenBuild, build_id: str, relations: Sequence[Relation], where: Places
) -> None:
    """Give the files their names, so that each of them is the old or the new one."""
    work, folder = where.work(build_id), where.versions / build_id
    where.files.mkdir(exist_ok=True)
    for relation in relations:
        if relation.since == build_id:
            aside = place_of(relation, build_id, where)
            settle(aside, build_id)
            aside.replace(where.parquet(relation.file))
    (work / build_id).mkdir()
    for relation in relations:
        link = work / build_id / f"{relation.name}.parquet"
        link.symlink_to(link_to(relation.file))
    for path in (where.files, work / build_id):
        sync(path)
    (work / build_id).rename(folder)
    write_views(build, build_id, relations, where)
    # Queries of the one before may have begun.
    kept = {build_id}
    if where.latest.is_symlink():
        kept.add(where.latest.readlink().name)
    link = work / where.latest.name
    link.symlink_to(build_id)
    link.replace(where.latest)
    for place in (where.serving, where.views):
        settle(work / place.name, build_id)
        (work / place.name).replace(place)
    for parent in (where.versions, where.serving.parent):
        sync(parent)
    listed = made(where)
    kept_files = {file for key in kept & listed.keys() for file in listed[key]}
    for old in listed.keys() - kept:
        remove(where, old, listed[old], kept_files)
    lines = [line(key, marts) for key, marts in listed.items() if key in kept]
    shorter = work / where.builds.name
    shorter.write_text("".join((f"{HEADER}\n", *lines)))
    sync(shorter)
    shorter.replace(where.builds)


def settle(path: Path, build_id: str) -> None:
    """Have a file whole on the disk, for nobody to write to, with its build's time."""
    # No client that forgot to ask for read-only may lock the file.
    path.chmod(path.stat().st_mode & 0o444)
    at = nanoseconds(build_id)
    os.utime(path, ns=(at, at))
    sync(path)


def write_views(
    build: GreenBuild, build_id: str, relations: Sequence[Relation], where: Places
) -> None:
    """Write a view per mart over the files of one publish.

    Each names its file by the whole path, so that no query ever reads two publishes,
    whatever folder it is asked from.
    """
    file = where.work(build_id) / where.views.name
    with opened() as connection:
        connection.execute(f"attach {literal(file)} as views {STORAGE}")
        connection.execute("begin")
        for relation in relations:
            path = literal(where.parquet(relation.file).resolve())
            connection.execute(
                f"create view views.main.{identifier(relation.name)} as"
                f" select * from read_parquet({path})"
            )
        write_build(connection, "views", build, build_id, relations)
        comment(connection, "views", "view", build.marts)
        connection.execute("commit")


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
