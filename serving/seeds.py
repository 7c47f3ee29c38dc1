"""Files of rules that dbt would not read, or not as they are meant.

dbt reads them before any check of the project's own runs, and says of another encoding
or of a comma too many what its CSV reader says.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

OURS = Path(__file__).resolve().parents[1] / "seeds"
NAMES = {
    path.name for folder in ("rules", "rates") for path in OURS.glob(f"{folder}/*.csv")
}
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def separator(header: str) -> str:
    """What a header without commas has between its columns."""
    return next((sign for sign in SEPARATORS if sign in header), "")


def unreadable(project: Path) -> str | None:
    """The first thing that keeps a file of rules of this project from being read."""
    for path in rule_files(project):
        place = path.relative_to(project).as_posix()
        if said := mistake(path.read_bytes()):
            return f"{place}{said}"
    return None


def rule_files(project: Path) -> Iterator[Path]:
    """The seeds of rules, by their names, in the order of their paths."""
    paths = sorted((project / "seeds").rglob("*.csv"))
    yield from (path for path in paths if path.name in NAMES)


def mistake(content: bytes) -> str | None:
    """What is wrong with a file as a whole, as the end of a sentence."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return " is UTF-16, but must be UTF-8: save it as CSV UTF-8."
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return (
            f", row {line}: a letter is not UTF-8, as the file must be: save it as CSV"
            " UTF-8."
        )
    rows = csv.reader(text.splitlines(keepends=True), strict=True)
    width = 0
    try:
        for number, row in enumerate(rows, 1):
            width = width or len(row)
            if number == width == 1 and (word := SEPARATORS.get(separator(row[0]))):
                return (
                    f", row 1: the columns are separated by {word}, but must be by"
                    " commas: save the file as CSV with commas."
                )
            if len(row) > width:
                return (
                    f", row {number}: there are {len(row)} values, but row 1 names"
                    f" {width} columns: put a text that has a comma in double quotes."
                )
    except csv.Error:
        return (
            f", row {number + 1}: a double quote is not closed, but must be: one within"
            " a text is written twice."
        )
    return None if width else " is empty, but must name its columns in row 1."
