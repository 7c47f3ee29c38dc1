"""Hostile files are read to the last line: each is an event or set aside.

The generator's truth is held against Python's own readers of CSV and JSON first, which
read a file well once the lines that are to be set aside are out of it.
"""

import csv
import gzip
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from harness import Build, Builder, folder_of
from tiers import TRIALS

from parity.parsing import once
from simulator.hostile import HostileFile, write_hostile
from simulator.hostile_events import BLANKS, COLUMNS, Event

SEED = 1
NUMBERS = range(TRIALS.hostile_files)
FILES_PER_BUILD = 50
READ = "+int_events__classified +mart_quality__unread_lines"
NOBODY = {"", "null", "guest", "0", "undefined", "(not set)", '""', "-", "false"}
LINE_END = re.compile("\r\n|\r|\n")
TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)([.,]\d+)? ?(Z|UTC|\+02:?00)?", re.IGNORECASE
)

Texts = Mapping[str, str | None]


@pytest.fixture(scope="module")
def files(shared: Path) -> list[HostileFile]:
    """The files, the same ones for all workers."""
    return once(
        folder_of(shared, "hostile", SEED, len(NUMBERS)),
        lambda folder: [write_hostile(folder, SEED, number) for number in NUMBERS],
    )


def decoded(file: HostileFile) -> str:
    """The file's text without its mark; bytes of no UTF-8 are lone surrogates."""
    content = file.path.read_bytes()
    if file.path.suffix == ".gz":
        content = gzip.decompress(content)
    errors = "surrogateescape" if file.codec == "utf-8" else "strict"
    return content.decode(file.codec, errors).removeprefix("\ufeff")


def delimiter_and_quote(file: HostileFile) -> tuple[str, str]:
    """How the cells of a CSV file are written."""
    (delimiter,) = (each for each in ",;|\t" if f"delimiter {each!r}" in file.traits)
    (quote,) = (each for each in "\"'" if f"quote {each}" in file.traits)
    return delimiter, quote


def without_lines(text: str, numbers: set[int]) -> str:
    """The text without some of its physical lines."""
    pieces = re.split("(\r\n|\r|\n)", text)
    lines = zip(pieces[::2], [*pieces[1::2], ""], strict=True)
    return "".join(
        line + end
        for number, (line, end) in enumerate(lines, 1)
        if number not in numbers
    )


def csv_texts(file: HostileFile) -> Iterator[Texts]:
    """What the map finds in a CSV file, as Python and SQL read it."""
    text = without_lines(decoded(file), {each.line_number for each in file.set_aside})
    delimiter, quote = delimiter_and_quote(file)
    rows = [
        row
        for row in csv.reader(
            io.StringIO(text.replace("\0", ""), newline=""),
            delimiter=delimiter,
            quotechar=quote,
        )
        if delimiter.join(row).strip()
    ]
    if rows[0][0].startswith("sep="):
        rows.pop(0)
    names: list[str] = []
    for number, cell in enumerate(rows.pop(0)):
        name = cell.strip() or f"column{number}"
        names.append(f"{name}_1" if name in names else name)
    table = pa.table(  # read by DuckDB under this name
        [pa.array(values, pa.string()) for values in zip(*rows, strict=True)], names
    )
    with duckdb.connect() as connection:
        connection.register("cells", table)
        expressions = ", ".join(file.columns[column] for column in COLUMNS)
        found = connection.execute(f"select {expressions} from cells").fetchall()
    for values in found:
        yield dict(zip(COLUMNS, values, strict=True))


def json_texts(file: HostileFile) -> Iterator[Texts]:
    """What the map finds in a JSON file, as Python reads it."""
    text = decoded(file).replace("\0", "")
    odd = {each.line_number for each in file.set_aside}
    read = json.JSONDecoder(parse_int=str, parse_float=str).decode
    if file.kind == "json lines":
        lines = LINE_END.split(without_lines(text, odd))
        found = [read(line) for line in lines if line.strip()]
    else:
        whole = read(text)
        elements = whole if isinstance(whole, list) else [whole]
        found = [each for nth, each in enumerate(elements, 1) if nth not in odd]
    for each in found:
        yield {column: at_path(each, file.columns[column]) for column in COLUMNS}


def at_path(tree: Any, path: str) -> str | None:
    """The text at a dotted path of names, of which some are in quotes."""
    for quoted, plain in re.findall(r'"((?:[^"]|"")*)"|(\w+)', path):
        tree = tree.get(plain or quoted.replace('""', '"')) if tree else None
    return tree if isinstance(tree, str) or tree is None else json.dumps(tree)


