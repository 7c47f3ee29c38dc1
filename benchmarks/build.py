"""How long a whole build of simulated events takes, against a plain copy of them.

`python -m benchmarks.build --visitors 92500` simulates about a million events, then
alternates `create table as select *` of the same file with a full `dbt build` (tests
included), each in a process of its own, and prints a Markdown table of medians.
Measured are wall seconds, CPU seconds and peak resident memory of each process.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import duckdb
from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[1]
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
COPY = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1], config={"threads": 2})
connection.execute(f"create table copied as select * from '{sys.argv[2]}'")
"""


@dataclass(frozen=True)
class Cost:
    """What one process took: wall and CPU seconds, peak resident memory in MiB."""

    wall: float
    cpu: float
    peak: float


def measure(command: list[str], environment: dict[str, str]) -> Cost:
    """Run a command and say what it took.

    Raises:
        SystemExit: with the command's output, where it fails.
    """
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=said, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            raise SystemExit(f"{' '.join(command)} failed:\n{said.read()}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def simulate(visitors: int, folder: Path) -> Path:
    """Write the simulator's events and return their Parquet file."""
    arguments = ["--visitors", str(visitors), "--seed", "7", "--out", str(folder)]
    subprocess.run(
        [sys.executable, "-m", "simulator", *arguments], cwd=ROOT, check=True
    )
    return folder / "raw_events.parquet"


def build_command(events: Path, folder: Path, *, with_tests: bool) -> list[str]:
    """The dbt command that builds every model from a file of the simulator's."""
    columns = {name: name for name in PASSED_ON} | {"occurred_at": CLOCK}
    settings = {
        "enabled_sources": ["generic"],
        "generic_events": str(events),
        "generic_columns": columns,
    }
    command = [str(Path(sys.executable).parent / "dbt"), "build", "--quiet"]
    command += ["--target-path", str(folder / "target"), "--vars", json.dumps(settings)]
    command += ["--log-path", str(folder / "logs")]
    return command if with_tests else [*command, "--exclude-resource-type", "test"]


def run(visitors: int, rounds: int) -> str:
    """Alternate copies and builds, and return the Markdown of their medians."""
    costs: dict[str, list[Cost]] = {"copy": [], "models": [], "build": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        events = simulate(visitors, folder / "events")
        count = duckdb.execute(f"select count(*) from '{events}'").fetchall()[0][0]
        environment = os.environ | {"DBT_PROFILES_DIR": str(ROOT)}
        for _ in tqdm(range(rounds), desc="rounds"):
            for kind, measured in costs.items():
                database = folder / "measured.duckdb"
                database.unlink(missing_ok=True)
                command = (
                    [sys.executable, "-c", COPY, str(database), str(events)]
                    if kind == "copy"
                    else build_command(events, folder, with_tests=kind == "build")
                )
                chosen = environment | {"FOOTFALL_DUCKDB_PATH": str(database)}
                measured.append(measure(command, chosen))
    return render(count, rounds, costs)


def render(count: int, rounds: int, costs: dict[str, list[Cost]]) -> str:
    """The table: medians, and their ratio to the copy's wall time."""
    said = {
        "copy": "`create table as select *` of the same events",
        "models": "`dbt build` without tests",
        "build": "`dbt build`, every model and test",
    }
    floor = statistics.median(cost.wall for cost in costs["copy"])
    lines = [
        f"{count:,} simulated events, medians of {rounds} alternating runs, each in a"
        f" process of its own, {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores,"
        f" Python {platform.python_version()}, dbt-core {version('dbt-core')},"
        f" DuckDB {version('duckdb')} (`python -m benchmarks.build`).",
        "",
        "| | wall s | CPU s | peak MiB | times the copy |",
        "|---|--:|--:|--:|--:|",
    ]
    for kind, name in said.items():
        wall, cpu, peak = (
            statistics.median(getattr(cost, field) for cost in costs[kind])
            for field in ("wall", "cpu", "peak")
        )
        lines.append(
            f"| {name} | {wall:.1f} | {cpu:.1f} | {peak:,.0f} | {wall / floor:.1f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--visitors", type=int, default=92_500, help="about 11 events each"
    )
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print(run(arguments.visitors, arguments.rounds))


if __name__ == "__main__":
    main()
