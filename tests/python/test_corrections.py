"""What a source corrects, takes back or rewrites is exactly that in the marts too."""

import csv
import os
import random
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from harness import CHAIN, ROOT, Build, one_source, run_dbt, write_parquet
from test_incremental import Event, contents
from tiers import IS_ALL

# From the log to a mart that counts what was received and one that sums it.
SELECT = None if IS_ALL else "+fct_events +fct_conversions +mart_quality__event_ledger"
ARRIVED = datetime(2026, 5, 4, 12)
NAMES = ["page_view", "click", "purchase"]


def event(number: int, **other: object) -> Event:
    """One of five visitors' events, an hour apart, each arriving when it occurs."""
    moment = ARRIVED - timedelta(hours=number)
    name = NAMES[number % 3]
    return {
        "event_id": f"e{number:03}",
        "visitor_id": f"v{number % 5}",
        "occurred_at": moment,
        "received_at": moment,
        "event_name": name,
        "page_url": f"https://shop.example/{number % 4}",
        "order_id": f"o{number}" if name == "purchase" else None,
        "revenue": "10.00" if name == "purchase" else None,
        "currency": "EUR" if name == "purchase" else None,
        **other,
    }


COLUMNS = list(event(0))


def told(
    folder: Path,
    rows: Sequence[Event],
    when_rows_go: str = "stop",
    is_first: bool = False,
    ending: str = "parquet",
    **settings: object,
) -> Build:
    """Build what the source has now: a file that is exchanged for another."""
    folder.mkdir(exist_ok=True)
    path = folder / f"events.{ending}"
    if ending == "parquet":
        write_parquet(path, rows)
    else:
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
    source = one_source(path, COLUMNS, when_rows_go=when_rows_go)
    return run_dbt(
        folder,
        source | settings,
        SELECT,
        ROOT,
        exclude=CHAIN,
        loads_seeds=is_first,
    )


def unlike_a_refresh(folder: Path, built: Build, rows: Sequence[Event]) -> list[str]:
    """Relations that differ from a build of these rows from nothing."""
    assert built.is_green, built.said
    full = told(folder, rows, is_first=True)
    assert full.is_green, full.said
    expected, held = contents(full), contents(built)
    # A host or user agent that was read stays known, Parquet has no lines, and what
    # is delivered is not all that is held.
    apart = {"int_hosts__registered", "int_user_agents__classified"}
    apart |= {"stg_files__lines", "stg_columns__events", "int_events__unioned"}
    return [
        name for name in expected if name not in apart and held[name] != expected[name]
    ]


def told_in_files(
    folder: Path,
    files: Mapping[str, Sequence[Event]],
    is_first: bool = False,
    columns: Mapping[str, str] | Sequence[str] = COLUMNS,
    when_rows_go: str = "remove",
    **settings: object,
) -> Build:
    """Build what several files hold now: one that is as it was is not written again."""
    place = folder / "events"
    place.mkdir(parents=True, exist_ok=True)
    for path in place.glob("*.parquet"):
        if path.name not in files:
            path.unlink()
    for name, rows in files.items():
        written = write_parquet(folder / "written.parquet", rows)
        path = place / name
        if not path.exists() or path.read_bytes() != written.read_bytes():
            shutil.move(written, path)
    source = one_source(place / "*.parquet", columns, when_rows_go=when_rows_go)
    return run_dbt(
        folder, source | settings, SELECT, ROOT, exclude=CHAIN, loads_seeds=is_first
    )


# Of text files `make test` asks that a changed one is read again.
@pytest.mark.parametrize(
    "ending", ["parquet", pytest.param("csv", marks=pytest.mark.long)]
)
def test_a_row_that_is_corrected_in_place_is_corrected(
    tmp_path: Path, ending: str
) -> None:
    """An amount, a time, a visitor: same id, same hour of arrival, and no row more.

    A text file is known to be another; of Parquet the last days are compared.
    """
    rows = [event(number) for number in range(60)]
    folder = tmp_path / "kept"
    assert told(folder, rows, is_first=True, ending=ending).is_green
    corrected = list(rows)
    corrected[2] = rows[2] | {"revenue": "20.00"}
    corrected[3] = rows[3] | {"visitor_id": "v1"}
    corrected[4] = rows[4] | {"occurred_at": ARRIVED - timedelta(hours=4, minutes=3)}
    built = told(folder, corrected, ending=ending)
    assert (
        built.value("select revenue from fct_conversions where order_id = 'o2'") == 20
    )
    assert unlike_a_refresh(tmp_path / "full", built, corrected) == []
    again = told(folder, corrected, ending=ending)
    assert contents(again) == contents(built)


