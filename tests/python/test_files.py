"""Text files are read as they are: what each line is, whatever else the file holds."""

import gzip
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from harness import ROOT, Build, Row, copy_project, folder_of, run_dbt
from tiers import IS_ALL

from parity.parsing import once
from serving.summary import Figures, figure_lines

SELECT = "+mart_quality__unread_lines"
# Columns that a map can fill; which of them reads what does not matter here.
FILLED = (
    *("visitor_id", "occurred_at", "event_name", "user_id", "page_url", "revenue"),
    *("order_id", "language", "country_code", "region", "user_agent", "page_title"),
)
LINES = (
    "select line_number, fields, unread_reason, line_text from stg_files__lines"
    " where source_name = '{}' order by line_number, file_path"
)


def source(events: Path | str, *names: str, **options: str) -> dict[str, Any]:
    """A source whose columns read these names of its file."""
    columns = dict.fromkeys(FILLED[:3], "'none'")
    columns |= dict(zip(FILLED, names, strict=False))
    return {"preset": "columns", "events": str(events), "columns": columns, **options}


def read(
    folder: Path, sources: Mapping[str, Any], *flags: str, **settings: object
) -> Build:
    """Read the files of these sources, or those that are new to this folder."""
    return run_dbt(
        folder,
        {"sources": dict(sources), **settings},
        SELECT,
        ROOT,
        loads_seeds=False,
        flags=flags,
    )


@dataclass(frozen=True)
class Case:
    """A file, the fields that are asked of it in their order, and its rows."""

    content: bytes
    names: tuple[str, ...]
    expected: Sequence[Row]
    ending: str = "csv"
    encoding: str = "utf-8"
    dialect: str = 'csv, delimiter ",", quote ", utf-8'


def got(line: int, *fields: str | None) -> Row:
    """A line that is read."""
    return (line, list(fields), None, None)


def unread(line: int, reason: str, text: str) -> Row:
    """A line that is set aside."""
    return (line, None, reason, text)


