"""Where two builds' marts differ: relation, key, column and both values."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from parity.build import Built, Relation, Row

Key = tuple[str | None, ...]


@dataclass(frozen=True)
class Difference:
    """One value, or one whole row, that two engines do not share."""

    relation: str
    key: str
    column: str
    values: tuple[tuple[str, str], tuple[str, str]]
    """Engine and value, twice."""

    def __str__(self) -> str:
        (one, value), (other, other_value) = self.values
        return (
            f"{self.relation} [{self.key}] {self.column}:"
            f" {one} {value}, {other} {other_value}"
        )


def shown(value: str | None) -> str:
    """A text in quotes, so that null and 'null' differ to the eye too."""
    return "null" if value is None else f"'{value}'"


def digest(built: Built, relation: Relation) -> tuple[str, int]:
    """A hash of all rows whatever their order, and their number."""
    hashes = sorted(
        hashlib.sha256(repr(row).encode()).digest() for row in built.rows(relation.name)
    )
    return hashlib.sha256(b"".join(hashes)).hexdigest(), len(hashes)


def differences(one: Built, other: Built, relation: Relation) -> Iterator[Difference]:
    """Everything in which two builds' versions of a mart differ."""
    columns = list(relation.columns)
    places = [columns.index(name) for name in relation.key]

    def by_key(built: Built) -> dict[Key, Counter[Row]]:
        rows: dict[Key, Counter[Row]] = {}
        for row in built.rows(relation.name):
            rows.setdefault(tuple(row[place] for place in places), Counter())[row] += 1
        return rows

    ours, theirs = by_key(one), by_key(other)
    for key in sorted(ours.keys() | theirs.keys(), key=repr):
        text = ", ".join(
            f"{name}={shown(value)}"
            for name, value in zip(relation.key, key, strict=True)
        )
        left, right = ours.get(key, Counter()), theirs.get(key, Counter())
        # Rows that both have say nothing; a key may stand for several.
        only_left = sorted((left - right).elements(), key=repr)
        only_right = sorted((right - left).elements(), key=repr)
        for a, b in zip(only_left, only_right, strict=False):
            for column, value, other_value in zip(columns, a, b, strict=True):
                if value != other_value:
                    values = (
                        (one.engine, shown(value)),
                        (other.engine, shown(other_value)),
                    )
                    yield Difference(relation.name, text, column, values)
        if len(only_left) != len(only_right):
            counts = (
                (one.engine, str(left.total())),
                (other.engine, str(right.total())),
            )
            yield Difference(relation.name, text, "number of rows", counts)