# `make test` asks what is hashed of unit tests.
@pytest.mark.long
def test_a_column_that_an_export_gains_changes_no_id(tmp_path: Path) -> None:
    """An id that is a hash is one of what is mapped, so no event comes twice."""
    rows = [event(number, event_id=None) for number in range(12)]
    ids = "select event_id from fct_events order by event_id"
    before = told(tmp_path, rows, is_first=True).rows(ids)
    assert len(set(before)) == 12
    gained = [row | {"content_group": "spring"} for row in rows]
    again = told(tmp_path, gained)
    assert again.rows(ids) == before
    assert again.value("select count(*) from int_events__logged") == 12


# `make test` asks it of the last days.
@pytest.mark.long
def test_what_arrived_longer_ago_is_compared_on_request(tmp_path: Path) -> None:
    """Four days ago is beyond the three that each run compares."""
    rows = [event(number) for number in range(120)]
    folder = tmp_path / "kept"
    assert told(folder, rows, is_first=True).is_green
    corrected = list(rows)
    corrected[98] = rows[98] | {"revenue": "20.00"}
    asked = "select revenue from fct_conversions where order_id = 'o98'"
    assert told(folder, corrected).value(asked) == 10
    built = told(folder, corrected, source_rewrite_days=None)
    assert built.value(asked) == 20
    assert unlike_a_refresh(tmp_path / "full", built, corrected) == []


def test_rows_that_go_are_gone_where_the_source_says_so(tmp_path: Path) -> None:
    """Whole visitors, a part of a session, and what was the first of two copies."""
    copy = event(7, received_at=ARRIVED, revenue="99.00")
    rows = [*(event(number) for number in range(60)), copy]
    folder = tmp_path / "kept"
    assert told(folder, rows, "remove", is_first=True).is_green
    fewer = [row for row in rows if row["visitor_id"] != "v4"]
    fewer = [row for row in fewer if row["event_id"] not in ("e010", "e045")]
    fewer = [row for row in fewer if row != event(7)]
    built = told(folder, fewer, "remove")
    assert unlike_a_refresh(tmp_path / "full", built, fewer) == []
    # And come back. Of that `make test` asks nothing.
    if IS_ALL:
        built = told(folder, rows, "remove")
        assert unlike_a_refresh(tmp_path / "all", built, rows) == []


# `make test` asks that what is gone is kept, and of corrections by themselves.
@pytest.mark.long
def test_a_source_that_forgets_does_not_shrink_history(tmp_path: Path) -> None:
    """It holds two days; what it corrects in them is corrected all the same."""
    rows = [event(number) for number in range(96)]
    folder = tmp_path / "kept"
    assert told(folder, rows, "keep", is_first=True).is_green
    later = event(-3)
    corrected = rows[2] | {"revenue": "20.00"}
    held = [later, *rows[:2], corrected, *rows[3:48]]
    built = told(folder, held, "keep")
    everything = [later, *rows[:2], corrected, *rows[3:]]
    assert unlike_a_refresh(tmp_path / "full", built, everything) == []


@pytest.mark.long  # `make test` asks it on the way to what may be said then, below.
def test_rows_that_go_stop_the_run_where_nothing_is_said(tmp_path: Path) -> None:
    """With what to say."""
    rows = [event(number) for number in range(30)]
    assert told(tmp_path, rows, is_first=True).is_green
    built = told(tmp_path, rows[:-1])
    assert not built.is_green
    assert "give the source when_rows_go: remove" in built.said