SEMICOLONS = 'csv, delimiter ";", quote ", utf-8'
AB = ("a", "b")
JSON_LINES = "json lines, utf-8"
DOCUMENT = "json document, utf-8"
CASES = {
    "plain": Case(b"a,b\n1,2\n3,4\n", AB, [got(2, "1", "2"), got(3, "3", "4")]),
    "no_last_line_end": Case(b"a,b\n1,2", AB, [got(2, "1", "2")]),
    "windows_line_ends": Case(
        b"a,b\r\n1,2\r\n\r\n3,4\r\n", AB, [got(2, "1", "2"), got(4, "3", "4")]
    ),
    "old_line_ends": Case(b"a,b\r1,2\r3,4\r", AB, [got(2, "1", "2"), got(3, "3", "4")]),
    "a_return_in_a_line": Case(
        b"a,b\n1,2\r3,4\n5,6\n",
        AB,
        [got(2, "1", "2"), got(3, "3", "4"), got(4, "5", "6")],
    ),
    "a_return_among_windows_line_ends": Case(
        b"a,b\r\n1,2\r3,4\r\nx\r\n",
        AB,
        [got(2, "1", "2"), got(3, "3", "4"), unread(4, "too_few_fields", "x")],
    ),
    "mixed_line_ends": Case(
        b"a,b\n1,2\r\n\r\n3,4\n5\r\n6,7",
        AB,
        [
            got(2, "1", "2"),
            got(4, "3", "4"),
            unread(5, "too_few_fields", "5"),
            got(6, "6", "7"),
        ],
    ),
    "mixed_line_ends_of_a_packed_file": Case(
        gzip.compress(b'a,b\n1,"x\ny"\r\n\r\n3,"z\r\n\r\n"\n5\r\n6,\xe4\r\n7,8'),
        AB,
        [
            got(2, "1", "x\ny"),
            got(5, "3", "z\n\n"),
            unread(8, "too_few_fields", "5"),
            unread(9, "not_utf_8", "6,?"),
            got(10, "7", "8"),
        ],
        ending="csv.gz",
    ),
    "a_packed_spreadsheet": Case(
        gzip.compress(b'a,"b\nc"\r\n\r\n1,"x\n\ny"\r\n3,4\r\n'),
        ("a", '"b\nc"'),
        [got(4, "1", "x\n\ny"), got(7, "3", "4")],
        ending="csv.gz",
    ),
    "old_line_ends_of_a_packed_file": Case(
        gzip.compress(b'a,b\r\r1,"x\r\ry"\r3,4\r'),
        AB,
        [got(3, "1", "x\n\ny"), got(6, "3", "4")],
        ending="csv.gz",
    ),
    "semicolons": Case(b"a;b\n1,5;2\n", AB, [got(2, "1,5", "2")], dialect=SEMICOLONS),
    "pipes": Case(
        b"a|b|x,y\n1|2|3\n",
        AB,
        [got(2, "1", "2")],
        dialect='csv, delimiter "|", quote ", utf-8',
    ),
    "tabs": Case(
        b"a\tb\n1\t 2 \n",
        AB,
        [got(2, "1", " 2 ")],
        ending="tsv",
        dialect='csv, delimiter tab, quote ", utf-8',
    ),
    "tabs_before_and_after_a_name_in_quotes": Case(
        b'\t "a" \t\t\t"b"\t\n1\t2\t3\t4\t5\t6\n',
        ("column0", "a", "column2", "b", "column5"),
        [got(2, "2", "5", "1", "3", "6")],
        dialect='csv, delimiter tab, quote ", utf-8',
    ),
    "one_column_of_a_tsv": Case(
        b"a\n1,2\n",
        ("a",),
        [got(2, "1,2")],
        ending="tsv",
        dialect='csv, delimiter tab, quote ", utf-8',
    ),
    "delimiter_of_excel": Case(
        b"sep=;\r\na;b,c,d\r\n1;2\r\n", ("a",), [got(3, "1")], dialect=SEMICOLONS
    ),
    "header_in_quotes": Case(
        b'"a, or, so";"b ""x""";" c "\n1;2;3\n',
        ('"a, or, so"', '"b ""x"""', "C"),
        [got(2, "1", "2", "3")],
        dialect=SEMICOLONS,
    ),
    "header_over_two_lines": Case(
        b'a,"b\nc"\n1,2\n3,4,5\n',
        ("a", '"b\nc"'),
        [got(3, "1", "2"), unread(4, "too_many_fields", "3,4,5")],
    ),
    "apostrophes_as_quotes": Case(
        b"'a','b'\n'1,2','it''s'\n3,\"x\n",
        AB,
        [got(2, "1,2", "it's"), got(3, "3", '"x')],
        dialect='csv, delimiter ",", quote \', utf-8',
    ),
    "apostrophes_as_letters": Case(
        b"a,b\n'n,roll'\nrock,n'\n", AB, [got(2, "'n", "roll'"), got(3, "rock", "n'")]
    ),
    "hashes": Case(b"a,b\n#1,2\n#,#\n", AB, [got(2, "#1", "2"), got(3, "#", "#")]),
    "words_for_null": Case(
        b"a,b\nNULL,\n\\N,NA\n", AB, [got(2, "NULL", ""), got(3, "\\N", "NA")]
    ),
    "quotes": Case(
        b'a,b\n"1,2","say ""hi"""\n"",15" screen\n',
        AB,
        [got(2, "1,2", 'say "hi"'), got(3, "", '15" screen')],
    ),
    "text_after_a_quote": Case(
        b'a,b\n"1"x,2\n3,4\n',
        AB,
        [unread(2, "open_quote", '"1"x,2'), got(3, "3", "4")],
    ),
    "line_ends_in_quotes": Case(
        b'a,b\n1,"x\ny\n\nz"\n2,"3\n4"\n"5\n6","7\n8"\n9,0\n',
        AB,
        [
            got(2, "1", "x\ny\n\nz"),
            got(6, "2", "3\n4"),
            got(8, "5\n6", "7\n8"),
            got(11, "9", "0"),
        ],
    ),
    "records_that_end_as_others_begin": Case(
        b'a,b\n"1\n",z\n",y\n2",x\n',
        AB,
        [got(2, "1\n", "z"), got(4, ",y\n2", "x")],
    ),
    "a_blank_line_in_quotes_of_latin_1": Case(
        b'a,b\n1,"x\n\n\xe4"\n',
        AB,
        [got(2, "1", "x\n\nä")],
        encoding="latin-1",
        dialect='csv, delimiter ",", quote ", latin-1',
    ),
    "a_blank_line_in_quotes_of_utf_16": Case(
        'a,b\n1,"x\n\nä"\n'.encode("utf-16"),
        AB,
        [got(2, "1", "x\n\nä")],
        dialect='csv, delimiter ",", quote ", utf-16',
    ),
    "a_blank_line_in_quotes": Case(b'a,b\n1,"x\n\n"\n', AB, [got(2, "1", "x\n\n")]),
    "an_open_quote": Case(
        b'a,b\n1,"2\n3,4\n5,6\n',
        AB,
        [unread(2, "open_quote", '1,"2'), got(3, "3", "4"), got(4, "5", "6")],
    ),
    "an_open_quote_and_later_ones": Case(
        b'a,b\n1,"2\n3,"4"\n5,6"\n7,"8\n9"\n',
        AB,
        [
            unread(2, "open_quote", '1,"2'),
            got(3, "3", "4"),
            got(4, "5", '6"'),
            got(5, "7", "8\n9"),
        ],
    ),
    "an_open_quote_and_an_inch": Case(
        b'a,b\n1,"2\n3,4\n5,6"\n',
        AB,
        [unread(2, "open_quote", '1,"2'), got(3, "3", "4"), got(4, "5", '6"')],
    ),
    "two_open_quotes": Case(
        b'a,b\n1,"2\n3,"4\n5"\n6,7\n',
        AB,
        [unread(2, "open_quote", '1,"2'), got(3, "3", "4\n5"), got(5, "6", "7")],
    ),
    "long_and_short": Case(
        b"a,b\n1\n1,2,3\n4,5\n,\n",
        AB,
        [
            unread(2, "too_few_fields", "1"),
            unread(3, "too_many_fields", "1,2,3"),
            got(4, "4", "5"),
            got(5, "", ""),
        ],
    ),
    "blank_lines": Case(b"\n \na,b\n\n\t\n1,2\n\n", AB, [got(6, "1", "2")]),
    "a_name_twice": Case(
        b"a,A,b,,b_1,b\n1,2,3,4,5,6\n",
        ("a", "a_1", "b", "column3", "b_1", "b_2"),
        [got(2, "1", "2", "3", "5", "6", "4")],
    ),
    "a_mark": Case(b"\xef\xbb\xbfa,b\n1,2\n", AB, [got(2, "1", "2")]),
    "a_mark_and_a_quote": Case(b'\xef\xbb\xbf"a","b"\n1,2\n', AB, [got(2, "1", "2")]),
    "nothing_in_it": Case(b"", AB, []),
    "a_header_alone": Case(b"a,b\n", AB, []),
    "nul": Case(b"a,b\n1\0,\x002\n", AB, [got(2, "1", "2")]),
    "a_bad_byte": Case(
        b"a,b\n1,\xe4\n2,3\n\xff\n4,\xc3\xa4\n",
        AB,
        [
            unread(2, "not_utf_8", "1,?"),
            got(3, "2", "3"),
            unread(4, "not_utf_8", "?"),
            got(5, "4", "ä"),
        ],
    ),
    "a_bad_byte_among_windows_line_ends": Case(
        b"a,b\r\n1,\xe4\r\n2,3\r\n",
        AB,
        [unread(2, "not_utf_8", "1,?"), got(3, "2", "3")],
    ),
    "a_bad_byte_after_a_return": Case(
        b"a,b\n1,2\r2,\xe4\n3,4\n",
        AB,
        [got(2, "1", "2"), unread(3, "not_utf_8", "2,?"), got(4, "3", "4")],
    ),
    "utf_16": Case(
        "a,b\r\n1,ä€😀\r\nĊ一,\r\n".encode("utf-16"),
        AB,
        [got(2, "1", "ä€😀"), got(3, "Ċ一", "")],
        dialect='csv, delimiter ",", quote ", utf-16',
    ),
    "utf_16_big_end_first": Case(
        b"\xfe\xff" + 'a\tb\n1,"x"\t"y\nz😀"\n'.encode("utf-16-be"),
        AB,
        [got(2, '1,"x"', "y\nz😀")],
        dialect='csv, delimiter tab, quote ", utf-16',
    ),
    "utf_16_as_said": Case(
        "a,b\n1,ä\n".encode("utf-16-le"),
        AB,
        [got(2, "1", "ä")],
        encoding="utf-16",
        dialect='csv, delimiter ",", quote ", utf-16',
    ),
    "half_a_letter_in_utf_16": Case(
        "a,b\n1,".encode("utf-16") + b"\x3d\xd8" + "\n2,3\n".encode("utf-16-le"),
        AB,
        [unread(2, "not_utf_8", "1,?"), got(3, "2", "3")],
        dialect='csv, delimiter ",", quote ", utf-16',
    ),
    "latin_1": Case(
        'a,b\n1,"Zürich, ß"\n2,5 € … „x“\n3,\\\n'.encode("cp1252"),
        AB,
        [got(2, "1", "Zürich, ß"), got(3, "2", "5 € … „x“"), got(4, "3", "\\")],
        encoding="latin-1",
        dialect='csv, delimiter ",", quote ", latin-1',
    ),
    "a_mark_wins": Case(
        b"\xef\xbb\xbfa,b\n1,\xc3\xa4\n", AB, [got(2, "1", "ä")], encoding="latin-1"
    ),
    "json_lines": Case(
        b'{"a": 1, "b": "x"}\n\n  \n{"b": null, "c": 3}\n',
        AB,
        [got(1, "1", "x"), got(4, None, None)],
        ending="jsonl",
        dialect=JSON_LINES,
    ),
    "values_of_json": Case(
        b'{"a": 98765432109876543210987, "b": -0.25}\n{"a": 1e3, "b": true}\n'
        b'{"a": [1, "x"], "b": {"c": 1}}\n{"a": "007", "b": "null"}\n'
        b'{"a": "x\\u0000y", "b": "\\u00e4\\ud83d\\ude00\\n"}\n',
        AB,
        [
            got(1, "98765432109876543210987", "-0.25"),
            got(2, "1000", "true"),
            got(3, '[1,"x"]', '{"c":1}'),
            got(4, "007", "null"),
            got(5, "xy", "ä😀\n"),
        ],
        ending="ndjson",
        dialect=JSON_LINES,
    ),
    "broken_json": Case(
        b'{"a": 1, "b": 2}\n{"a": 1, "b\n[1]\n5\n{"a": 1, "b": 2, "a": 3}\n'
        b'{"a": "\xff"}\n{"a": 1, "b": 3} x\n{"a":\n',
        AB,
        [
            got(1, "1", "2"),
            unread(2, "no_json", '{"a": 1, "b'),
            unread(3, "no_object", "[1]"),
            unread(4, "no_object", "5"),
            unread(5, "repeated_key", '{"a": 1, "b": 2, "a": 3}'),
            unread(6, "not_utf_8", '{"a": "?"}'),
            unread(7, "no_json", '{"a": 1, "b": 3} x'),
            unread(8, "no_json", '{"a":'),
        ],
        ending="json",
        dialect=JSON_LINES,
    ),
    "a_broken_first_line": Case(
        b'{"a": 1, "b\n{"a": 3, "b": 4}\n',
        AB,
        [unread(1, "no_json", '{"a": 1, "b'), got(2, "3", "4")],
        ending="json",
        dialect=JSON_LINES,
    ),
    "fields_of_fields": Case(
        b'{"order": {"Amount": "1", "x y": {"z": 2}}, "e.f": 5}\n{"order": 3}\n',
        ('"order".amount', '"order"."x y".z', "e.f"),
        [got(1, "5", "1", "2"), got(2, None, None, None)],
        ending="jsonl",
        dialect=JSON_LINES,
    ),
    "keys_in_other_cases": Case(
        b'{"UserId": 1, "b": 2, "B": 3}\n{"c": 4}\n',
        ("userid", "b", "c"),
        [got(1, "2", None, "1"), got(2, None, "4", None)],
        ending="jsonl",
        dialect=JSON_LINES,
    ),
    "floats_that_are_ids": Case(
        b'{"a": 7.0, "b": "7.0"}\n{"a": 1e2, "b": 7.5}\n{"a": -3.0, "b": [7.0]}\n',
        AB,
        [got(1, "7", "7.0"), got(2, "100", "7.5"), got(3, "-3", "[7.0]")],
        ending="jsonl",
        dialect="json lines, utf-8",
    ),
    "an_array": Case(
        b'[\n  {"a": 1, "b": 99999999999999999999},\n  7,\n'
        b'  {"a": "x",\n "b": []}\n]\n',
        AB,
        [
            got(1, "1", "99999999999999999999"),
            unread(2, "no_object", "7"),
            got(3, "x", "[]"),
        ],
        ending="json",
        dialect=DOCUMENT,
    ),
    "an_object_over_lines": Case(
        b'{\n  "a": 1,\n  "b": 2\n}\n', AB, [got(1, "1", "2")], "json", dialect=DOCUMENT
    ),
    "utf_16_json": Case(
        '{"a": "ä", "b": 1}\n'.encode("utf-16"),
        AB,
        [got(1, "ä", "1")],
        "json",
        dialect="json lines, utf-16",
    ),
    "hostile_names": Case(
        b"""{"it's \\"x\\" \\\\": 1}\n""",
        ('"it\'s ""x"" \\"',),
        [got(1, "1")],
        "jsonl",
        dialect=JSON_LINES,
    ),
    "a_late_bad_byte": Case(
        b"a,b\n" + b"1,2\n" * 59_999 + b"x,\xfc\n" + b"1,2\n" * 3 + b"y\n",
        AB,
        [
            *(got(line, "1", "2") for line in range(2, 60_001)),
            unread(60_001, "not_utf_8", "x,?"),
            *(got(line, "1", "2") for line in range(60_002, 60_005)),
            unread(60_005, "too_few_fields", "y"),
        ],
    ),
    "a_late_long_line": Case(
        b"a,b\n" + b"1,2\n" * 30_000 + b"1,2,3\n4,5\n",
        AB,
        [
            *(got(line, "1", "2") for line in range(2, 30_002)),
            unread(30_002, "too_many_fields", "1,2,3"),
            got(30_003, "4", "5"),
        ],
    ),
    "a_late_quote": Case(
        b"a,b\n" + b"1,2\n" * 30_000 + b'3,"4\n5"\n',
        AB,
        [*(got(line, "1", "2") for line in range(2, 30_002)), got(30_002, "3", "4\n5")],
    ),
    "a_late_key": Case(
        b'{"a": 1}\n' * 29_999 + b'{"a": "n/a", "b": "late"}\n',
        AB,
        [
            *(got(line, "1", None) for line in range(1, 30_000)),
            got(30_000, "n/a", "late"),
        ],
        "jsonl",
        dialect=JSON_LINES,
    ),
}

