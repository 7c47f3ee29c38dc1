"""Build the same input on several engines and compare every mart, row by row.

Ends with 0 if all marts of all engines asked for are equal, with 1 if any differ, and
with 2 if an engine is missing or a build fails.
"""

import argparse
import signal
import sys
import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from tqdm import tqdm

from parity.build import Built, build
from parity.compare import differences, digest
from parity.engines import ALL, ENGINES, EngineError

DIFFERENCES_SHOWN = 10


def plural(count: int, noun: str) -> str:
    """1 row, 2 rows."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def compare(builds: Sequence[Built]) -> int:
    """Say what differs, and how much was compared; the number of unequal marts."""
    first, *others = builds
    row_count, unequal = 0, []
    for relation in tqdm(first.relations, desc="comparing", disable=None):
        expected, count = digest(first, relation)
        row_count += count
        for other in others:
            if digest(other, relation)[0] == expected:
                continue
            unequal.append(relation.name)
            found = differences(first, other, relation)
            for difference in islice(found, DIFFERENCES_SHOWN):
                print(difference)
            if rest := sum(1 for _ in found):
                print(f"{relation.name}: {plural(rest, 'more difference')}")
    names = len(set(unequal))
    verdict = f"{plural(names, 'relation')} differ" if names else "equal"
    print(
        f"parity: {plural(len(first.relations), 'relation')},"
        f" {plural(row_count, 'row')}, {plural(len(builds), 'engine')}: {verdict}"
    )
    return names


def build_all(names: Sequence[str], folder: Path) -> list[Built]:
    """One build per engine that is there; what is wrong with another is printed."""
    builds = []
    for name in tqdm(names, desc="building", disable=None):
        try:
            built = build(ALL[name], folder / name)
        except EngineError as error:
            print(f"parity: {name} was not compared. {error}")
            continue
        if built.is_green:
            builds.append(built)
        else:
            print(f"{built.said}\nparity: {name} was not compared. Its build failed.")
    return builds


def engine_names(text: str) -> list[str]:
    """The option's value, checked."""
    names = text.split(",")
    if unknown := set(names) - set(ENGINES):
        raise argparse.ArgumentTypeError(
            f"there is no engine {', '.join(sorted(unknown))}; the engines are"
            f" {', '.join(ENGINES)}"
        )
    return names


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, compare, say so."""
    parser = argparse.ArgumentParser(prog="python -m parity", description=__doc__)
    parser.add_argument(
        "--engines",
        type=engine_names,
        default=list(ENGINES),
        help=f"which to compare, with commas between; {','.join(ENGINES)} if not given",
    )
    chosen = parser.parse_args(arguments)
    # So that a server that was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))
    with tempfile.TemporaryDirectory(prefix="footfall-parity-") as folder:
        builds = build_all(chosen.engines, Path(folder))
        if len(builds) < 2:
            print(f"parity: {plural(len(builds), 'engine')}: nothing to compare")
            return 2
        unequal = compare(builds)
    if len(builds) < len(chosen.engines):
        return 2
    return 1 if unequal else 0


if __name__ == "__main__":
    sys.exit(main())
