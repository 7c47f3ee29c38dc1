"""What a relation holds, in few letters, by which a publish knows it again.

A mart cannot have changed where the build's file stores what it stored of the tables
that the mart is read from: a table that a build left alone has its blocks still, byte
by byte. Only where something else is stored are rows read.

DuckDB's `hash` gives each number and time a hash of its own, but not each text: of two
texts that differ in two bytes, eight apart, one pair in 256 has the same. So of texts
MD5 is taken. Rows are summed, since in a sum equal rows do not take each other out.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import duckdb

from serving.checks import Mart, Source, identifier, literal

# Of these equal values have equal hashes, and different ones different.
HASHED = re.compile(
    r"BOOLEAN|U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DATE|DECIMAL\(\d+,\d+\)"
    r"|TIME(STAMP(_\w+)?)?( WITH TIME ZONE)?"
)
DIGITS = 32
# What a DuckDB file has before its first block.
HEADERS = 3 * 4096
# Of a segment all but the numbers of its blocks, which say nothing of what it holds.
SEGMENT = (
    "row_group_id, column_id, column_path, segment_id, segment_type, start, count,"
    " compression, stats, segment_info, block_offset"
)


@dataclass(frozen=True)
class Relation:
    """A mart as it was copied."""

    name: str
    rows: int
    content: str
    """Of the bytes of its Parquet file, and part of the file's name."""
    since: str
    """The build that wrote that file."""
    digest: str | None = None
    """Of rows, columns and types; None until a publish had to ask."""
    stored: str | None = None
    """Of what its rows were read from, as the build's file stores it; None where that
    is not all that they depend on."""

    @property
    def file(self) -> str:
        """The name of its Parquet file, without the ending."""
        return f"{self.name}.{self.content}"


def content(file: Path) -> str:
    """A name for the bytes of a file."""
    found = hashlib.sha256()
    with file.open("rb") as opened:
        while part := opened.read(2**20):
            found.update(part)
    return found.hexdigest()[:DIGITS]


def digest(connection: duckdb.DuckDBPyConnection, relation: str) -> str:
    """A name for the rows, columns and types of a table or view.

    Another version of DuckDB may hash otherwise, so it is part of the name.
    """
    columns = types(connection, relation)
    sums = connection.execute(sums_query(relation, columns)).fetchall()
    said = json.dumps([duckdb.__version__, [*columns.items()], sums])
    return hashlib.sha256(said.encode()).hexdigest()[:DIGITS]


def types(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """The columns of what can be read from, in their order, with their types."""
    return dict(
        connection.execute(
            f"select column_name, column_type from (describe from {relation})"
        ).fetchall()
    )


def sums_query(relation: str, columns: Mapping[str, str]) -> str:
    """SQL for the number of rows and two sums over them, by names and types of columns.

    The hash of a row is hashed again: of columns it is put together so that two rows
    which exchange a value could come to the same sum.
    """
    values, texts = [], []
    for name, kind in columns.items():
        column = identifier(name)
        if HASHED.fullmatch(kind):
            values.append(column)
        else:
            text = column if kind == "VARCHAR" else f"cast({column} as varchar)"
            # Says what is null, and where in the whole each text begins.
            values.append(f"strlen({text})")
            texts.append(text)
    if texts:
        values.append(f"md5_number(concat({', '.join(texts)}))")
    named = ", ".join(f"{value} as v{nth}" for nth, value in enumerate(values))
    names = ", ".join(f"v{nth}" for nth in range(len(values)))
    return (
        f"select count(*), cast(sum(hash(hash(0, {names}))) as varchar),"
        f" cast(sum(hash(hash(1, {names}))) as varchar)"
        f" from (select {named} from {relation})"
    )


class Storage:
    """What a build's file stores, while a connection keeps all from writing to it.

    A table is its statement, which of its rows are there, its segments, and the bytes
    of the blocks in which those are. One that was written again may be another, though
    it has the same rows; one with other rows is never the same.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, database: Path, catalog: str
    ) -> None:
        self.connection = connection
        self.database = database
        self.catalog = catalog
        of_catalog = f"where database_name = {literal(catalog)}"
        ((self.block_size,),) = connection.execute(
            f"select block_size from pragma_database_size() {of_catalog}"
        ).fetchall()
        self.is_known = (database.stat().st_size - HEADERS) % self.block_size == 0
        """Whether blocks are where they are in the files of today's DuckDB."""
        self.tables, self.views = (
            {
                (schema, name): str(sql)
                for schema, name, sql in connection.execute(
                    f"select schema_name, {kind}_name, sql from duckdb_{kind}s()"
                    f" {of_catalog}"
                ).fetchall()
            }
            for kind in ("table", "view")
        )
        self.found: dict[Source, object] = {}
        self.blocks: dict[int, str] = {}

    def of(self, mart: Mart) -> str | None:
        """A name for what a mart is read from; None where that is not all known."""
        found = [self.source(source) for source in mart.sources if self.is_known]
        if not found or None in found:
            return None
        said = json.dumps([duckdb.__version__, mart.sources, found])
        return hashlib.sha256(said.encode()).hexdigest()[:DIGITS]

    def source(self, source: Source) -> object:
        """What is stored of a table, or said by a view; None where it is not known."""
        if source not in self.found:
            is_table = source in self.tables
            self.found[source] = (
                self.table(source) if is_table else self.views.get(source)
            )
        return self.found[source]

    def table(self, source: Source) -> object:
        """What is stored of a table; None where some of it is in memory alone."""
        name = ".".join(identifier(each) for each in (self.catalog, *source))
        segments = self.connection.execute(
            "select has_updates or not persistent,"
            f" list_prepend(block_id, additional_block_ids), {SEGMENT}"
            f" from pragma_storage_info({literal(name)})"
        ).fetchall()
        if any(is_in_memory for is_in_memory, *_ in segments):
            return None
        rows = self.connection.execute(
            f"select count(*), cast(sum(hash(rowid)) as varchar) from {name}"
        ).fetchall()
        # A segment of one value is in no block: what is said of it has the value.
        stored = [
            (said, [self.block(number) for number in numbers if number >= 0])
            for _, numbers, *said in segments
        ]
        return [self.tables[source], rows, stored]

    def block(self, number: int) -> str:
        """A name for the bytes of a block."""
        if number not in self.blocks:
            with self.database.open("rb") as file:
                file.seek(HEADERS + number * self.block_size)
                found = hashlib.sha256(file.read(self.block_size)).hexdigest()
            self.blocks[number] = found
        return self.blocks[number]


def moment(build_id: str) -> datetime:
    """When a build was published, to the millisecond, in UTC."""
    at = datetime.strptime(build_id.partition("Z")[0], "%Y%m%dT%H%M%S.%f")
    return at.replace(tzinfo=timezone.utc)


def nanoseconds(build_id: str) -> int:
    """The same, as files have it."""
    return round(moment(build_id).timestamp() * 1000) * 1_000_000


def is_untouched(path: Path, build_id: str) -> bool:
    """Whether a file is as a publish left it, by the time that it set.

    Whoever writes to it, as root can, sets another.
    """
    return (
        path.is_file()
        and not path.is_symlink()
        and path.stat().st_mtime_ns == nanoseconds(build_id)
    )