# One of each kind. Drawn files mix the kinds, in `make test` too.
SOME_CASES = [
    "a_return_among_windows_line_ends",
    "mixed_line_ends_of_a_packed_file",
    "header_over_two_lines",
    "apostrophes_as_quotes",
    "words_for_null",
    "an_open_quote_and_later_ones",
    "nothing_in_it",
    "a_bad_byte_after_a_return",
    "utf_16_big_end_first",
    "a_mark_wins",
    "values_of_json",
    "broken_json",
    "fields_of_fields",
    "keys_in_other_cases",
    "hostile_names",
    "a_late_bad_byte",
]
READ = CASES if IS_ALL else {name: CASES[name] for name in SOME_CASES}


@pytest.fixture(scope="module")
def cases(shared: Path) -> Build:
    """All of them as the sources of one build, for all workers."""
    return once(folder_of(shared, "cases of files"), read_cases)


def read_cases(folder: Path) -> Build:
    """Make that build."""
    sources = {}
    for name, case in READ.items():
        path = folder / f"{name}.{case.ending}"
        path.write_bytes(case.content)
        sources[name] = source(path, *case.names, encoding=case.encoding)
    made = read(folder, sources)
    assert made.is_green, made.said
    return made


@pytest.mark.parametrize("name", READ)
def test_each_line_is_read_or_set_aside(cases: Build, name: str) -> None:
    """With its number, its fields by the names asked for, or its reason and text."""
    assert cases.rows(LINES.format(name)) == list(CASES[name].expected)


