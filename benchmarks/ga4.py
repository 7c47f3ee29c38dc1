"""What it costs to read GA4's nested export, beside storing the same rows flat.

`python -m benchmarks.ga4 ../shared/data/ga4_native` repeats the export's days, each
time a week later and by other visitors, until there are a million events; builds
staging over them; and then, in turns, stores the cleaned rows that the view makes of
them, and the same rows from a Parquet file that has them already. Prints a Markdown
table of medians in seconds of CPU, and the ratio of the two.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
from tqdm import tqdm

from benchmarks.measure import ROOT

WEEK = 7 * 24 * 3600 * 1_000_000
REPEATED = """
select * replace (
    event_timestamp + {week} * cast({turn} as bigint) as event_timestamp,
    user_pseudo_id || '.{turn}' as user_pseudo_id
)
from read_parquet('{days}')
"""
STORED = {
    "from the nested export": "select * from stg_ga4__events",
    "from flat rows": "select * from read_parquet('{flat}')",
}


def staged(folder: Path, events: str) -> Path:
    """The database in which staging reads this export."""
    database = folder / "footfall.duckdb"
    command = [str(Path(sys.executable).parent / "dbt"), "--quiet", "build"]
    command += ["--select", "+stg_ga4__events", "--exclude-resource-types", "test"]
    command += ["unit_test", "--profiles-dir", str(ROOT), "--project-dir", str(ROOT)]
    command += [
        "--vars",
        json.dumps({"sources": {"web": {"preset": "ga4", "events": events}}}),
    ]
    command += ["--target-path", str(folder / "target")]
    command += ["--log-path", str(folder / "logs")]
    subprocess.run(
        command, check=True, env=os.environ | {"FOOTFALL_DUCKDB_PATH": str(database)}
    )
    return database


def cpu_seconds(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    """Seconds of CPU that storing a query's rows takes."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    connection.execute(f"create or replace table stored as {query}")
    after = resource.getrusage(resource.RUSAGE_SELF)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Write the events, store them in turns, and print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks.ga4", description=__doc__)
    parser.add_argument("days", type=Path, help="folder of daily Parquet files")
    parser.add_argument(
        "--rows", type=int, default=1_000_000, help="of events, or more"
    )
    parser.add_argument("--runs", type=int, default=3, help="of each query")
    options = parser.parse_args()
    days = str(options.days / "*.parquet")
    with tempfile.TemporaryDirectory() as name:
        rows = 0
        while rows < options.rows:
            turn = len(list(Path(name).glob("*.parquet")))
            query = REPEATED.format(week=WEEK, turn=turn, days=days)
            found = duckdb.execute(f"copy ({query}) to '{name}/events_{turn}.parquet'")
            rows += found.fetchall()[0][0]
        flat = f"{name}/flat.parquet"
        database = staged(Path(name), f"{name}/events_*.parquet")
        taken: dict[str, list[float]] = {each: [] for each in STORED}
        with duckdb.connect(str(database), config={"threads": 2}) as connection:
            connection.execute("set enable_progress_bar = false")
            connection.execute("set preserve_insertion_order = false")
            connection.execute(f"copy (select * from stg_ga4__events) to '{flat}'")
            for _ in tqdm(range(options.runs), disable=not sys.stderr.isatty()):
                for each, query in STORED.items():
                    taken[each].append(cpu_seconds(connection, query.format(flat=flat)))
    nested, plain = (statistics.median(each) for each in taken.values())
    print(f"| {rows:,} events | {' | '.join(STORED)} | ratio |\n|---|--:|--:|--:|")
    print(f"| seconds of CPU | {nested:.1f} | {plain:.1f} | {nested / plain:.1f} |")


if __name__ == "__main__":
    main()
