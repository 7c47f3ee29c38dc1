"""Hostile files of events: odd in dialect, encoding, types, names and broken lines.

Who wrote a file knows what a right reader finds in it: the events, and the lines that
must be set aside, each with its reason. Nothing of that is read from the file.
"""

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from random import Random
from typing import Protocol

from simulator.hostile_csv import CsvDraw
from simulator.hostile_events import LETTERS, Event, EventDraw, Spelled
from simulator.hostile_json import JsonDraw

CSV, LINES, ARRAY, OBJECT = "csv", "json lines", "json array", "json object"
KINDS = (CSV, LINES, CSV, ARRAY, CSV, LINES, CSV, LINES, CSV, CSV)
ONE_OBJECT, TOO_LONG = 13, (57, 62, 71)
"""Of a hundred files these, by number: one object alone, and a line of over 16 MB."""
TOO_LONG_LETTERS = 17 * 2**20
LATE = (4_000, 4_000, 4_000, 21_000)
"""So many plain records come before the first odd one, where it is late."""
BROKEN_SHARE, COPIED_SHARE, EMPTY_SHARE = 0.08, 0.05, 0.03

ENCODINGS = {
    CSV: ("utf-8", "utf-8", "utf-8 mark", "utf-16", "latin-1"),
    LINES: ("utf-8", "utf-8", "utf-8 mark", "utf-16", "latin-1"),
    ARRAY: ("utf-8", "utf-8", "utf-8 mark", "utf-16"),
    OBJECT: ("utf-8", "utf-8 mark"),
}
CODECS = {"utf-16": "utf-16-le", "latin-1": "cp1252"}
FAULTS = {
    CSV: ("too_many_fields", "too_few_fields", "open_quote", "not_utf_8"),
    LINES: ("no_json", "no_object", "repeated_key", "not_utf_8"),
    # Any other fault would break all of the document.
    ARRAY: ("no_object", "repeated_key"),
    OBJECT: (),
}
ENDINGS = {
    CSV: ("csv", "csv", "csv", "tsv", "CSV"),
    LINES: ("jsonl", "ndjson", "json"),
    ARRAY: ("json",),
    OBJECT: ("json",),
}
_ANY_CHANCES = {"gzipped": 0.25, "name of the file": 0.25}
_MANY_CHANCES = _ANY_CHANCES | {"late": 0.2, "copies": 0.5, "empty records": 0.3}
_LINE_CHANCES = _MANY_CHANCES | {
    "blank lines": 0.4,
    "last line without end": 0.4,
    "mixed line ends": 0.15,
}
CHANCES = {
    OBJECT: _ANY_CHANCES,
    ARRAY: _MANY_CHANCES,
    LINES: _LINE_CHANCES,
    CSV: _LINE_CHANCES
    | {
        "sep=": 0.15,
        "repeated name": 0.25,
        "empty name": 0.2,
        "line break in the header": 0.2,
        "functions in the map": 0.25,
        "line breaks in cells": 0.6,
        "umlauts in the header": 0.3,
    },
}


@dataclass(frozen=True)
class SetAside:
    """A line that is no record, by its number in the file, or in a JSON array."""

    line_number: int
    reason: str


@dataclass(frozen=True)
class HostileFile:
    """A file and its truth."""

    path: Path
    kind: str
    codec: str
    encoding: str | None
    """The option that a reader needs; None: the file says it, or it is UTF-8."""
    columns: Mapping[str, str]
    """Column of the event contract to SQL expression, as a user would write it."""
    events: tuple[Event, ...]
    """One per record that can be read, in the order of the file."""
    set_aside: tuple[SetAside, ...]
    traits: frozenset[str]
    """What is odd about it."""


def write_hostile(folder: Path, seed: int, number: int) -> HostileFile:
    """Write one file; equal seed and number give equal bytes."""
    rng = Random(f"{seed} {number}")
    kind = OBJECT if number % 100 == ONE_OBJECT else KINDS[number % len(KINDS)]
    traits = {trait for trait, chance in CHANCES[kind].items() if rng.random() < chance}
    if number % 100 in TOO_LONG:
        traits.add("too long")
    encoding = rng.choice(ENCODINGS[kind])
    codec = CODECS.get(encoding, "utf-8")
    if codec != "utf-8":
        # DuckDB unpacks a file or decodes it, not both.
        traits.discard("gzipped")
    writer = _Writer(rng, kind, codec, traits)
    text = writer.text()

    name = f"hostile_{number}.{rng.choice(ENDINGS[kind])}"
    if "name of the file" in traits:
        name = f"it's ä {name}"
    if encoding in ("utf-8 mark", "utf-16"):
        text = "\ufeff" + text
    # What is no UTF-8 stands in the text as lone surrogates.
    content = text.encode(codec, "surrogateescape" if codec == "utf-8" else "strict")
    if "gzipped" in traits:
        content, name = gzip.compress(content, mtime=0), f"{name}.gz"
    path = folder / name
    path.write_bytes(content)
    is_told = encoding == "latin-1" or (encoding == "utf-16" and rng.random() < 0.5)
    reasons = {each.reason for each in writer.set_aside}
    reasons |= {each.rejection_reason or "accepted" for each in writer.events}
    return HostileFile(
        path,
        kind,
        codec,
        encoding if is_told else None,
        writer.form.map,
        tuple(writer.events),
        tuple(writer.set_aside),
        frozenset({kind, encoding, *traits, *reasons}),
    )