@pytest.mark.parametrize("name", [name for name in READ if READ[name].expected])
def test_how_a_file_is_written_is_stated(cases: Build, name: str) -> None:
    """Once for the file."""
    assert cases.rows(
        f"select distinct dialect from stg_files__lines where source_name = '{name}'"
    ) == [(CASES[name].dialect,)]


@pytest.mark.parametrize(
    ("end", "codec"),
    # The first stands for the others in `make test`.
    [
        ("\n", "utf-8"),
        pytest.param("\r\n", "utf-8", marks=pytest.mark.long),
        pytest.param("\n", "latin-1", marks=pytest.mark.long),
        pytest.param("\n", "utf-16-le", marks=pytest.mark.long),
    ],
)
def test_a_line_of_16_mb_is_too_long(tmp_path: Path, end: str, codec: str) -> None:
    """Its end is part of it; its first letters alone are kept."""
    most = (2**24 - 1) // len("x".encode(codec))
    rows = ["1,2", f"3,{'x' * (most - 2)}", f"4,{'x' * most}", "5,6"]
    path = write(tmp_path / "in.csv", f"a,b\n{end.join(rows)}".encode(codec))
    encoding = "utf-16" if codec == "utf-16-le" else codec
    made = read(tmp_path, {"shop": source(path, *AB, encoding=encoding)})
    assert made.rows(
        "select line_number, fields[1], len(fields[2]), unread_reason,"
        " left(line_text, 4) from stg_files__lines order by line_number"
    ) == [
        (2, "1", 1, None, None),
        (3, "3", most - 2, None, None),
        (4, None, None, "too_long", "4,xx"),
        (5, "5", 1, None, None),
    ]