# `make test` asks for rows that go, and for rows that are corrected.
@pytest.mark.long
def test_a_day_that_is_rewritten_is_that_of_its_last_form(tmp_path: Path) -> None:
    """As GA4 does for three days: other rows, other ids, drawn anew each time."""
    chance = random.Random(3)
    rows = [event(number) for number in range(80)]
    folder = tmp_path / "kept"
    assert told(folder, rows, "remove", is_first=True).is_green
    for turn in range(2):
        day = [
            row | {"visitor_id": f"v{chance.randrange(6)}"}
            for row in rows[:24]
            if chance.random() < 0.9
        ]
        more = [event(-number, event_id=f"n{turn}{number}") for number in range(1, 5)]
        rows_now: list[Event] = [*more, *day, *rows[24:]]
        built = told(folder, rows_now, "remove")
    assert unlike_a_refresh(tmp_path / "full", built, rows_now) == []


def test_what_to_do_with_rows_that_go_may_be_said_once_they_are_gone(
    tmp_path: Path,
) -> None:
    """As the sentence says: no word of it fills anything anew."""
    rows = [event(number) for number in range(40)]
    assert told(tmp_path, rows, is_first=True).is_green
    stopped = told(tmp_path, rows[:20])
    assert not stopped.is_green
    assert "give the source when_rows_go: remove" in stopped.said
    built = told(tmp_path, rows[:20], "keep")
    assert built.is_green, built.said
    assert built.value("select count(*) from fct_events") == 40


@pytest.mark.long  # `make test` asks of rows that go where nothing else changes.
@pytest.mark.parametrize("when_rows_go", ["stop", "keep"])
def test_what_a_source_no_longer_has_is_not_lost_to_another_definition(
    tmp_path: Path, when_rows_go: str
) -> None:
    """All has to be read anew, and not all is there: the run stops, unless asked to."""
    rows = [event(number) for number in range(40)]
    assert told(tmp_path, rows, when_rows_go, is_first=True).is_green
    built = told(tmp_path, rows[:20], when_rows_go, future_tolerance_minutes=61)
    assert not built.is_green
    assert "20 fewer than were taken in" in built.said
    assert built.value("select count(*) from int_events__logged") == 40
    built = told(tmp_path, rows, when_rows_go, future_tolerance_minutes=61)
    assert built.is_green, built.said


def test_what_comes_in_files_is_taken_in_whatever_happens_to_them(
    tmp_path: Path,
) -> None:
    """New ones, copies of rows in them, rows that arrived before all others; then one
    that is corrected, one under another name, one that goes: each run is as a refresh.
    """
    rows = [event(number) for number in range(60)]
    late = event(61, event_id="late", received_at=ARRIVED - timedelta(days=90))
    files: dict[str, Sequence[Event]]
    files = {"a.parquet": rows[:20], "b.parquet": rows[20:40]}
    folder = tmp_path / "kept"
    assert told_in_files(folder, files, is_first=True).is_green
    # As the second file's rows once more, and with a column that the others lack.
    gained = [row | {"content_group": "spring"} for row in [*rows[15:60], late]]
    changes: list[dict[str, Sequence[Event]]] = [
        {"c.parquet": gained},
        {},
        {"b.parquet": [rows[20] | {"revenue": "7.00"}, *rows[21:40]]},
        {"d.parquet": rows[:20], "a.parquet": []},
        {"c.parquet": []},
    ]
    for turn, change in enumerate(changes):
        files = {name: held for name, held in (files | change).items() if held}
        built = told_in_files(folder, files)
        assert built.is_green, built.said
        if IS_ALL or turn in (0, len(changes) - 1):
            full = told_in_files(tmp_path / f"full{turn}", files, is_first=True)
            held, expected = contents(built), contents(full)
            apart = {"int_hosts__registered", "int_user_agents__classified"}
            apart |= {"stg_files__lines"}
            assert [
                name
                for name in expected
                if name not in apart and held[name] != expected[name]
            ] == []


@pytest.mark.long  # `make test` asks of files that are exchanged.
@pytest.mark.parametrize("name", ["b.parquet", "c.parquet"])
def test_a_file_that_comes_back_brings_nothing_twice(tmp_path: Path, name: str) -> None:
    """The log kept its rows, also where it has another name by now."""
    rows = [event(number) for number in range(30)]
    files = {"a.parquet": rows[:20], "b.parquet": rows[20:]}
    for nth, held in enumerate(
        [files, {"a.parquet": rows[:20]}, {"a.parquet": rows[:20], name: rows[20:]}]
    ):
        built = told_in_files(tmp_path, held, is_first=nth == 0, when_rows_go="keep")
        assert built.is_green, built.said
        assert built.value("select count(*) from int_events__logged") == 30


