"""Equal marts on every engine, and a comparison that sees what is not equal."""

import dataclasses
import json
import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from engines import EngineBuilder

from parity.__main__ import compare, main
from parity.build import Built, canonical
from parity.engines import ALL, Engine

ELSEWHERE = timezone(timedelta(hours=2))


# Sail stands for Spark in `make test`.
@pytest.mark.parametrize(
    "engine", ["postgres", "sail", pytest.param("spark", marks=pytest.mark.long)]
)
def test_every_mart_is_equal_row_by_row(
    engine_build: EngineBuilder, engine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The promise of the project: the same everywhere."""
    builds = [engine_build("duckdb"), engine_build(engine)]
    assert compare(builds) == 0, capsys.readouterr().out
    assert capsys.readouterr().out.endswith("rows, 2 engines: equal\n")


Change = Callable[[list[list[str | None]]], None]


def altered(built: Built, folder: Path, relation: str, change: Change) -> Built:
    """A build as another engine might have made it, but for one change."""
    shutil.copytree(built.folder / "rows", folder / "rows")
    path = folder / "rows" / f"{relation}.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    change(rows)
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return dataclasses.replace(built, engine="other", folder=folder)


@pytest.fixture
def said(
    engine_build: EngineBuilder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[[str, Change], list[str]]:
    """What the comparison says of the demo and a changed copy of it."""

    def compared(relation: str, change: Change) -> list[str]:
        demo = engine_build("duckdb")
        other = altered(demo, tmp_path, relation, change)
        other.__dict__["manifest"] = demo.manifest
        assert compare([demo, other]) == 1
        return capsys.readouterr().out.splitlines()

    return compared


def test_one_changed_value_is_named_with_its_key(
    said: Callable[[str, Change], list[str]],
) -> None:
    """Relation, key, column, and both values."""

    def change(rows: list[list[str | None]]) -> None:
        (row,) = [row for row in rows if row[0] == "Direct"]
        row[-1] = "7"

    difference, summary = said("dim_channels", change)
    assert difference == (
        "dim_channels [channel='Direct'] session_count: duckdb '891', other '7'"
    )
    assert summary.endswith("2 engines: 1 relation differ")


def test_null_is_no_empty_text(said: Callable[[str, Change], list[str]]) -> None:
    """They look alike in most tools."""

    def change(rows: list[list[str | None]]) -> None:
        row = next(row for row in rows if row[6] is None)
        row[6] = ""

    difference, _ = said("fct_conversions", change)
    assert difference.endswith("order_id: duckdb null, other ''")


def test_a_row_too_few_or_too_many_is_named(
    said: Callable[[str, Change], list[str]],
) -> None:
    """Its values are one engine's alone, so the numbers of rows are shown."""

    def change(rows: list[list[str | None]]) -> None:
        rows.sort(key=repr)
        rows.append(rows[0])
        del rows[1]

    one, other, _ = said("dim_dates", change)
    assert "number of rows: duckdb '1', other '2'" in one.replace(" 1", " '1'").replace(
        " 2", " '2'"
    )
    assert other.startswith("dim_dates [report_date=")


@pytest.mark.parametrize(
    ("value", "data_type", "text"),
    [
        (None, "text", None),
        ("", "text", ""),
        ("é", "text", "é"),
        (Decimal("1E+1"), "numeric(28, 6)", "10.000000"),
        (Decimal("-0.000001"), "numeric(18, 6)", "-0.000001"),
        (7, "bigint", "7"),
        (True, "boolean", "true"),
        (0.1 + 0.2, "double precision", "0.3"),
        (date(2026, 1, 2), "date", "2026-01-02"),
        (datetime(2026, 1, 2, 3), "timestamp", "2026-01-02 03:00:00.000000"),
        (
            datetime(2026, 1, 2, 3, 4, 5, 6, ELSEWHERE),
            "timestamp",
            "2026-01-02 01:04:05.000006",
        ),
    ],
)
def test_a_value_has_one_text(value: Any, data_type: str, text: str | None) -> None:
    """Whatever the engine's driver makes of it."""
    assert canonical(value, data_type) == text


def test_a_missing_engine_is_named_and_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A comparison of less than was asked for is no success."""
    for name in ("duckdb", "postgres"):
        engine = Engine(name, lambda: "There is none.", ALL[name].started)
        monkeypatch.setitem(ALL, name, engine)
    assert main(["--engines", "duckdb,postgres"]) == 2
    said = capsys.readouterr().out
    assert "parity: duckdb was not compared. There is none." in said
    assert "parity: postgres was not compared. There is none." in said


def test_an_unknown_engine_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """With the names that there are."""
    with pytest.raises(SystemExit):
        main(["--engines", "duckdb,oracle"])
    assert "there is no engine oracle" in capsys.readouterr().err