SHOP = ("id", "who")


def write(path: Path, content: bytes, keeps_time: bool = False) -> Path:
    """A file; one that is written anew may keep the time of its last change."""
    before = path.stat() if keeps_time else None
    path.write_bytes(content)
    if before:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    return path


def ids(made: Build) -> list[str]:
    """What is read of the first asked field."""
    assert made.is_green, made.said
    return [
        str(each)
        for (each,) in made.rows(
            "select fields[1] from stg_files__lines where unread_reason is null"
            " order by file_path, line_number"
        )
    ]


def test_a_file_is_read_again_only_when_it_changes(tmp_path: Path) -> None:
    """It may come, go, change, or be asked for something else."""
    folder = tmp_path / "in"
    folder.mkdir()
    shop = {"shop": source(folder / "*.csv", *SHOP)}
    first = write(folder / "1.csv", b"id,who\na,x\nb,y\n")
    write(folder / "2.csv", b"who;id\nz;c\n")
    assert ids(read(tmp_path, shop)) == ["a", "b", "c"]

    # Nobody can tell that this one changed, so what was read of it stays.
    write(first, b"id,who\nA,x\nB,y\n", keeps_time=True)
    added = write(folder / "3.csv", b"id,who\nd,w\n")
    assert ids(read(tmp_path, shop)) == ["a", "b", "c", "d"]

    write(folder / "2.csv", b"who;id\nz;e\nz;f\n")
    added.unlink()
    assert ids(read(tmp_path, shop)) == ["a", "b", "e", "f"]

    assert ids(read(tmp_path, shop, "--empty")) == ["a", "b", "e", "f"]
    assert ids(read(tmp_path, {"shop": source(folder / "*.csv", "id")})) == list("ABef")
    assert ids(read(tmp_path, shop)) == list("ABef")
    write(first, b"id,who\nr,x\ns,y\n", keeps_time=True)
    assert ids(read(tmp_path, shop)) == list("ABef")
    assert ids(read(tmp_path, shop, "--full-refresh")) == list("rsef")
    assert ids(read(tmp_path, {"demo": {"preset": "demo"}})) == []


