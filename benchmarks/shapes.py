"""The floor, and the shapes in which others find sessions.

`python -m benchmarks.shapes SHAPE SOURCE FOLDER` does one of them in this process and
prints, as JSON, the rows or sessions found and the seconds that it took; imports and
the start of an engine come before. All shapes read the same Parquet file, in the event
contract's types: accepted events that start or extend sessions. From it they make the
map from event to session, and the sessions with attributes of the first and the last
event. DuckDB's leave tables in FOLDER/measured.duckdb, the others two Parquet files.
"""

import argparse
import importlib.util
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from parity.engines import spark_missing

TIMEOUT = timedelta(minutes=30)
THREADS = os.environ.get("FOOTFALL_THREADS", "2")
ORDER = ["visitor_id", "occurred_at", "received_at", "event_id"]
OF_FIRST = [
    "page_url",
    "referrer_url",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "device_category",
    "os_name",
    "browser_name",
    "language",
    "country_code",
]
OF_LAST = ["page_url"]
COLUMNS = [*ORDER, "engagement_ms", *OF_FIRST]

Work = Callable[[Path, Path], int]


@dataclass(frozen=True)
class Shape:
    """One way to do it."""

    title: str
    start: Callable[[], Work]
    """Imports what is needed and starts the engine."""
    packages: tuple[str, ...] = ()

    def missing(self) -> str | None:
        """Says what keeps it from running here, or nothing."""
        if "pyspark" in self.packages:
            return spark_missing()
        for package in self.packages:
            if importlib.util.find_spec(package) is None:
                return f"{package} is not installed: requirements-bench.txt has it."
        return None


# Views name their catalog, which DuckDB calls as the file: footfall's is called so too.
DATABASE = "measured.duckdb"


def duckdb_work(run: Callable[[Any, Path], int]) -> Callable[[], Work]:
    """Work on the database of a folder, with the settings of profiles.yml."""

    def start() -> Work:
        import duckdb  # noqa: PLC0415

        def work(source: Path, folder: Path) -> int:
            settings: dict[str, Any] = {
                "threads": THREADS,
                "memory_limit": os.environ.get("FOOTFALL_DUCKDB_MEMORY", "4GB"),
                "preserve_insertion_order": "false",
            }
            database = str(folder / DATABASE)
            with duckdb.connect(database, config=settings) as connection:
                connection.execute("set TimeZone = 'UTC'")
                connection.execute("set enable_progress_bar = false")
                return run(connection, source)

        return work

    return start


def count(connection: Any, relation: str) -> int:
    """Rows of a relation."""
    ((found,),) = connection.execute(f"select count(*) from {relation}").fetchall()
    rows: int = found
    return rows


def copy(connection: Any, source: Path) -> int:
    """Store the raw file's columns as they are."""
    connection.execute(f"create table stored as select * from '{source}'")
    return count(connection, "stored")


def stage(connection: Any, source: Path) -> int:
    """Store what the database's staging view makes of the raw file: the floor."""
    connection.execute(f"create table stored as select * from {source.name}")
    return count(connection, "stored")


def wide_map(source: str) -> str:
    """Every event with all its columns and its session: lag, sum, a hash per event."""
    return f"""
        with with_previous as (
            select
                {", ".join(COLUMNS)},
                lag(occurred_at) over visitor_timeline as previous_at
            from {source}
            window visitor_timeline as (
                partition by visitor_id order by {", ".join(ORDER[1:])}
            )
        ),
        flagged as (
            select
                * exclude (previous_at),
                case
                    when occurred_at <= previous_at + interval 30 minute then 0 else 1
                end as is_first
            from with_previous
        ),
        numbered as (
            select
                * exclude (is_first),
                sum(is_first) over (
                    partition by visitor_id order by {", ".join(ORDER[1:])}
                    rows between unbounded preceding and current row
                ) as session_number
            from flagged
        )
        select *, md5(visitor_id || '-' || session_number) as session_id
        from numbered
    """


