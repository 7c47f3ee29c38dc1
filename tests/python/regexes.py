"""Which patterns an engine finds in which texts, by an operator of its own.

`python regexes.py ENGINE FOLDER < {"patterns": [...], "texts": [...]}` writes the pairs
of places as JSON. A process of its own, since Spark stays in the one that started it.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

Pairs = set[tuple[int, int]]

# Lookaround, inline flags and lazy or possessive quantifiers; any backslash, so
# that no SQL dialect eats one; nested brackets and class intersection (Java).
BANNED = re.compile(r"\(\?|\\|[*+?}][?+]|\[[^]]*(\[|&&)")


def found_by(
    engine: str, folder: Path, patterns: Sequence[str], texts: Sequence[str]
) -> Pairs:
    """Place of the pattern and of the text, for every pattern that is in a text."""
    done = subprocess.run(
        [sys.executable, __file__, engine, str(folder)],
        input=json.dumps({"patterns": patterns, "texts": texts}),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    pairs = json.loads(done.stdout.splitlines()[-1])
    return {(pattern, text) for pattern, text in pairs}


def in_postgres(
    patterns: Sequence[str], texts: Sequence[str]
) -> Iterable[tuple[int, int]]:
    """By `~`, on a server that is gone afterwards."""
    from psycopg2.extras import execute_values  # noqa: PLC0415

    from parity.engines import postgres_cursor, postgres_started  # noqa: PLC0415

    with (
        postgres_started(Path()) as environment,
        postgres_cursor(environment) as cursor,
    ):
        cursor.execute("create table texts (nth int, body text)")
        execute_values(cursor, "insert into texts values %s", list(enumerate(texts)))
        # One pattern after the other: it keeps 32 compiled, and no more.
        cursor.execute(
            " union all ".join(
                f"select {place}, nth from texts where body ~ '{pattern}'"
                for place, pattern in enumerate(patterns)
            )
        )
        rows: list[tuple[int, int]] = cursor.fetchall()
    return rows


def in_spark(
    folder: Path, patterns: Sequence[str], texts: Sequence[str]
) -> Iterable[tuple[int, int]]:
    """By `rlike`, in this process."""
    from pyspark.sql import SparkSession  # noqa: PLC0415

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.warehouse.dir", str(folder))
        .getOrCreate()
    )
    frame = session.createDataFrame(list(enumerate(texts)), "nth int, body string")
    frame.coalesce(1).createOrReplaceTempView("texts")
    columns = ", ".join(f"body rlike '{pattern}'" for pattern in patterns)
    rows = session.sql(f"select nth, {columns} from texts").collect()
    return [
        (place, nth)
        for nth, *found in rows
        for place, is_found in enumerate(found)
        if is_found
    ]


def main() -> None:
    """The process that `found_by` starts."""
    engine, folder = sys.argv[1:]
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    asked = json.load(sys.stdin)
    rows = (
        in_postgres(asked["patterns"], asked["texts"])
        if engine == "postgres"
        else in_spark(Path(folder), asked["patterns"], asked["texts"])
    )
    print(json.dumps([list(row) for row in rows]))


if __name__ == "__main__":
    main()