def test_nothing_is_read_of_an_empty_run(tmp_path: Path) -> None:
    """The next run does not take the file for read."""
    path = write(tmp_path / "in.csv", b"id,who\na,x\n")
    shop = {"shop": source(path, *SHOP)}
    assert ids(read(tmp_path, shop, "--empty")) == []
    assert ids(read(tmp_path, shop)) == ["a"]


def test_a_line_that_is_set_aside_shows_no_address(tmp_path: Path) -> None:
    """Of a visitor, of either kind; a time is none."""
    text = "10:00:00,10.1.2.3,2001:db8::1,fe80:0:0:0:1:2:3:4,::1,page 1.2.3"
    content = "a,b\n" + text + "\n1,2\n"
    path = write(tmp_path / "in.csv", content.encode())
    made = read(tmp_path, {"shop": source(path, "a")})
    assert made.rows(
        "select source_name, file_path, line_number, unread_reason, line_text"
        " from mart_quality__unread_lines"
    ) == [
        (
            "shop",
            str(path),
            2,
            "too_many_fields",
            "10:00:00,address,address,address,address,page 1.2.3",
        )
    ]


GOOD = b"id,who\n" + b"a,x\n" * 1_000
LONG = b"id,who\n" + b"".join(b"a%d,x\n" % (7919 * i) for i in range(5_000))
STOPS: dict[str, tuple[str, bytes, str, str]] = {
    "every line": (
        "in.csv",
        b"id,who\na\nb\n",
        "2 of 2 lines of {path}",
        "(too_few_fields)",
    ),
    "too many lines": (
        "in.csv",
        GOOD + b"a,b,c\n" * 11,
        "11 of 1011 lines of {path}",
        "line 1002",
    ),
    "latin-1": (
        "in.csv",
        GOOD + b"a,\xe4\n" * 20,
        "20 of 1020 lines of {path}",
        "encoding: latin-1",
    ),
    "a header in latin-1": (
        "in.csv",
        b"id,gr\xf6\xdfe\n1,2\n",
        "the header of {path}",
        "encoding: latin-1",
    ),
    "utf-16": (
        "in.csv",
        "id,who\na,x\n".encode("utf-16-le"),
        "{path} looks like UTF-16",
        "encoding: utf-16",
    ),
    "no column": (
        "in.csv",
        b"Id,name\na,x\n",
        "{path} of source shop has no column 'who'",
        "its columns are Id, name.",
    ),
    "no key": (
        "in.jsonl",
        b'{"id": 1}\n{"id": 2, "whom": 3}\n',
        "{path} of source shop has no object with the key 'who'",
        "the keys are id, whom.",
    ),
    "no ending": ("in.txt", b"id,who\n", "names {path}", ".ndjson"),
    "a spreadsheet": ("in.xlsx", b"PK\x03\x04", "names {path}", ".csv"),
    "a spreadsheet as csv": (
        "in.csv",
        b"PK\x03\x04\0\0",
        "{path} is a spreadsheet",
        "CSV",
    ),
    "parquet as csv": ("in.csv", b"PAR1\x15\x04", "{path} is a Parquet file", "name"),
    "csv as parquet": ("in.parquet", GOOD, "names {path}", "no Parquet file"),
    "a cut parquet": ("in.parquet", b"PAR1" + GOOD, "names {path}", "cut off"),
    "csv as gzip": ("in.csv.gz", GOOD, "{path} ends in .gz", "no gzip file"),
    "a gzip as csv": ("in.csv", gzip.compress(GOOD), "{path} is a gzip file", "name"),
    "a cut gzip": (
        "in.csv.gz",
        gzip.compress(LONG)[:9_000],
        "{path} of source shop is cut off",
        "copy it again",
    ),
    "a cut zstd": (
        "in.csv.zst",
        pa.compress(LONG, codec="zstd", asbytes=True)[:9_000],
        "{path} of source shop is cut off",
        "copy it again",
    ),
    "no json at all": ("in.json", b"[1, 2", "1 of 1 lines of {path}", "(no_json)"),
}


