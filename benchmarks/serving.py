"""What publishing the marts takes, against the builds that made them.

`python -m benchmarks.serving` simulates about a million events and, round after round
from an empty folder, builds and tests all but the last 1 % to arrive and publishes;
then builds with nothing new and publishes; then with that 1 %. Each is a process of its
own. It prints a Markdown table. A build is published only with its tests, so they are
part of what it is compared with.
"""

import argparse
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import duckdb
from tqdm import tqdm

from benchmarks.footfall import dbt
from benchmarks.inputs import RAW, apart, simulate, split
from benchmarks.measure import ROOT, Cost, measure

MEBIBYTE = 2**20
MEMORY = "4GB"
# What is delivered before each build.
STEPS = {
    "everything new": ["latest_base"],
    "nothing new": ["latest_base"],
    "the latest 1 %": ["latest_base", "latest_batch"],
}


@dataclass(frozen=True)
class Step:
    """A build and its publish."""

    built: Cost
    published: Cost
    changed: int
    """Marts that the publish wrote."""


def run(events: Path | None, visitors: int, rounds: int, folder: Path) -> str:
    """Build and publish, step by step, `rounds` times, and return the Markdown."""
    raw = events or simulate(visitors, folder / "drawn")
    parts = folder / "parts"
    parts.mkdir()
    number = apart(split, raw, parts, ["latest"], MEMORY)
    taken: defaultdict[str, list[Step]] = defaultdict(list)
    with tqdm(total=rounds * len(STEPS), disable=None) as bar:
        for nth in range(rounds):
            place = folder / f"round{nth}"
            place.mkdir()
            for name, delivered in STEPS.items():
                bar.set_description(name)
                taken[name].append(step(place, [parts / each for each in delivered]))
                bar.update()
            sizes = kept(place)
            shutil.rmtree(place)
    return render(number, taken, *sizes)


def step(place: Path, delivered: Sequence[Path]) -> Step:
    """Build with what is delivered, and publish."""
    inputs, target = place / "inputs", place / "target"
    inputs.mkdir(exist_ok=True)
    for path in delivered:
        link = inputs / f"{path.name}.parquet"
        if not link.is_symlink():
            link.symlink_to(path.with_name(link.name))
    environment = {
        "DBT_PROFILES_DIR": str(ROOT),
        "DO_NOT_TRACK": "1",
        "FOOTFALL_DUCKDB_PATH": str(place / "footfall.duckdb"),
        "FOOTFALL_DUCKDB_MEMORY": MEMORY,
    }
    built = measure(dbt(inputs, target, with_tests=True), environment).cost
    command = [sys.executable, "-m", "serving.publish", "--target-path", str(target)]
    published = measure(command, environment).cost
    return Step(built, published, apart(changed, place / "serving.duckdb"))


def changed(serving: Path) -> int:
    """How many of the published marts the last publish wrote."""
    with duckdb.connect(str(serving), read_only=True) as connection:
        ((count,),) = connection.execute(
            "select count(*) from published_relations, published_build"
            " where unchanged_since = build_id"
        ).fetchall()
    return int(count)


def kept(place: Path) -> tuple[float, float]:
    """MiB of the tables, and of the Parquet files of the last publish."""
    files = [path.stat().st_size for path in (place / "serving" / "latest").iterdir()]
    return (
        (place / "serving.duckdb").stat().st_size / MEBIBYTE,
        sum(files) / MEBIBYTE,
    )


def render(
    events: int,
    taken: Mapping[str, Sequence[Step]],
    table_size: float,
    parquet_size: float,
) -> str:
    """The table; sizes are in MiB."""
    rounds = len(taken["everything new"])
    full = statistics.median(each.built.cpu for each in taken["everything new"])
    lines = [
        f"{events:,} events, of which the last 1 % to arrive come last; medians of"
        f" {rounds} rounds; {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores with a"
        f" load of {os.getloadavg()[0]:.1f} at the end, Python"
        f" {platform.python_version()}, DuckDB {version('duckdb')}"
        " (`python -m benchmarks.serving`).",
        "",
        "| | marts changed | build, CPU s | publish, CPU s | of this build"
        " | of the first | wall s | peak MiB |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name, steps in taken.items():
        built, cpu, wall = (
            statistics.median(each)
            for each in (
                [step.built.cpu for step in steps],
                [step.published.cpu for step in steps],
                [step.published.wall for step in steps],
            )
        )
        peak = max(step.published.peak for step in steps)
        lines.append(
            f"| {name} | {steps[-1].changed} | {built:.1f} | {cpu:.1f}"
            f" | {cpu / built:.1%} | {cpu / full:.1%} | {wall:.1f} | {peak:.0f} |"
        )
    sizes = (
        f"`serving.duckdb` is {table_size:.0f} MiB, the Parquet files of one publish"
        f" {parquet_size:.0f} MiB."
    )
    return "\n".join([*lines, "", sizes])


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--visitors", type=int, default=92_500, help="about 11 events each")
    add("--events", type=Path, help=f"a {RAW} of the simulator instead")
    add("--rounds", type=int, default=3)
    add("--folder", type=Path, help="where databases go; default: a temporary one")
    chosen = parser.parse_args()
    events = chosen.events.resolve() if chosen.events else None
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        print(run(events, chosen.visitors, chosen.rounds, Path(name).resolve()))


if __name__ == "__main__":
    main()
