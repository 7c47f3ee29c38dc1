"""What giving sessions their channels adds to a full build.

`python -m benchmarks.channels` simulates about a million sessions, builds every model
from them once, and prints a Markdown table of the models that find sources and match
rules, with their share of the time of all models. Both numbers come from one run, so
that the machine's mood cancels out.
"""

import argparse
import json
import os
import platform
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import duckdb

from benchmarks.footfall import dbt
from benchmarks.inputs import simulate
from benchmarks.measure import ROOT, measure

# Everything that would not be there if no session had a channel.
CHANNEL_MODELS = (
    "int_channel_rules__ordered",
    "int_channel_conditions__listed",
    "int_events__sourced",
    "int_traffic_names__categorised",
    "int_traffic_sources__named",
    "int_traffic_sources__channelled",
    "int_session_sources__ordered",
    "int_sessions__channelled",
)


def run(visitors: int) -> str:
    """Build once, and return the Markdown of who took how long."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inputs = folder / "inputs"
        inputs.mkdir()
        simulate(visitors, folder / "drawn").rename(inputs / "events.parquet")
        database = folder / "measured.duckdb"
        environment = {
            "DBT_PROFILES_DIR": str(ROOT),
            "FOOTFALL_DUCKDB_PATH": str(database),
        }
        measure(dbt(inputs, folder / "target"), environment)
        results = json.loads((folder / "target" / "run_results.json").read_text())
        with duckdb.connect(str(database), read_only=True) as connection:
            sessions, combinations = connection.execute(
                "select (select count(*) from fct_sessions),"
                " (select count(*) from int_traffic_sources__named)"
            ).fetchall()[0]
    seconds = {
        result["unique_id"].split(".")[2]: result["execution_time"]
        for result in results["results"]
        if result["unique_id"].startswith("model.")
    }
    return render(sessions, combinations, seconds)


def render(sessions: int, combinations: int, seconds: dict[str, float]) -> str:
    """The table, its last line the sum."""
    whole = sum(seconds.values())
    lines = [
        f"{sessions:,} simulated sessions, {combinations:,} combinations of tags, click"
        f" ids and referrers, all presets; one run, {time.strftime('%Y-%m-%d')},"
        f" {os.cpu_count()} cores, Python {platform.python_version()},"
        f" dbt-core {version('dbt-core')}, DuckDB {version('duckdb')}"
        " (`python -m benchmarks.channels`).",
        "",
        "| model | seconds | share of all models |",
        "|---|--:|--:|",
    ]
    shown = {name: seconds[name] for name in CHANNEL_MODELS}
    for name, took in [*shown.items(), ("all of these", sum(shown.values()))]:
        lines.append(f"| {name} | {took:.2f} | {took / whole:.1%} |")
    return "\n".join([*lines, f"| all models | {whole:.2f} | 100.0% |"])


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--visitors", type=int, default=450_000, help="about 2.2 sessions each"
    )
    print(run(parser.parse_args().visitors))


if __name__ == "__main__":
    main()