SOME_STOPS = {"too many lines", "latin-1", "no column", "no ending", "a cut gzip"}
SOME_STOPS |= {"csv as parquet"}


# `make test` asks of a few of them.
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.long] * (name not in SOME_STOPS))
        for name in STOPS
    ],
)
def test_a_file_that_is_something_else_stops_the_run(tmp_path: Path, name: str) -> None:
    """In one sentence about it."""
    file_name, content, *sentence = STOPS[name]
    path = write(tmp_path / file_name, content)
    made = read(tmp_path, {"shop": source(path, *SHOP)})
    assert not made.is_green
    for part in sentence:
        assert part.format(path=path) in made.said
    (said,) = {line.strip() for line in made.said.splitlines() if "footfall: " in line}
    assert said.endswith(".")


def test_a_run_that_stopped_has_read_nothing(tmp_path: Path) -> None:
    """The next one stops too, and without the file holds nothing of it."""
    good = write(tmp_path / "good.csv", GOOD)
    bad = write(tmp_path / "bad.csv", GOOD + b"b,y,z\n" * 11)
    sources = {"good": source(good, *SHOP)}
    assert ids(read(tmp_path, sources)) == ["a"] * 1_000
    for _ in range(2):
        assert not read(tmp_path, sources | {"bad": source(bad, *SHOP)}).is_green
    assert ids(read(tmp_path, sources)) == ["a"] * 1_000


@pytest.mark.parametrize(
    ("path", "parts"),
    {
        "nowhere": ("{folder}/none/*.csv", ["where there is no file"]),
        "a folder": ("{folder}", ["which is a folder", "{folder}/*.csv"]),
        "the web": ("https://shop.example/in.csv", ["httpfs", "install"]),
        "a store": ("s3://shop/in.csv", ["httpfs", "install"]),
    }.values(),
)
def test_a_place_without_files_stops_the_run(
    tmp_path: Path, path: str, parts: list[str]
) -> None:
    """In one sentence that names it."""
    write(tmp_path / "in.csv", GOOD)
    named = path.format(folder=tmp_path)
    made = read(tmp_path, {"shop": source(named, *SHOP)})
    assert not made.is_green
    assert f"source shop names {named} as its events" in made.said
    for part in parts:
        assert part.format(folder=tmp_path) in made.said
    assert made.relations() == [] if made.database.exists() else True


def test_a_share_of_lines_may_be_unread(tmp_path: Path) -> None:
    """As said; ten in any case."""
    path = write(tmp_path / "in.csv", GOOD + b"a\n" * 11)
    shop = {"shop": source(path, *SHOP)}
    assert len(ids(read(tmp_path, shop, unread_share_limit=0.02))) == 1_000
    write(path, b"id,who\na,x\n" + b"a\n" * 10)
    assert len(ids(read(tmp_path, shop))) == 1