def wide_sessions(source: str) -> str:
    """Sessions by first_value and last_value over whole sessions, then distinct."""
    firsts = [
        f"first_value({column}) over session_timeline as first_{column}"
        for column in OF_FIRST
    ]
    lasts = [
        f"last_value({column}) over session_timeline as last_{column}"
        for column in OF_LAST
    ]
    return f"""
        select distinct
            session_id,
            visitor_id,
            min(occurred_at) over session_timeline as session_started_at,
            max(occurred_at) over session_timeline as session_ended_at,
            count(*) over session_timeline as event_count,
            coalesce(sum(engagement_ms) over session_timeline, 0) as engagement_ms,
            {", ".join([*firsts, *lasts])}
        from {source}
        window session_timeline as (
            partition by session_id order by {", ".join(ORDER[1:])}
            rows between unbounded preceding and unbounded following
        )
    """


def wide(connection: Any, source: Path) -> int:
    """Windows that carry every column."""
    delivered = f"'{source}'"
    connection.execute(f"create table events as {wide_map(delivered)}")
    connection.execute(f"create table sessions as {wide_sessions('events')}")
    return count(connection, "sessions")


def whole_visitors(connection: Any, source: Path) -> int:
    """Take in a batch: all that its visitors ever did is computed anew."""
    columns = ", ".join(COLUMNS)
    for statement in (
        "begin",
        f"create temp table touched as select distinct visitor_id from '{source}'",
        f"create temp table pool as select {columns} from events"
        f" semi join touched using (visitor_id)"
        f" union all select {columns} from '{source}'",
        f"create temp table recomputed as {wide_map('pool')}",
        "delete from events where visitor_id in (from touched)",
        "delete from sessions where visitor_id in (from touched)",
        "insert into events by name from recomputed",
        f"insert into sessions by name {wide_sessions('recomputed')}",
        "commit",
    ):
        connection.execute(statement)
    return count(connection, "sessions")


def polars_work(engine: Any) -> Callable[[], Work]:
    """One sort, then shift and cum_sum."""

    def start() -> Work:
        import polars as pl  # noqa: PLC0415

        def work(source: Path, folder: Path) -> int:
            visitor, at = pl.col("visitor_id"), pl.col("occurred_at")
            events = (
                pl.scan_parquet(source)
                .select(COLUMNS)
                .sort(ORDER)
                .with_columns(
                    is_first=(
                        (visitor != visitor.shift()) | (at - at.shift() > TIMEOUT)
                    ).fill_null(True)
                )
                .with_columns(
                    session_number=pl.col("is_first").cum_sum(),
                    session_started_at=pl.when("is_first").then(at).forward_fill(),
                )
            )
            sessions = events.group_by("session_number").agg(
                visitor.first(),
                at.min().alias("session_started_at"),
                at.max().alias("session_ended_at"),
                pl.len().alias("event_count"),
                pl.col("engagement_ms").sum(),
                *(pl.col(name).first().alias(f"first_{name}") for name in OF_FIRST),
                *(pl.col(name).last().alias(f"last_{name}") for name in OF_LAST),
            )
            event_map = events.select("event_id", "visitor_id", "session_started_at")
            pl.collect_all(
                [
                    event_map.sink_parquet(folder / "map.parquet", lazy=True),
                    sessions.sink_parquet(folder / "sessions.parquet", lazy=True),
                ],
                engine=engine,
            )
            return rows_of(folder / "sessions.parquet")

        return work

    return start


def pandas_start() -> Work:
    """The same in pandas, the first and last event of each session by their flags."""
    import pandas as pd  # noqa: PLC0415

    def work(source: Path, folder: Path) -> int:
        events = pd.read_parquet(source, columns=COLUMNS)
        events = events.sort_values(ORDER, ignore_index=True)
        previous = events[["visitor_id", "occurred_at"]].shift()
        is_first = (events["visitor_id"] != previous["visitor_id"]) | (
            events["occurred_at"] - previous["occurred_at"] > TIMEOUT
        )
        is_last = is_first.shift(-1, fill_value=True)
        session_number = is_first.cumsum()
        firsts = events[is_first].reset_index(drop=True)
        lasts = events[is_last].reset_index(drop=True)
        by_session = events.groupby(session_number, sort=True)
        event_map = events[["event_id", "visitor_id"]].assign(
            session_started_at=events["occurred_at"].where(is_first).ffill()
        )
        sessions = pd.DataFrame(
            {
                "visitor_id": firsts["visitor_id"],
                "session_started_at": firsts["occurred_at"],
                "session_ended_at": lasts["occurred_at"],
                "event_count": by_session.size().to_numpy(),
                "engagement_ms": by_session["engagement_ms"].sum().to_numpy(),
                **{f"first_{name}": firsts[name] for name in OF_FIRST},
                **{f"last_{name}": lasts[name] for name in OF_LAST},
            }
        )
        event_map.to_parquet(folder / "map.parquet", compression="zstd")
        sessions.to_parquet(folder / "sessions.parquet", compression="zstd")
        return rows_of(folder / "sessions.parquet")

    return work