def test_files_that_are_as_they_were_are_not_read_again(tmp_path: Path) -> None:
    """What stands in them may be anything by now: size and time say that it is not."""
    rows = [event(number) for number in range(30)]
    assert told_in_files(tmp_path, {"a.parquet": rows[:20]}, is_first=True).is_green
    path = tmp_path / "events" / "a.parquet"
    looked = path.stat()
    other = [row | {"revenue": "90.00"} if row["revenue"] else row for row in rows[:20]]
    write_parquet(path, other)
    assert path.stat().st_size == looked.st_size
    os.utime(path, ns=(looked.st_atime_ns, looked.st_mtime_ns))
    built = told_in_files(tmp_path, {"a.parquet": other, "b.parquet": rows[20:]})
    asked = "select count(*), count(case when revenue = 90 then 1 end) from fct_events"
    assert built.rows(asked) == [(30, 0)]
    # All are compared where that is asked for.
    built = told_in_files(
        tmp_path,
        {"a.parquet": other, "b.parquet": rows[20:]},
        source_rewrite_days=None,
    )
    assert built.rows(asked) == [(30, 6)]


# `make test` asks of files whose times are to be believed.
@pytest.mark.long
def test_a_file_that_may_change_without_a_sign_is_compared(tmp_path: Path) -> None:
    """Its time says that it was written now: another of this second looks equal."""
    rows = [event(number) for number in range(20)]
    ahead = datetime.now().timestamp() + 3600
    place = tmp_path / "events"
    place.mkdir()
    for revenue in ("10.00", "20.00"):
        changed = [rows[0], rows[1], rows[2] | {"revenue": revenue}, *rows[3:]]
        write_parquet(place / "a.parquet", changed)
        os.utime(place / "a.parquet", (ahead, ahead))
        built = told_in_files(
            tmp_path, {"a.parquet": changed}, is_first=revenue == "10.00"
        )
        assert built.is_green, built.said
    asked = "select revenue from fct_conversions where order_id = 'o2'"
    assert built.value(asked) == 20


# `make test` asks of columns of which each is of its own row.
@pytest.mark.long
def test_a_column_that_looks_at_other_rows_looks_at_all_of_them(tmp_path: Path) -> None:
    """By a query: then no row of a file says by itself what it comes to."""
    rows = [event(number) for number in range(20)]
    columns = {name: name for name in COLUMNS}
    columns["page_title"] = (
        "(select cast(count(*) as varchar)"
        f" from read_parquet('{tmp_path}/events/*.parquet'))"
    )
    files = {"a.parquet": rows[:15]}
    built = told_in_files(tmp_path, files, is_first=True, columns=columns)
    assert built.rows("select distinct page_title from fct_events") == [("15",)]
    built = told_in_files(tmp_path, files | {"b.parquet": rows[15:]}, columns=columns)
    assert built.rows("select distinct page_title from fct_events") == [("20",)]


@pytest.mark.long  # `make test` asks of corrections where all clocks are right.
def test_a_clock_far_ahead_hides_no_correction(tmp_path: Path) -> None:
    """The last days are those before today."""
    rows = [event(number) for number in range(30)]
    rows.append(event(30, occurred_at=datetime(2126, 1, 1)))
    rows[-1]["received_at"] = datetime(2126, 1, 1)
    assert told(tmp_path, rows, is_first=True).is_green
    rows[2] |= {"revenue": "20.00"}
    built = told(tmp_path, rows)
    asked = "select revenue from fct_conversions where order_id = 'o2'"
    assert built.value(asked) == 20


def test_a_source_that_is_no_longer_named_stops_the_run(tmp_path: Path) -> None:
    """With the two ways out of it."""
    rows = [event(number) for number in range(10)]
    path = write_parquet(tmp_path / "events.parquet", rows)
    named = one_source(path, COLUMNS)
    other = {"sources": {"other": named["sources"]["own"]}}
    first = run_dbt(tmp_path, named, "+fct_events", ROOT)
    assert first.is_green, first.said
    built = run_dbt(tmp_path, other, "+fct_events", ROOT, loads_seeds=False)
    assert not built.is_green
    assert "the source own, which the var sources no longer names" in built.said
