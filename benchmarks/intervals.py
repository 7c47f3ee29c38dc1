"""How often the 90 % intervals of mart_attribution__model_comparison hold the truth.

`python -m benchmarks.intervals` draws persons by chance, each with what a channel gets
of them, under five kinds of credit, and counts how often the interval made of the draw
holds the conversions that were expected. It prints a Markdown table: per cent of the
draws that have an interval, by the conversions expected. The last rows are of all kinds
alike: how many draws have an interval, what a bootstrap over persons holds, and how
often one of two equal channels is called above the other, where 10 is what two ends of
5 allow.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating[Any]]
Kind = Callable[[np.random.Generator, int], Numbers]

NORMAL_95 = 1.6448536269514722
FEWEST_PERSONS = 3
FEWEST_CONVERSIONS = 1
SPANS = ((0.2, 1), (1, 2), (2, 3), (3, 5), (5, 10), (10, 20), (20, 50))
SAMPLES = 200


def shared(random: np.random.Generator, size: int) -> Numbers:
    """Linear credit: a channel's touches among those of its journeys."""
    touches = random.geometric(0.3, size)
    return np.divide(1 + random.binomial(touches - 1, 0.15), touches)


def by_position(random: np.random.Generator, size: int) -> Numbers:
    """First and last 40 %, the rest in between."""
    parts = np.array([0.4, 0.2, 0.1, 0.05, 1.0, 0.5])
    return parts[random.choice(len(parts), size, p=[0.3, 0.15, 0.15, 0.1, 0.15, 0.15])]


KINDS: dict[str, Kind] = {
    "whole conversions": lambda _, size: np.ones(size),
    "linear": shared,
    "by position": by_position,
    "anything from 0 to 1": lambda random, size: random.beta(0.6, 1.2, size),
    "persons who come back": lambda random, size: 1.0 * random.geometric(0.7, size),
}


@dataclass(frozen=True)
class Draws:
    """What a channel got in each of many draws."""

    expected: Numbers
    persons: NDArray[np.int64]
    draw: NDArray[np.int64]
    """Of each person the draw that they are in."""
    parts: Numbers
    """Of each person what the channel gets."""

    def summed(self, values: Numbers) -> Numbers:
        """Values of persons, by draw."""
        return 1.0 * np.bincount(self.draw, values, len(self.expected))

    def largest(self) -> Numbers:
        """The most that the channel gets of one person."""
        found = np.zeros(len(self.expected))
        np.maximum.at(found, self.draw, self.parts)
        return found


def drawn(
    random: np.random.Generator, kind: Kind, span: tuple[float, float], size: int
) -> Draws:
    """Draws of which the conversions expected lie evenly in a span."""
    return around(random, kind, random.uniform(*span, size))


def around(random: np.random.Generator, kind: Kind, expected: Numbers) -> Draws:
    """Persons of whom a channel gets so many conversions on average."""
    persons = random.poisson(expected / kind(random, 1_000_000).mean())
    draw = np.repeat(np.arange(len(expected)), persons)
    return Draws(expected, persons, draw, kind(random, len(draw)))


def interval(
    conversions: Numbers, squares: Numbers, largest: Numbers
) -> tuple[Numbers, Numbers]:
    """Both ends, from sums of what the channel gets of persons and of its squares."""
    low_count = conversions**2 / squares + 0.5
    upper, upper_squares = conversions + largest / 2, squares + largest**2 / 2
    high_count = upper**2 / upper_squares

    def byar(count: Numbers, sign: int) -> Numbers:
        root = 1 - 1 / (9 * count) + sign * NORMAL_95 / (3 * np.sqrt(count))
        return count * root**3

    return (
        squares / conversions * byar(low_count, -1),
        upper_squares / upper * byar(high_count, 1),
    )


def is_above(
    conversions: Numbers, squares: Numbers, others: Numbers, other_squares: Numbers
) -> NDArray[np.bool_]:
    """Whether a channel is above another one that shares no person with it."""
    variance, both = squares + other_squares, conversions + others
    unit = variance / np.where(both > 0, both, 1)
    return (conversions - others) ** 2 > NORMAL_95**2 * (variance + unit**2)


def bootstrapped(random: np.random.Generator, draws: Draws) -> tuple[Numbers, Numbers]:
    """Ends of the middle 90 % of samples in which each person is drawn anew."""
    samples = [
        draws.summed(draws.parts * random.poisson(1, len(draws.parts)))
        for _ in range(SAMPLES)
    ]
    low, high = np.quantile(samples, (0.05, 0.95), axis=0)
    return low, high


def share(found: NDArray[np.bool_]) -> str:
    """Per cent of what was asked."""
    return f"{100 * found.mean():.1f}" if len(found) else ""


def run(size: int, seed: int) -> str:
    """The table."""
    random = np.random.default_rng(seed)
    rows: dict[str, list[str]] = {name: [] for name in KINDS}
    for span in SPANS:
        pooled: defaultdict[str, list[NDArray[np.bool_]]] = defaultdict(list)
        for name, kind in KINDS.items():
            draws = drawn(random, kind, span, size)
            conversions = draws.summed(draws.parts)
            squares = draws.summed(draws.parts**2)
            has_interval = draws.persons >= FEWEST_PERSONS
            has_interval &= conversions >= FEWEST_CONVERSIONS
            pooled["have an interval"].append(has_interval)
            low, high = interval(
                conversions[has_interval],
                squares[has_interval],
                draws.largest()[has_interval],
            )
            truth = draws.expected[has_interval]
            holds = (low <= truth) & (truth <= high)
            rows[name].append(share(holds))
            pooled["**all kinds**"].append(holds)
            low, high = bootstrapped(random, draws)
            is_held = (low <= draws.expected) & (draws.expected <= high)
            pooled["bootstrap, all draws"].append(is_held)
            other = around(random, kind, draws.expected)
            found = is_above(
                conversions,
                squares,
                other.summed(other.parts),
                other.summed(other.parts**2),
            )
            pooled["one of two equals above"].append(found)
        for name, parts in pooled.items():
            rows.setdefault(name, []).append(share(np.concatenate(parts)))
    heads = [f"{low:g} to {high:g}" for low, high in SPANS]
    lines = [["credit \\ conversions expected", *heads], ["---", *["--:"] * len(heads)]]
    lines += [[name, *cells] for name, cells in rows.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Read the arguments, draw, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(run(arguments.draws, arguments.seed))


if __name__ == "__main__":
    main()
