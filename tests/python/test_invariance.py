"""The same events give the same marts, in any order and however often delivered."""

import csv
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from harness import CHAIN, Build, Builder, Row, copy_project, one_source, write_parquet
from tiers import IS_ALL

COUNTED = (
    "mart_quality__event_ledger",
    "mart_quality__rejected_events",
    "mart_quality__source_days",
)
LEFT_OUT = None if IS_ALL else CHAIN
# What makes an event unfit by itself makes its copies unfit by themselves.
OWN_REASONS = (
    "missing_visitor",
    "missing_time",
    "impossible_time",
    "future",
    "too_old",
)
# What stays of a rejected event, whatever the reason.
ALWAYS_SHOWN = (
    "source_name, event_id, received_at, occurred_at, event_name, platform,"
    " rejection_reason"
)


def rewrite(project: Path, change: Callable[[list[list[str]]], None]) -> Path:
    """Change the rows of the demo's raw files in place."""
    for name in ("raw_events", "raw_consents", "raw_ad_spend"):
        path = project / "seeds" / "demo" / f"{name}.csv"
        with path.open(newline="") as file:
            header, *rows = csv.reader(file)
        if name != "raw_ad_spend" or change is not double:
            change(rows)
        with path.open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows])
    return project


def shuffle(rows: list[list[str]]) -> None:
    """Any order will do."""
    random.Random(1).shuffle(rows)


def double(rows: list[list[str]]) -> None:
    """Every row again, the last one first."""
    rows.extend(rows[::-1])


def compared(demo: Build, other: Build) -> list[str]:
    """Names of the marts that both have."""
    made = set(other.relations())
    found = [mart for mart in demo.marts() if mart in made]
    assert len(found) > (25 if IS_ALL else 20)
    return found


def of(built: Build, mart: str) -> list[Row]:
    """All rows of a mart in one order."""
    return built.rows(f"select * from {mart} order by all")


@pytest.fixture(scope="module")
def permuted(build: Builder, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The demo with the rows of its raw files in another order."""
    folder = tmp_path_factory.mktemp("permuted")
    made = build(project=rewrite(copy_project(folder), shuffle), exclude=LEFT_OUT)
    assert made.is_green, made.said
    return made


@pytest.fixture(scope="module")
def doubled(build: Builder, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The demo with every event and consent delivered twice."""
    folder = tmp_path_factory.mktemp("doubled")
    made = build(project=rewrite(copy_project(folder), double), exclude=LEFT_OUT)
    assert made.is_green, made.said
    return made


@pytest.mark.long  # `make test` asks of a second delivery, the last row first.
def test_the_order_of_delivery_changes_no_mart(demo: Build, permuted: Build) -> None:
    """A tie without a unique tie-break would differ here."""
    marts = compared(demo, permuted)
    assert [mart for mart in marts if of(demo, mart) != of(permuted, mart)] == []


def test_a_second_delivery_changes_no_mart(demo: Build, doubled: Build) -> None:
    """Trackers retry; only the quality marts, which count arrivals, may tell."""
    marts = [mart for mart in compared(demo, doubled) if mart not in COUNTED]
    assert [mart for mart in marts if of(demo, mart) != of(doubled, mart)] == []


def test_a_second_delivery_completes_no_day(demo: Build, doubled: Build) -> None:
    """What was received doubles; what was accepted decides which days are whole."""
    judged = (
        "select source_name, report_date, {}, accepted, has_data, is_missed, is_partial"
        " from mart_quality__source_days order by all"
    )
    assert demo.rows(judged.format("2 * received")) == doubled.rows(
        judged.format("received")
    )


def test_a_second_delivery_is_in_the_ledger_as_duplicates(
    demo: Build, doubled: Build
) -> None:
    """Received doubles, accepted stays, and each copy has one reason."""
    columns = [
        name
        for (name,) in demo.rows(
            "select column_name from (describe mart_quality__event_ledger)"
        )
    ]
    reasons = columns[columns.index("accepted") + 1 : columns.index("unread_amounts")]
    expected = []
    for row in of(demo, "mart_quality__event_ledger"):
        day = dict(zip(columns, row, strict=True))
        assert day["received"] == day["accepted"] + sum(day[each] for each in reasons)
        own = {each: 2 * day[each] for each in OWN_REASONS}
        copies = day["received"] - sum(day[each] for each in OWN_REASONS)
        expected.append(
            day
            | {"received": 2 * day["received"]}
            | own
            | {"duplicate": day["duplicate"] + copies}
        )
    assert of(doubled, "mart_quality__event_ledger") == [
        tuple(day.values()) for day in expected
    ]


def test_a_second_delivery_is_rejected_row_by_row(demo: Build, doubled: Build) -> None:
    """Each event's copy is there, once, beside what was rejected before."""
    shown = f"select {ALWAYS_SHOWN} from mart_quality__rejected_events"
    expected = Counter(demo.rows(shown))
    for *row, reason in demo.rows(f"select {ALWAYS_SHOWN} from int_events__classified"):
        own = reason if reason in OWN_REASONS else "duplicate"
        expected[(*row, own)] += 1
    assert Counter(doubled.rows(shown)) == expected


def test_of_copies_that_arrive_at_once_the_same_one_wins(
    build: Builder, tmp_path: Path
) -> None:
    """Their content decides, not which of them the engine happens to read first."""
    rows: list[dict[str, object]] = [
        {
            "event_id": f"e{event}",
            "visitor_id": f"v{event % 40}",
            "occurred_at": f"2026-03-02 12:00:{event % 60:02}",
            "event_name": "page_view",
            "page_title": f"title {copy}",
        }
        for copy in range(3)
        for event in range(300)
    ]
    won = []
    for seed in (1, 2):
        shuffled = random.Random(seed).sample(rows, len(rows))
        path = write_parquet(tmp_path / f"{seed}.parquet", shuffled)
        made = build(one_source(path, list(rows[0])), select="+int_events__screened")
        assert made.is_green, made.said
        won.append(
            made.rows(
                "select event_id, page_title from int_events__screened order by 1"
            )
        )
    assert len(won[0]) == 300
    assert won[0] == won[1]
