"""Tables as dictionaries of equally long numpy columns, and a few moves on them."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Columns: TypeAlias = dict[str, Array]

NULL = -(2**62)
"""Stands for null in every integer column; no time, amount or offset reaches it."""

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def take(table: Columns, index: Array) -> Columns:
    """Rows of `table` at `index` (positions, or a mask as long as the table)."""
    return {name: column[index] for name, column in table.items()}


def concat(tables: Sequence[Columns]) -> Columns:
    """One table below the other; all have the columns of the first."""
    return {
        name: np.concatenate([table[name] for table in tables]) for name in tables[0]
    }


def length(table: Columns) -> int:
    """Number of rows."""
    return len(next(iter(table.values())))


def starts_of(sorted_keys: Array) -> Array:
    """Mask, shape (n,): True where a sorted key differs from the one before."""
    is_start = np.ones(len(sorted_keys), dtype=bool)
    is_start[1:] = sorted_keys[1:] != sorted_keys[:-1]
    return is_start


def position_in_group(counts: Array) -> Array:
    """0, 1, .. within each group, shape (sum of `counts`,)."""
    ends = np.cumsum(counts)
    positions: Array = np.arange(counts.sum()) - np.repeat(ends - counts, counts)
    return positions


def scramble(counter: Array, bits: int, key: int) -> Array:
    """Map each integer below 2**bits to another one, without collisions.

    Odd multiplication and xor with the upper half are both invertible, so ids look
    random and stay unique at any size without being remembered.
    """
    mask = np.uint64(2**bits - 1)
    half = np.uint64(bits // 2)
    mixed = counter.astype(np.uint64) + np.uint64(key % 2**31)
    for factor in (0x9E3779B97F4A7C15, 0xD1B54A32D192ED03):
        mixed = (mixed * np.uint64(factor)) & mask
        mixed ^= mixed >> half
    return mixed.astype(np.int64)


def pick(rng: np.random.Generator, eligible: Array, rate: float, minimum: int) -> Array:
    """Sorted positions of about `rate` of the True values in the mask `eligible`.

    Never fewer than `minimum` while there are so many: small data sets hold each
    defect too.
    """
    candidates = np.flatnonzero(eligible)
    wanted = min(max(round(rate * len(candidates)), minimum), len(candidates))
    return np.sort(rng.choice(candidates, wanted, replace=False))
