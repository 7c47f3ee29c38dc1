"""What a relation holds, in few letters, by which a publish knows it again.

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

from serving.checks import identifier

# Of these equal values have equal hashes, and different ones different.
HASHED = re.compile(
    r"BOOLEAN|U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DATE|DECIMAL\(\d+,\d+\)"
    r"|TIME(STAMP(_\w+)?)?( WITH TIME ZONE)?"
)
DIGITS = 32


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
    columns = dict(
        connection.execute(
            f"select column_name, column_type from (describe {relation})"
        ).fetchall()
    )
    sums = connection.execute(sums_query(relation, columns)).fetchall()
    said = json.dumps([duckdb.__version__, [*columns.items()], sums])
    return hashlib.sha256(said.encode()).hexdigest()[:DIGITS]


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
