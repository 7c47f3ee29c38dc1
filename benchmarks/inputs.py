"""The files that a benchmark reads, cut from one file of simulated events.

What is random here follows from the events' ids, so that every run has the same.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.measure import ROOT

PASSED_ON = [
    "event_id",
    "visitor_id",
    "user_id",
    "platform",
    "received_at",
    "event_name",
    "page_url",
    "page_title",
    "referrer_url",
    "user_agent",
    "device_category",
    "os_name",
    "browser_name",
    "language",
    "country_code",
    "engagement_ms",
    "scroll_percent",
    "page_load_ms",
    "order_id",
    "revenue",
    "currency",
]
CLOCK = (
    "try_cast(occurred_at as timestamp)"
    " + coalesce(try_cast(clock_offset_ms as bigint), 0) * interval 1 millisecond"
)
COLUMN_MAP = {**{name: name for name in PASSED_ON}, "occurred_at": CLOCK}
# Copies of one event have one id, and go one way.
DRAW = "hash(coalesce(event_id, visitor_id || occurred_at), 7)"
RAW = "raw_events.parquet"
BATCHES = ("latest", "spread")


def apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function in a process of its own, since `measure` needs a small parent."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def simulate(visitors: int, folder: Path) -> Path:
    """Write the simulator's events and return their Parquet file."""
    command = [sys.executable, "-m", "simulator", "--seed", "7"]
    command += ["--visitors", str(visitors), "--out", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return folder / RAW


def split(raw: Path, folder: Path, names: Sequence[str], memory: str) -> int:
    """Cut the raw file in two, base and batch, in each way that is named.

    `tenth` is a tenth of the visitors. `latest` is the last 1 % to arrive. `spread` is
    1 % of all events, drawn over all time, that arrive in the hour after all others.
    Returns the number of raw events.
    """
    with duckdb.connect(config={"memory_limit": memory}) as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(f"create view raw as from '{raw}'")
        ((latest_after, last),) = connection.execute(
            "select quantile_disc(cast(received_at as timestamp), 0.99),"
            " max(cast(received_at as timestamp)) from raw"
        ).fetchall()
        is_latest = f"cast(received_at as timestamp) > timestamp '{latest_after}'"
        late = (
            f"* replace (cast(timestamp '{last}' + interval 1 hour"
            f" + ({DRAW} % 3600000) * interval 1 millisecond as varchar)"
            " as received_at)"
        )
        for name, columns, condition in (
            ("latest_base", "*", f"not {is_latest}"),
            ("latest_batch", "*", is_latest),
            ("spread_base", "*", f"{DRAW} % 100 <> 0"),
            ("spread_batch", late, f"{DRAW} % 100 = 0"),
            ("tenth", "*", "hash(visitor_id, 7) % 10 = 0"),
        ):
            if name.split("_")[0] in names:
                query = f"select {columns} from raw where {condition}"
                write(connection, query, folder / f"{name}.parquet")
        return number(connection, "select count(*) from raw")


def export_accepted(database: Path, folder: Path, memory: str) -> int:
    """Write the accepted events that start or extend sessions, and base and batches.

    All is read from what the project promises: fct_events and the seed event_rules.
    Returns the number of events.
    """
    with opened(database, memory) as connection:
        whole = folder / "accepted.parquet"
        write(connection, RELEVANT, whole)
        for name, condition in (
            ("latest", f"received_at > (select {LATEST_AFTER} from '{whole}')"),
            ("spread", "hash(event_id, 7) % 100 = 0"),
        ):
            for part, sign in (("base", "not"), ("batch", "")):
                write(
                    connection,
                    f"select * from '{whole}' where {sign} ({condition})",
                    folder / f"accepted_{name}_{part}.parquet",
                )
        return number(connection, f"select count(*) from '{whole}'")


LATEST_AFTER = "quantile_disc(received_at, 0.99)"
RELEVANT = """
    with kinds as (
        select distinct event_name, coalesce(platform, '') as platform from fct_events
    ),
    relevance as (
        select
            kinds.event_name,
            kinds.platform,
            arg_min(event_rules.is_session_relevant, event_rules.priority)
                as is_relevant
        from kinds
        inner join event_rules
            on kinds.event_name like event_rules.event_name
            and kinds.platform like event_rules.platform
        group by all
    )
    select fct_events.*
    from fct_events
    inner join relevance
        on fct_events.event_name = relevance.event_name
        and coalesce(fct_events.platform, '') = relevance.platform
    where relevance.is_relevant
"""


def recount(database: Path) -> int:
    """Sessions of a whole build, counted from its accepted events by their gaps.

    No part of what is measured, so no limit to memory: it sorts all events at once.
    """
    with opened(database) as connection:
        return number(
            connection,
            f"""
            with paused as (
                select
                    occurred_at,
                    lag(occurred_at) over (
                        partition by source_name, visitor_id order by occurred_at
                    ) as previous_at
                from ({RELEVANT})
            )
            select count(*) from paused
            where not coalesce(occurred_at <= previous_at + interval 30 minute, false)
            """,
        )


def opened(database: Path, memory: str | None = None) -> duckdb.DuckDBPyConnection:
    """A database to read from, within a limit or DuckDB's own."""
    connection = duckdb.connect(
        str(database), read_only=True, config={"memory_limit": memory} if memory else {}
    )
    connection.execute("set enable_progress_bar = false")
    return connection


def write(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Write a query's rows as Parquet."""
    connection.execute(f"copy ({query}) to '{path}' (format parquet, codec zstd)")


def number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """The one number that a query answers."""
    ((value,),) = connection.execute(query).fetchall()
    return int(value)
