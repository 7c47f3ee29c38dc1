"""Text files are read as they are: what each line is, whatever else the file holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from harness import ROOT, Build, Row, run_dbt

SELECT = "stg_files__lines mart_quality__unread_lines"
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
        'a,b\n1,"Zürich, ß"\n2,5 € – „x“\n3,\\\n'.encode("cp1252"),
        AB,
        [got(2, "1", "Zürich, ß"), got(3, "2", "5 € – „x“"), got(4, "3", "\\")],
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
            got(2, "1000.0", "true"),
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
    "an_array": Case(
        b'[\n  {"a": 1, "b": 99999999999999999999},\n  7,\n  {"a": "x",\n "b": []}\n]\n',
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


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """All of them as the sources of one build."""
    folder = tmp_path_factory.mktemp("cases")
    sources = {}
    for name, case in CASES.items():
        path = folder / f"{name}.{case.ending}"
        path.write_bytes(case.content)
        sources[name] = source(path, *case.names, encoding=case.encoding)
    made = read(folder, sources)
    assert made.is_green, made.said
    return made


@pytest.mark.parametrize("name", CASES)
def test_each_line_is_read_or_set_aside(cases: Build, name: str) -> None:
    """With its number, its fields by the names asked for, or its reason and text."""
    assert cases.rows(LINES.format(name)) == list(CASES[name].expected)


@pytest.mark.parametrize("name", [name for name in CASES if CASES[name].expected])
def test_how_a_file_is_written_is_stated(cases: Build, name: str) -> None:
    """Once for the file."""
    assert cases.rows(
        f"select distinct dialect from stg_files__lines where source_name = '{name}'"
    ) == [(CASES[name].dialect,)]
