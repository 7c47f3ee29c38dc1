"""The command line of a benchmark that draws its events and runs in rounds."""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.inputs import RAW

Run = Callable[[Path | None, int, int, Path], dict[str, Any]]


def store_rounds(description: str, run: Run, results: Path) -> None:
    """Read the arguments, measure, store.

    `run` is given a file of events or none, how many visitors to draw, the number of
    rounds and a folder; it returns what is stored.
    """
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    add = parser.add_argument
    add("--visitors", type=int, default=92_500, help="about 11 events each")
    add("--events", type=Path, help=f"a {RAW} of the simulator instead")
    add("--rounds", type=int, default=3)
    add("--folder", type=Path, help="where databases go; default: a temporary one")
    add("--results", type=Path, default=results, help="where figures go")
    chosen = parser.parse_args()
    events = chosen.events.resolve() if chosen.events else None
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        place = Path(name).resolve()
        known = run(events, chosen.visitors, chosen.rounds, place)
    report.store(known, chosen.results)