def as_events(texts: Iterator[Texts]) -> Iterator[Event]:
    """Events as the definitions have them."""
    seen: set[str] = set()
    for each in texts:
        values = {
            column: LINE_END.sub("\n", text or "").replace("\0", "").strip(BLANKS)
            for column, text in each.items()
        }
        visitor = None if values["visitor_id"] in NOBODY else values["visitor_id"]
        at = as_time(values["occurred_at"])
        reason = None
        if visitor is None:
            reason = "missing_visitor"
        elif at is None:
            reason = "missing_time"
        elif values["event_id"] and values["event_id"] in seen:
            reason = "duplicate"
        seen.add(values["event_id"])
        yield Event(
            values["event_id"],
            visitor,
            at,
            as_name(values["event_name"]) or "unknown",
            values["page_url"],
            values["page_title"],
            as_amount(values["revenue"]),
            reason,
        )


def as_time(text: str) -> datetime | None:
    """A time in UTC."""
    if re.fullmatch("[1-9][0-9]*", text):
        per_second = {10: 1, 13: 1_000, 16: 1_000_000}[len(text)]
        since = timedelta(microseconds=int(text) * 1_000_000 // per_second)
        return datetime(1970, 1, 1) + since
    if not (found := TIME.fullmatch(text)):
        return None
    day, clock, fraction, offset = found.groups()
    try:
        at = datetime.strptime(f"{day} {clock}", "%Y-%m-%d %H:%M:%S")
    except ValueError:
        return None
    at += timedelta(seconds=float((fraction or "0").replace(",", ".")))
    return at - timedelta(hours=2 if offset and offset.startswith("+") else 0)


def as_name(text: str) -> str:
    """A name in lower case with underscores."""
    words = re.sub("(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    return re.sub(r"[\s_-]+", "_", words).lower()


def as_amount(text: str) -> Decimal | None:
    """An amount of which thousands may be apart."""
    try:
        return Decimal(re.sub(r"[ ,.](?=\d{3}(\D|$))", "", text).replace(",", "."))
    except InvalidOperation:
        return None


def facts(event: Event) -> tuple[object, ...]:
    """What can be said of an event; of one that is rejected, only why."""
    if event.rejection_reason:
        return (event.event_id, event.rejection_reason)
    return tuple(vars(event).values())


def test_python_reads_the_same_events(files: list[HostileFile]) -> None:
    """Once the broken lines are out: so they are these lines, and swallow no other."""
    for file in files:
        texts = csv_texts(file) if file.kind == "csv" else json_texts(file)
        events = [*map(facts, as_events(texts))]
        assert events == [*map(facts, file.events)], file.path.name


def test_lines_that_are_set_aside_are_broken(files: list[HostileFile]) -> None:
    """Each for its reason, if it is read alone."""
    for file in files:
        text = decoded(file)
        if file.kind == "json array":
            elements = json.loads(text.replace("\0", ""), object_pairs_hook=Pairs)
            found = {
                each: reasons_of(elements[each.line_number - 1])
                for each in file.set_aside
            }
        else:
            lines, width = LINE_END.split(text), width_of(file, text)
            found = {
                each: reasons(file, lines[each.line_number - 1], width)
                for each in file.set_aside
            }
        wrong = {each: why for each, why in found.items() if why != {each.reason}}
        assert not wrong, file.path.name


class Pairs(list[tuple[str, object]]):
    """The keys and values of an object, also those that are there twice."""


def reasons_of(value: object) -> set[str]:
    """Why a JSON value is no record."""
    if not isinstance(value, Pairs):
        return {"no_object"}
    times = Counter(key for key, _ in value)
    return {"repeated_key"} if max(times.values()) > 1 else set()


def reasons(file: HostileFile, line: str, width: int) -> set[str]:
    """Why Python would not read a line; for a CSV file also what it says of it."""
    if len(line.encode(errors="surrogateescape")) > 16 * 2**20:
        return {"too_long"}
    if any("\udc80" <= letter <= "\udcff" for letter in line):
        return {"not_utf_8"}
    if file.kind == "csv":
        return csv_reasons(file, line, width)
    try:
        return reasons_of(json.loads(line.replace("\0", ""), object_pairs_hook=Pairs))
    except json.JSONDecodeError:
        return {"no_json"}


def csv_reasons(file: HostileFile, line: str, width: int) -> set[str]:
    """Why a CSV line is none, by the number of its cells and by its quotes."""
    delimiter, quote = delimiter_and_quote(file)
    try:
        (cells,) = csv.reader([line], strict=True, delimiter=delimiter, quotechar=quote)
    except csv.Error:
        return {"open_quote"}
    if len(cells) == width:
        return set()
    return {"too_many_fields" if len(cells) > width else "too_few_fields"}


def width_of(file: HostileFile, text: str) -> int:
    """How many cells the header has; a JSON file has none."""
    if file.kind != "csv":
        return 0
    delimiter, quote = delimiter_and_quote(file)
    start = io.StringIO(text[:2_000].replace("\0", ""), newline="")
    rows = (row for row in csv.reader(start, delimiter=delimiter, quotechar=quote))
    return next(len(row) for row in rows if row and not row[0].startswith("sep="))


def test_equal_arguments_give_equal_bytes(
    files: list[HostileFile], tmp_path: Path
) -> None:
    """And another seed gives others."""
    again = write_hostile(tmp_path, SEED, 4)
    assert again.path.read_bytes() == files[4].path.read_bytes()
    assert (again.events, again.set_aside) == (files[4].events, files[4].set_aside)
    other = write_hostile(tmp_path, SEED + 1, 4)
    assert other.path.read_bytes() != files[4].path.read_bytes()


def test_every_kind_of_hostility_is_there(files: list[HostileFile]) -> None:
    """In the files of `make test` alone."""
    found = {trait for file in files[:20] for trait in file.traits}
    assert not EXPECTED_TRAITS - found


EXPECTED_TRAITS = {
    *("csv", "json lines", "json array", "json object"),
    *("utf-8", "utf-8 mark", "utf-16", "latin-1", "gzipped", "name of the file"),
    *(f"delimiter {each!r}" for each in ",;\t|"),
    *("quote '", 'quote "', "quoted: all", "quoted: needed", "quoted: loose"),
    *(f"line end {each!r}" for each in ("\n", "\r\n", "\r")),
    *("mixed line ends", "last line without end", "blank lines"),
    *("sep=", "repeated name", "empty name", "line break in the header"),
    *("functions in the map", "line breaks in cells", "umlauts in the header"),
    *("empty records", "escaped key", "blanks around an object"),
    *("late", "types mixed", "nested objects", "bare NUL in JSON"),
    *("too_many_fields", "too_few_fields", "open_quote", "not_utf_8"),
    *("no_json", "no_object", "repeated_key"),
    *("accepted", "missing_visitor", "missing_time", "duplicate"),
}


@pytest.mark.longest
@pytest.mark.parametrize("first", NUMBERS[::FILES_PER_BUILD])
def test_every_line_is_an_event_or_set_aside(
    build: Builder, files: list[HostileFile], first: int
) -> None:
    """The events are those that were written, and so are the lines set aside."""
    here = {f"h{number}": files[number] for number in NUMBERS[first:][:FILES_PER_BUILD]}
    sources: dict[str, dict[str, object]] = {}
    for name, file in here.items():
        source = {"events": str(file.path), "columns": dict(file.columns)}
        if file.encoding:
            source["encoding"] = file.encoding
        sources[name] = {"preset": "columns", **source}
    made = build({"sources": sources, "unread_share_limit": 1}, select=READ)
    assert made.is_green, made.said
    wrong = {
        file.path.name: difference
        for name, file in here.items()
        if (difference := difference_of(made, name, file))
    }
    assert not wrong


def difference_of(made: Build, source: str, file: HostileFile) -> list[object]:
    """Some of what a build has of a file and should not, and of what it has not."""
    values = ", ".join([*COLUMNS, "rejection_reason"])
    where = f"where source_name = '{source}'"
    rows = made.rows(f"select {values} from int_events__classified {where}")
    events = Counter(facts(as_read(row)) for row in rows)
    wanted = Counter(map(facts, file.events))
    unread = Counter(
        made.rows(
            f"select line_number, unread_reason from mart_quality__unread_lines {where}"
        )
    )
    broken = Counter((each.line_number, each.reason) for each in file.set_aside)
    # Records in are those accepted, rejected and set aside.
    records = made.value(f"select count(*) from stg_files__lines {where}")
    counted = [records] if records != len(rows) + unread.total() else []
    some = [events - wanted, wanted - events, unread - broken, broken - unread]
    return [*(row for rows in some for row in islice(rows, 2)), *counted]


def as_read(row: tuple[Any, ...]) -> Event:
    """An event of a build; whose line breaks they are does not matter."""
    event = Event(*row)
    # An id that was not there is a hash.
    id_there = "" if re.fullmatch("[0-9a-f]{32}", event.event_id) else event.event_id
    title = LINE_END.sub("\n", event.page_title or "")
    return replace(event, event_id=id_there, page_title=title)
