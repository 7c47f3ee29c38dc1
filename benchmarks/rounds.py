"""The command line of a benchmark that draws its events and runs in rounds."""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.inputs import RAW, simulate
from benchmarks.measure import machine, versions

MEMORY, THREADS = "4GB", 2
Run = Callable[[Path, int, Path], dict[str, Any]]


def environment_of(database: Path) -> dict[str, str]:
    """What each of its builds is told, beside the command."""
    return {
        "DO_NOT_TRACK": "1",
        "FOOTFALL_DUCKDB_PATH": str(database),
        "FOOTFALL_DUCKDB_MEMORY": MEMORY,
        "FOOTFALL_THREADS": str(THREADS),
    }


def store_rounds(description: str, run: Run, results: Path) -> None:
    """Read the arguments, measure, store.

    `run` is given a file of events, the number of rounds and a folder; it returns what
    is stored beside the conditions: the `runs`, and how many events and sessions.
    """
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    add = parser.add_argument
    add("--visitors", type=int, default=92_500, help="about 11 events each")
    add("--events", type=Path, help=f"a {RAW} of the simulator instead")
    add("--rounds", type=int, default=3)
    add("--folder", type=Path, help="where databases go; default: a temporary one")
    add("--results", type=Path, default=results, help="where figures go")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        place = Path(name).resolve()
        given: Path | None = chosen.events
        drawn = given or simulate(chosen.visitors, place / "drawn")
        found = run(drawn.resolve(), chosen.rounds, place)
    known = {
        "taken_on": time.strftime("%Y-%m-%d"),
        "rounds": chosen.rounds,
        "machine": machine(),
        "threads": THREADS,
        "memory": MEMORY,
        "versions": versions(),
        **found,
    }
    report.store(known, chosen.results)