def spark_start() -> Work:
    """The same in PySpark: windows by visitor, then a group by session."""
    from pyspark.sql import SparkSession, Window  # noqa: PLC0415
    from pyspark.sql import functions as f  # noqa: PLC0415

    spark = (
        SparkSession.builder.master(f"local[{THREADS}]")
        .config("spark.driver.memory", os.environ.get("FOOTFALL_SPARK_MEMORY", "4g"))
        .config("spark.driver.host", "localhost")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "8")
        .config("spark.sql.parquet.compression.codec", "zstd")
        .getOrCreate()
    )

    def work(source: Path, folder: Path) -> int:
        timeline = Window.partitionBy("visitor_id").orderBy(*ORDER[1:])
        at = f.col("occurred_at")
        pause = f.lag(at).over(timeline) + f.expr("interval 30 minute")
        following = f.lead(at).over(timeline) - f.expr("interval 30 minute")
        events = (
            spark.read.parquet(str(source))
            .select(*COLUMNS)
            .withColumn("is_first", f.coalesce(at > pause, f.lit(True)))
            .withColumn("is_last", f.coalesce(at < following, f.lit(True)))
            .withColumn(
                "session_started_at",
                f.max(f.when(f.col("is_first"), at)).over(
                    timeline.rowsBetween(Window.unboundedPreceding, 0)
                ),
            )
        )
        event_map = events.select("event_id", "visitor_id", "session_started_at")
        sessions = events.groupBy("visitor_id", "session_started_at").agg(
            f.max(at).alias("session_ended_at"),
            f.count("*").alias("event_count"),
            f.coalesce(f.sum("engagement_ms"), f.lit(0)).alias("engagement_ms"),
            *(
                f.max(f.when(f.col("is_first"), f.col(name))).alias(f"first_{name}")
                for name in OF_FIRST
            ),
            *(
                f.max(f.when(f.col("is_last"), f.col(name))).alias(f"last_{name}")
                for name in OF_LAST
            ),
        )
        event_map.write.mode("overwrite").parquet(str(folder / "map.parquet"))
        sessions.write.mode("overwrite").parquet(str(folder / "sessions.parquet"))
        return int(spark.read.parquet(str(folder / "sessions.parquet")).count())

    return work


def rows_of(path: Path) -> int:
    """Rows of a Parquet file, from its footer."""
    import pyarrow.parquet  # noqa: PLC0415

    rows: int = pyarrow.parquet.read_metadata(path).num_rows
    return rows


SHAPES = {
    "copy": Shape("plain copy of the raw columns", duckdb_work(copy)),
    "floor": Shape("floor: staging stored as a table", duckdb_work(stage)),
    "polars": Shape("Polars, in memory", polars_work("in-memory"), ("polars",)),
    "polars_streaming": Shape(
        "Polars, streaming", polars_work("streaming"), ("polars",)
    ),
    "pandas": Shape("pandas", pandas_start, ("pandas",)),
    "spark": Shape("PySpark, local mode", spark_start, ("pyspark",)),
    "wide": Shape("DuckDB, wide windows", duckdb_work(wide)),
    "whole_visitors": Shape(
        "DuckDB, the batch's visitors anew", duckdb_work(whole_visitors)
    ),
}


def stop_spark() -> None:
    """End Spark's Java as a child that is waited for, so that its cost is counted."""
    from pyspark import SparkContext  # noqa: PLC0415
    from pyspark.sql import SparkSession  # noqa: PLC0415

    session = SparkSession.getActiveSession()
    if session:
        gateway: Any = SparkContext._gateway
        session.stop()
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait()


def main() -> None:
    """Do one shape and say what it found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shape", choices=SHAPES)
    parser.add_argument("source", type=Path)
    parser.add_argument("folder", type=Path)
    chosen = parser.parse_args()
    work = SHAPES[chosen.shape].start()
    started = time.perf_counter()
    found = work(chosen.source, chosen.folder)
    seconds = time.perf_counter() - started
    if chosen.shape == "spark":
        stop_spark()
    print(json.dumps({"found": found, "seconds": seconds}))


if __name__ == "__main__":
    main()