class _Form(Protocol):
    """How records look, be they of CSV or of JSON."""

    map: dict[str, str]

    def plain(self, spelled: Spelled) -> str:
        """A whole record without any trap but its values."""

    def record(self, spelled: Spelled) -> str:
        """A whole record."""

    def broken(self, spelled: Spelled, reason: str) -> str:
        """What is no record, for this reason."""

    def empty(self) -> str:
        """A record in which nothing stands."""


class _Writer:
    """One file's records, one after another, and what they mean."""

    def __init__(self, rng: Random, kind: str, codec: str, traits: set[str]) -> None:
        self.rng, self.kind, self.traits = rng, kind, traits
        self.events: list[Event] = []
        self.set_aside: list[SetAside] = []
        self.originals: list[tuple[Event, Spelled]] = []
        self.form: _Form
        self.head: list[str] = []
        if kind == CSV:
            self.form = csv = CsvDraw(rng, traits)
            self.head = csv.head()
        else:
            self.form = JsonDraw(rng, traits)
        has_lines = kind != CSV or "line breaks in cells" in traits
        self.draw = EventDraw(rng, LETTERS[codec], has_lines)
        self.faults = FAULTS[kind]
        if codec != "utf-8":
            # Any byte is a letter there.
            self.faults = tuple(each for each in self.faults if each != "not_utf_8")

    def text(self) -> str:
        """The whole file; says what is in it on the way."""
        return self.lines() if self.kind in (CSV, LINES) else self.document()

    def records(self) -> Iterator[tuple[str, Event | str]]:
        """Records, each with what it means or why it is none."""
        rng, draw = self.rng, self.draw
        if "late" in self.traits:
            for _ in range(rng.choice(LATE)):
                event, spelled = draw.plain()
                yield self.form.plain(spelled), event
        yield self._first()
        for _ in range(0 if self.kind == OBJECT else rng.randrange(30, 300)):
            yield self._drawn()
        if "too long" in self.traits:
            event, spelled = draw.plain()
            spelled["page_title"] = "x" * TOO_LONG_LETTERS
            yield self.form.plain(spelled), "too_long"

    def _first(self) -> tuple[str, Event]:
        """One that is accepted, with every key that the map names."""
        event, spelled = self.draw.odd()
        while event.rejection_reason or None in spelled.values():
            event, spelled = self.draw.odd()
        return self.form.record(spelled), event

    def _drawn(self) -> tuple[str, Event | str]:
        """One of those that are odd, broken, empty, or copies."""
        rng, draw, originals = self.rng, self.draw, self.originals
        event, spelled = draw.odd()
        if self.faults and rng.random() < BROKEN_SHARE:
            reason = rng.choice(self.faults)
            return self.form.broken(spelled, reason), reason
        if "empty records" in self.traits and rng.random() < EMPTY_SHARE:
            return self.form.empty(), draw.empty()
        if "copies" in self.traits and originals and rng.random() < COPIED_SHARE:
            event, spelled = originals.pop(rng.randrange(len(originals)))
            event, spelled = draw.copy_of(event, spelled)
        elif event.event_id and event.rejection_reason is None:
            originals.append((event, spelled))
        return self.form.record(spelled), event

    def keep(self, meaning: Event | str, line_number: int) -> None:
        """Remember what a record means, or why it is none."""
        if isinstance(meaning, str):
            self.set_aside.append(SetAside(line_number, meaning))
        else:
            self.events.append(meaning)

    def lines(self) -> str:
        """Lines of the head and of the records, with their ends."""
        rng, traits = self.rng, self.traits
        ends: tuple[str, ...] = (rng.choice(("\n", "\n", "\r\n", "\r")),)
        if "mixed line ends" in traits:
            ends = ("\n", "\r\n")
        traits |= {f"line end {end!r}" for end in ends}
        parts: list[str] = []
        line_number = 1
        for record, meaning in chain(
            ((each, None) for each in self.head), self.records()
        ):
            while "blank lines" in traits and meaning and rng.random() < 0.04:
                parts.append(rng.choice(("", "", "   ")) + rng.choice(ends))
                line_number += 1
            if meaning:
                self.keep(meaning, line_number)
            end = rng.choice(ends)
            # A line feed alone in a cell is common where lines end in two signs.
            inner = rng.choice((end, "\n")) if "\n" in end else end
            parts += [record.replace("\n", inner), end]
            line_number += 1 + record.count("\n")
        if "last line without end" in traits:
            parts.pop()
        return "".join(parts)

    def document(self) -> str:
        """One array of all objects, or one object alone."""
        elements: list[str] = []
        for element, meaning in self.records():
            elements.append(element)
            self.keep(meaning, len(elements))
        if self.kind == OBJECT:
            # Over several lines, or it was a line of objects.
            return f"{{\n  {elements[0].strip()[1:-1]}\n}}\n"
        gap = self.rng.choice(("\n", "\r\n", " ", "", "\n\n  "))
        start = self.rng.choice(("[", "[\n", "\n [ "))
        return f"{start}{f',{gap}'.join(elements)}{gap}]{gap}"
