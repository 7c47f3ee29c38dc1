"""Command line: `python -m simulator --help`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import NoReturn

from simulator.draw import Period
from simulator.run import Options, simulate


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, without the usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message}\n")


def _whole(lowest: int, highest: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        problem = f"must be a whole number from {lowest} to {highest}, not {text!r}."
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(problem) from None
        if not lowest <= number <= highest:
            raise argparse.ArgumentTypeError(problem)
        return number

    return parse


def _day(text: str) -> date:
    problem = f"must be a date from 1971 to 2200 as YYYY-MM-DD, not {text!r}."
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(problem) from None
    if not 1971 <= day.year <= 2200:
        raise argparse.ArgumentTypeError(problem)
    return day


def _folder(text: str) -> Path:
    path = Path(text)
    nearest = next(each for each in (path, *path.parents) if each.exists())
    if not nearest.is_dir():
        raise argparse.ArgumentTypeError(f"must be a folder, but {nearest} is a file.")
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate what the arguments ask for; exits with 2 if they are wrong."""
    parser = _Parser(
        prog="simulator",
        description="Write raw events of a shop and the truth they were drawn from.",
        allow_abbrev=False,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--visitors",
        type=_whole(1, 10_000_000),
        required=True,
        default=argparse.SUPPRESS,
        help="browsers and app instances; each makes about 11 events in 90 days",
    )
    add("--days", type=_whole(1, 3_650), default=90, help="length of the period")
    add("--seed", type=_whole(0, 2**31 - 1), default=1, help="equal seed, equal bytes")
    add("--start", type=_day, default=date(2026, 6, 1), help="first day, UTC")
    add("--format", choices=("csv", "parquet"), default="parquet", help="of all files")
    add(
        "--out",
        type=_folder,
        required=True,
        default=argparse.SUPPRESS,
        help="folder; its files are replaced",
    )
    add(
        "--effects",
        action="store_true",
        help="what makes visitors leave, stay away or buy: see simulator/effects.py",
    )
    given = parser.parse_args(arguments)
    period = Period(given.start, given.days)
    options = (given.visitors, period, given.seed, given.format, given.out)
    simulate(Options(*options, has_effects=given.effects))
    return 0


if __name__ == "__main__":
    sys.exit(main())
