"""What it costs to read of addresses what they say.

`python -m benchmarks.urls` writes events with addresses as Parquet, of which all are
tagged, or one in five. It builds staging over them and reads of the view, in turns, the
address alone, its host and path, these with tags and click id, and all columns of an
event. Prints a Markdown table of medians in seconds.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from tqdm import tqdm

from benchmarks.measure import ROOT

# One value in ten of campaigns is percent-encoded.
EVENTS = """
select
    'event ' || i as event_id,
    'visitor ' || i % 100000 as visitor_id,
    timestamp '2026-05-04' + to_milliseconds(i) as occurred_at,
    'page_view' as event_name,
    'https://www.shop' || i % 50 || '.example/category/item-' || i % 9999
    || case
        when i % {of} = 0 then
            '?utm_source=' || ['google', 'newsletter', 'facebook'][1 + i % 3]
            || '&utm_medium=' || ['cpc', 'email', 'social'][1 + i % 3]
            || '&utm_campaign='
            || case when i % 10 = 0 then 'Fr%C3%BChling+' else 'spring_' end || i % 100
            || '&utm_content=ad_' || i % 1000 || '&gclid=Cj0K' || hash(i)
        else ''
    end as page_url,
    'https://www.google.com/' as referrer_url
from range({rows}) as numbers (i)
"""
COLUMNS = ["event_id", "visitor_id", "occurred_at", "event_name"]
COLUMNS += ["page_url", "referrer_url"]
PLACES = ["page_host", "page_path", "referrer_host"]
TAGS = ["utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"]
TAGS += ["click_id", "click_id_type"]
SELECTIONS = {
    "the address": "count(page_url)",
    "host and path": ", ".join(f"count({name})" for name in PLACES),
    "and tags": ", ".join(f"count({name})" for name in PLACES + TAGS),
    "all columns": "count(columns(*))",
}


def staged(folder: Path, events: Path) -> Path:
    """The database in which staging reads these events."""
    database = folder / f"{events.stem}.duckdb"
    columns = {name: name for name in COLUMNS}
    source = {"preset": "columns", "events": str(events), "columns": columns}
    command = [str(Path(sys.executable).parent / "dbt"), "--quiet", "build"]
    command += ["--select", "+stg_columns__events", "--exclude-resource-types", "test"]
    command += ["unit_test", "--vars", json.dumps({"sources": {"own": source}})]
    command += ["--profiles-dir", str(ROOT), "--project-dir", str(ROOT)]
    command += ["--target-path", str(folder / "target")]
    command += ["--log-path", str(folder / "logs")]
    subprocess.run(
        command, check=True, env=os.environ | {"FOOTFALL_DUCKDB_PATH": str(database)}
    )
    return database


def seconds(connection: duckdb.DuckDBPyConnection, selection: str) -> float:
    """Seconds that a query of the view takes."""
    started = time.perf_counter()
    connection.execute(f"select {selection} from stg_columns__events").fetchall()
    return time.perf_counter() - started


def main() -> None:
    """Write the events, read the view in turns, and print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks.urls", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of events")
    parser.add_argument("--runs", type=int, default=3, help="of each query")
    options = parser.parse_args()
    lines = [f"| tagged | {' | '.join(SELECTIONS)} |", "|---|" + "--:|" * 4]
    with tempfile.TemporaryDirectory() as name:
        for title, of in {"all": 1, "1 in 5": 5}.items():
            events = Path(name) / f"of_{of}.parquet"
            query = EVENTS.format(rows=options.rows, of=of)
            duckdb.execute(f"copy ({query}) to '{events}' (format parquet)")
            taken: dict[str, list[float]] = {each: [] for each in SELECTIONS}
            database = staged(Path(name), events)
            with duckdb.connect(str(database), config={"threads": 2}) as connection:
                connection.execute("set enable_progress_bar = false")
                for _ in tqdm(range(options.runs), disable=not sys.stderr.isatty()):
                    for each, selection in SELECTIONS.items():
                        taken[each].append(seconds(connection, selection))
            medians = (f"{statistics.median(each):.2f}" for each in taken.values())
            lines.append(f"| {title} | {' | '.join(medians)} |")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
