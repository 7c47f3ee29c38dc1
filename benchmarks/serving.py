"""What publishing the marts takes, against the build that made them.

`python -m benchmarks.serving` simulates about a million events, builds and tests every
model once, publishes a few times, each in a process of its own, and prints a Markdown
table. A build is published only with its tests, so they are part of what it is compared
with; the models alone are in the table too.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import duckdb
from tqdm import tqdm

from benchmarks.footfall import dbt
from benchmarks.inputs import simulate
from benchmarks.measure import ROOT, Cost, measure

MEBIBYTE = 2**20


def run(visitors: int, rounds: int, folder: Path) -> str:
    """Build once, publish `rounds` times, and return the Markdown."""
    inputs = folder / "inputs"
    inputs.mkdir()
    simulate(visitors, folder / "drawn").rename(inputs / "events.parquet")
    target = folder / "target"
    environment = {
        "DBT_PROFILES_DIR": str(ROOT),
        "FOOTFALL_DUCKDB_PATH": str(folder / "footfall.duckdb"),
    }
    build = dbt(inputs, target, with_tests=True)
    built = measure(build, environment).cost
    command = [sys.executable, "-m", "serving.publish", "--target-path", str(target)]
    published = [
        measure(command, environment).cost
        for _ in tqdm(range(rounds), desc="publishing", disable=None)
    ]
    results = json.loads((target / "run_results.json").read_text())["results"]
    models = sum(
        result["execution_time"]
        for result in results
        if result["unique_id"].startswith("model.")
    )
    with duckdb.connect(str(folder / "serving.duckdb"), read_only=True) as connection:
        ((events,),) = connection.execute(
            "select sum(received) from mart_quality__event_ledger"
        ).fetchall()
    files = [folder / "serving.duckdb", *(folder / "serving" / "latest").iterdir()]
    sizes = [file.stat().st_size / MEBIBYTE for file in files]
    return render(events, built, models, published, sizes[0], sum(sizes[1:]))


def render(
    events: int,
    built: Cost,
    models: float,
    published: list[Cost],
    table_size: float,
    parquet_size: float,
) -> str:
    """The table; sizes are in MiB, `models` is the sum of their seconds."""
    wall = statistics.median(cost.wall for cost in published)
    cpu = statistics.median(cost.cpu for cost in published)
    peak = max(cost.peak for cost in published)
    load = os.getloadavg()[0]
    return "\n".join(
        [
            f"{events:,} simulated events; one build, median of {len(published)}"
            f" publishes; {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores with a"
            f" load of {load:.1f} at the end, Python {platform.python_version()},"
            f" DuckDB {version('duckdb')} (`python -m benchmarks.serving`).",
            "",
            "| | wall s | CPU s | peak MiB |",
            "|---|--:|--:|--:|",
            f"| build with its tests | {built.wall:.1f} | {built.cpu:.1f}"
            f" | {built.peak:.0f} |",
            f"| publish | {wall:.1f} | {cpu:.1f} | {peak:.0f} |",
            f"| share of the build | {wall / built.wall:.1%} | {cpu / built.cpu:.1%}"
            " | |",
            f"| share of the seconds of its models | {wall / models:.1%} | | |",
            "",
            f"`serving.duckdb` is {table_size:.0f} MiB, a version in Parquet"
            f" {parquet_size:.0f} MiB.",
        ]
    )


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--visitors", type=int, default=92_500, help="about 11 events each"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="an empty folder to leave all in")
    chosen = parser.parse_args()
    if chosen.keep:
        chosen.keep.mkdir(parents=True, exist_ok=True)
        print(run(chosen.visitors, chosen.rounds, chosen.keep.resolve()))
    else:
        with tempfile.TemporaryDirectory() as name:
            print(run(chosen.visitors, chosen.rounds, Path(name)))


if __name__ == "__main__":
    main()