def test_a_broken_line_of_spend_is_set_aside(tmp_path: Path) -> None:
    """And is counted as one of the file of spend, not of the file of events."""
    names = "spend_date,source,medium,campaign,currency,cost,clicks,impressions"
    rows = ["2024-01-01,a,cpc,b,EUR,5.00,1,2", "2024-01-02,a,cpc,b"]
    events = write(tmp_path / "in.csv", b"id,who\na,x\n")
    spend = write(tmp_path / "spend.csv", "\n".join([names, *rows]).encode())
    made = read(tmp_path, {"shop": source(events, *SHOP, spend=str(spend))})
    assert made.rows(
        "select input_kind, line_number, unread_reason, line_text"
        " from stg_files__lines order by input_kind, line_number"
    ) == [
        ("events", 2, None, None),
        ("spend", 2, None, None),
        ("spend", 3, "too_few_fields", rows[1]),
    ]
    assert made.rows(
        "select file_path, line_number, unread_reason from mart_quality__unread_lines"
    ) == [(str(spend), 3, "too_few_fields")]


def test_a_field_and_one_of_its_fields_stop_the_run(tmp_path: Path) -> None:
    """A column cannot be a text and hold others."""
    path = write(tmp_path / "in.jsonl", b'{"a": {"b": 1}}\n')
    made = read(tmp_path, {"shop": source(path, "a", "a.b")})
    assert not made.is_green
    assert "the columns of source shop read both a and a.b of it" in made.said


def test_packed_files_are_read(tmp_path: Path) -> None:
    """Gzip in one or several parts, with a lone return; and zstd."""
    parts = gzip.compress(b"id,who\na,x\n") + gzip.compress(b"b,y\rc,z\n")
    write(tmp_path / "1.csv.gz", parts)
    duckdb.execute(
        "copy (select 'd' as id, 'w' as who)"
        f" to '{tmp_path}/2.csv.zst' (format csv, compression zstd)"
    )
    made = read(
        tmp_path,
        {
            "one": source(tmp_path / "1.csv.gz", *SHOP),
            "two": source(tmp_path / "2.csv.zst", *SHOP),
        },
    )
    assert ids(made) == ["a", "b", "c", "d"]


def test_many_days_of_files_may_differ(tmp_path: Path) -> None:
    """In delimiter and order; and a key that some days lack is null there."""
    for day, content in enumerate(
        [b"id,who\na,x\n", b"who\tid\ny\tb\n", b'"who";"more";"id"\nz;1;c\n']
    ):
        write(tmp_path / f"{day}.csv", content)
    for day, row in enumerate([{"id": "e"}, {"id": "f", "who": "w"}]):
        write(tmp_path / f"{day}.json", json.dumps(row).encode())
    made = read(
        tmp_path,
        {
            "csv": source(tmp_path / "*.csv", *SHOP),
            "json": source(tmp_path / "*.json", *SHOP),
        },
    )
    assert made.rows(
        "select source_name, fields from stg_files__lines order by all"
    ) == [
        ("csv", ["a", "x"]),
        ("csv", ["b", "y"]),
        ("csv", ["c", "z"]),
        ("json", ["e", None]),
        ("json", ["f", "w"]),
    ]


# `make test` asks of fields of fields, above, and of functions in drawn maps.
@pytest.mark.long
def test_the_rows_of_a_source_have_the_maps_names(tmp_path: Path) -> None:
    """A field of a field is in a struct, and a line set aside is no row."""
    rows = b'{"id": 1, "Order": {"Paid": {"eur": 5}, "at": "x"}}\n{"id": 2}\n{\n'
    path = write(tmp_path / "in.jsonl", rows)
    project = tmp_path / "project"
    project.mkdir()
    copy_project(project)
    shop = source(path, "id", '"order".paid.eur || id', 'lower("order".at)')
    columns = ", ".join(shop["columns"].values())
    (project / "models" / "staging" / "files" / "read.sql").write_text(
        f"select {columns} from"
        " ({{ text_rows('shop', 'events', ref('stg_files__lines')) }})"
    )
    made = run_dbt(
        tmp_path, {"sources": {"shop": shop}}, "stg_files__lines read", project
    )
    assert made.is_green, made.said
    assert made.rows("from read order by all") == [
        ("1", "51", "x"),
        ("2", None, None),
    ]


def test_the_summary_counts_what_was_set_aside() -> None:
    """By file and reason, and only where there is any."""
    plain = Figures(5, 5, {}, 1, 0, {}, {}, {}, 0, 0, "0.00", {}, [], [])
    found = [("in/1.csv", "too_few_fields", 3_000), ("in/2.json", "no_json", 1)]
    assert not any("set aside" in line for line in figure_lines(plain))
    assert figure_lines(replace(plain, set_aside=found))[-2:] == [
        "  set aside    3,000 lines of in/1.csv (too_few_fields)",
        "  set aside    1 line of in/2.json (no_json)",
    ]
