"""The benchmark's own arithmetic, on figures and events worked by hand."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from benchmarks import inputs, report
from benchmarks.footfall import MAP_AND_SESSIONS, seconds_by_folder
from benchmarks.measure import CommandError, measure
from benchmarks.report import Results
from benchmarks.shapes import COLUMNS, SHAPES
from scripts.pages import README, fill
from scripts.reference_lists import AbsentError, Told, agent_rows, fetched, host_rows

STORED: dict[str, Any] = {
    "taken_on": "2026-01-02",
    "rounds": 3,
    "events": 1_019_807,
    "accepted": 0,
    "sessions": 5,
    "machine": {"cpu": "a processor", "cores": 2, "memory_gib": 24},
    "threads": 2,
    "memory": "4GB",
    "tight": None,
    "versions": {"Python": "3.11.7"},
    "failed": {},
    "runs": {
        "floor": [
            {"wall": wall, "cpu": 3.0, "peak": 100.0, "work": work}
            for wall, work in ((2.0, 1.0), (9.0, 8.0), (3.0, 2.0))
        ],
        "startup": [{"wall": 4.0, "cpu": 4.0, "peak": 100.0, "layers": {}}],
        "sessions": [
            {
                "wall": 10.0,
                "cpu": 12.0,
                "peak": 100.0,
                "layers": {"seeds": 1.0, MAP_AND_SESSIONS: 3.0},
            }
        ],
        "latest_sessions": [{"wall": 5.5, "cpu": 5.0, "peak": 100.0, "layers": {}}],
        "none_sessions": [{"wall": 3.9, "cpu": 3.9, "peak": 100.0, "layers": {}}],
    },
}


def test_a_figure_is_the_median_of_the_rounds() -> None:
    """One disturbed round of three changes nothing."""
    results = Results(STORED)
    assert results.of("floor", "wall") == 3.0
    assert results.net("floor") == 2.0


def test_start_up_is_taken_off_once() -> None:
    """Of dbt's runs its own; a run cannot take less than nothing."""
    results = Results(STORED)
    assert results.net("sessions") == 10.0 - 4.0
    assert results.net("none_sessions") == 0.0


def test_what_was_not_measured_is_no_zero() -> None:
    """A missing run, and a ratio to nothing."""
    results = Results(STORED)
    assert results.of("whole", "wall") is None
    assert results.net("whole") is None
    assert report.over(None, 2.0) is None
    assert report.over(2.0, 0.0) is None
    assert report.times(None) == report.percent(None) == "-"


def test_the_headline_has_a_row_for_each_thing_measured() -> None:
    """10 / 3 and 6 / 2 of the floor; 5.5 / 10 and 1.5 / 6 of the full build."""
    table, said = report.headline([Results(STORED)]).split("\n\n")
    assert table.splitlines() == [
        "|  | 1,019,807 events |",
        "| --- | --: |",
        "| floor, seconds | 3.0 |",
        "| footfall to `fct_sessions` | 3.3 x (3.0 x) |",
        "| its map and sessions alone | 1.5 x |",
        "| the latest 1 % by arrival, to `fct_sessions` | 55.0 % (25.0 %) |",
        "| nothing new, to `fct_sessions` | 39.0 % (0.0 %) |",
    ]
    assert "medians of 3 rounds, 2026-01-02; a processor, 2 cores, 24 GiB" in said


def test_a_publish_is_a_share_of_the_build_that_it_publishes() -> None:
    """By hand: medians of 10, 30 and 20 s are 20; of builds of 200 and of 50 s."""
    publishes = [
        {"cpu": cpu, "wall": 9.0, "peak": 1000.4, "changed": 2}
        for cpu in (10.0, 30.0, 20.0)
    ]
    runs = {
        "first_build": [{"cpu": 200.0}] * 3,
        "first_publish": publishes,
        "none_build": [{"cpu": 50.0}] * 3,
        "none_publish": publishes,
    }
    stored = [Results({**STORED, "marts": 3, "runs": runs})]
    table, said = report.each_of(stored, report.published).split("\n\n")
    first, none, latest = table.splitlines()[2:]
    assert first == (
        "| everything new | 2 of 3 | 200.0 | 20.0 | 10.0 % | 10.0 % | 9.0 | 1,000 |"
    )
    assert none == (
        "| nothing new | 2 of 3 | 50.0 | 20.0 | 40.0 % | 10.0 % | 9.0 | 1,000 |"
    )
    assert latest == ("| the latest 1 % by arrival | - of 3 | - | - | - | - | - | - |")
    assert said.startswith("- 1,019,807 simulated events, 5 sessions; medians of 3")


def test_a_topic_costs_what_a_build_with_it_takes_more() -> None:
    """By hand: 130 s are 30 % more than 100, and 160 are 60 %."""
    runs = {
        "none": [{"cpu": 100.0, "wall": 60.0, "peak": 900.0}],
        "journey": [{"cpu": 130.0, "wall": 70.0, "peak": 950.0}],
        "every": [{"cpu": 160.0, "wall": 90.0, "peak": 1000.0}],
    }
    assert report.topics(Results({**STORED, "runs": runs})).splitlines()[2:] == [
        "| the first topics alone | 100.0 |  | 60.0 | 900 |",
        "| `journey` beside them | 130.0 | 30.0 % | 70.0 | 950 |",
        "| every topic | 160.0 | 60.0 % | 90.0 | 1,000 |",
    ]


def test_a_row_is_named_after_the_column_that_has_it() -> None:
    """Little memory was tried with one number of events alone."""
    runs = {**STORED["runs"], "tight": STORED["runs"]["sessions"]}
    tried = Results({**STORED, "tight": "2GB", "runs": runs})
    table, *_ = report.headline([tried, Results(STORED)]).split("\n\n")
    row = "| footfall, every model, within 2GB | 3.3 x (3.0 x) | - |"
    assert row in table.splitlines()


@pytest.mark.parametrize(
    ("events", "name"),
    [(1_019_807, "1m"), (10_100_000, "10m"), (101_618, "102k"), (499_999, "500k")],
)
def test_results_are_named_after_their_size(events: int, name: str) -> None:
    """So that the same size replaces its last figures."""
    assert report.size_name(events) == name


def test_seconds_are_summed_by_folder() -> None:
    """Only sessions' own ancestors in their folder are the map and sessions."""
    names = {
        "int_session_starts__split": ("intermediate", "sessions", ["model.f.other"]),
        "int_sessions__aggregated": (
            "intermediate",
            "sessions",
            ["int_session_starts__split"],
        ),
        "int_sessions__sourced": ("intermediate", "sessions", []),
        "other": ("intermediate", "events", []),
    }
    nodes = {
        f"model.f.{name}": {
            "name": name,
            "fqn": ["f", layer, folder, name],
            "depends_on": {"nodes": [f"model.f.{parent}" for parent in parents]},
        }
        for name, (layer, folder, parents) in names.items()
    }
    took = {
        "model.f.int_session_starts__split": 1.0,
        "model.f.int_sessions__aggregated": 2.0,
        "model.f.int_sessions__sourced": 4.0,
        "model.f.other": 8.0,
        "seed.f.channels": 16.0,
    }
    results = [
        {"unique_id": name, "execution_time": seconds} for name, seconds in took.items()
    ]
    assert seconds_by_folder(nodes, results) == {
        "intermediate/events": 8.0,
        "intermediate/sessions": 7.0,
        MAP_AND_SESSIONS: 3.0,
        "seeds": 16.0,
    }


def test_a_command_that_fails_says_why() -> None:
    """With what it said; and one that works gives its cost and its answer."""
    program = [sys.executable, "-c"]
    with pytest.raises(CommandError, match="no such luck"):
        measure([*program, "raise SystemExit('no such luck')"], {})
    done = measure([*program, 'print(\'{"found": 7, "seconds": 0.5}\')'], {})
    assert done.answer["found"] == 7
    assert done.cost.work == 0.5
    assert done.cost.wall > 0
    assert done.cost.peak > 1


def write_raw(path: Path) -> list[tuple[str, str, str]]:
    """Two thousand events a minute apart, each tenth of them delivered twice."""
    events = [
        (f"e{number}", f"v{number % 50}", str(datetime(2026, 1, 1 + number // 1440)))
        for number in range(2000)
    ]
    events += events[::10]
    rows = ", ".join(
        f"('{event}', '{visitor}', '{at}', '{at[:-2]}{number % 60:02}')"
        for number, (event, visitor, at) in enumerate(events)
    )
    duckdb.execute(
        f"copy (select * from (values {rows})"
        " as raw (event_id, visitor_id, occurred_at, received_at))"
        f" to '{path}' (format parquet)"
    )
    return events


def test_base_and_batch_are_all_events(tmp_path: Path) -> None:
    """Copies stay together, and the spread batch arrives after all others."""
    events = write_raw(tmp_path / "raw.parquet")
    raw = tmp_path / "raw.parquet"
    assert inputs.split(raw, tmp_path, inputs.BATCHES, "1GB") == len(events)
    assert not (tmp_path / "tenth.parquet").exists()

    def ask(sql: str) -> list[Any]:
        return duckdb.execute(sql.replace("@", f"{tmp_path}/")).fetchall()

    for batch in inputs.BATCHES:
        both = f"from '@{batch}_base.parquet' union all from '@{batch}_batch.parquet'"
        found = ask(f"select event_id, visitor_id, occurred_at from ({both})")
        assert sorted(found) == sorted(events)
    assert (
        ask(
            "select event_id from '@spread_base.parquet' intersect"
            " select event_id from '@spread_batch.parquet'"
        )
        == []
    )
    ((last, first_late, late),) = ask(
        "select max(base.received_at), (select min(received_at) from"
        " '@spread_batch.parquet'), (select count(*) from '@spread_batch.parquet')"
        " from '@raw.parquet' as base"
    )
    assert late > 0
    assert datetime.fromisoformat(first_late) > datetime.fromisoformat(last)
    ((latest, earlier),) = ask(
        "select (select min(received_at) from '@latest_batch.parquet'),"
        " (select max(received_at) from '@latest_base.parquet')"
    )
    assert latest > earlier


# Visitor, event, seconds after 10:00, arrival, page. By hand: a gap of 1800 s joins, a
# microsecond more parts; of two events at one instant the one received first comes
# first; and a session whose first event has no page has no first page.
EVENTS = [
    ("v", "a", 0.0, 1, "p1"),
    ("v", "b", 1800.0, 2, "p2"),
    ("v", "c", 3600.000001, 3, None),
    ("v", "d", 3601.0, 4, "p4"),
    ("w", "e", 3601.0, 9, "p5"),
    ("w", "f", 3601.0, 8, "p6"),
]
SESSIONS = [
    ("v", "10:00:00", "10:30:00", 2, 30, "p1", "p2"),
    ("v", "11:00:00.000001", "11:00:01", 2, 70, None, "p4"),
    ("w", "11:00:01", "11:00:01", 2, 110, "p6", "p5"),
]


def quoted(text: str | None) -> str:
    """A literal."""
    return "null" if text is None else f"'{text}'"


def write_events(path: Path, chosen: str) -> Path:
    """The events with these ids, in the columns that the shapes read.

    Their engagement is 10, 20, .. 60 ms.
    """
    rows = ", ".join(
        f"('{visitor}', '{event}', timestamp '2026-01-01 10:00'"
        f" + to_microseconds({round(second * 1e6)}),"
        f" timestamp '2026-01-02' + {received} * interval 1 second,"
        f" {quoted(page)}, {10 * number})"
        for number, (visitor, event, second, received, page) in enumerate(EVENTS, 1)
        if event in chosen
    )
    given = ["visitor_id", "event_id", "occurred_at", "received_at", "page_url"]
    given += ["engagement_ms"]
    rest = ", ".join(
        f"cast(null as varchar) as {name}" for name in COLUMNS if name not in given
    )
    duckdb.execute(
        f"copy (select *, {rest} from (values {rows}) as events ({', '.join(given)}))"
        f" to '{path}' (format parquet)"
    )
    return path


def sessions_of(relation: str, connection: Any) -> list[Any]:
    """The columns that SESSIONS has."""
    rows: list[Any] = connection.execute(
        "select visitor_id, cast(cast(session_started_at as time) as varchar),"
        " cast(cast(session_ended_at as time) as varchar), event_count,"
        " cast(engagement_ms as bigint), first_page_url, last_page_url"
        f" from {relation} order by all"
    ).fetchall()
    return rows


@pytest.mark.long  # With `make drivers`; the shapes in SQL are asked below.
@pytest.mark.parametrize("shape", ["polars", "polars_streaming", "pandas"])
def test_a_library_finds_the_sessions(shape: str, tmp_path: Path) -> None:
    """Else it would be timed for something else."""
    if missing := SHAPES[shape].missing():
        pytest.skip(missing)
    events = write_events(tmp_path / "events.parquet", "abcdef")
    assert SHAPES[shape].start()(events, tmp_path) == len(SESSIONS)
    with duckdb.connect() as connection:
        assert sessions_of(f"'{tmp_path}/sessions.parquet'", connection) == SESSIONS
        event_map = connection.execute(
            "select event_id, cast(cast(session_started_at as time) as varchar)"
            f" from '{tmp_path}/map.parquet' order by all"
        ).fetchall()
    starts = [SESSIONS[number][1] for number in (0, 0, 1, 1, 2, 2)]
    assert event_map == list(zip("abcdef", starts, strict=True))


@pytest.mark.parametrize("batch", ["b", "ad", "f"])
def test_wide_windows_find_the_sessions_of_a_batch_too(
    batch: str, tmp_path: Path
) -> None:
    """An event between, an earlier start, and one before at the same instant."""
    base = write_events(tmp_path / "base.parquet", "".join(set("abcdef") - set(batch)))
    SHAPES["wide"].start()(base, tmp_path)
    late = write_events(tmp_path / "batch.parquet", batch)
    assert SHAPES["whole_visitors"].start()(late, tmp_path) == len(SESSIONS)
    with duckdb.connect(str(tmp_path / "measured.duckdb")) as connection:
        assert sessions_of("sessions", connection) == SESSIONS
        assert connection.execute("select count(*) from events").fetchall() == [(6,)]


def test_the_pages_show_what_was_measured() -> None:
    """A figure that nobody measured does not get by."""
    results = report.stored_results()
    assert results
    published = report.stored_results(report.PUBLISHING)
    topics = report.stored_results(report.TOPICS)
    assert published
    assert topics
    page, readme = report.PAGE.read_text(), README.read_text()
    assert fill(page, "publishing", report.each_of(published, report.published)) == page
    assert fill(page, "topics", report.each_of(topics, report.topics)) == page
    assert fill(page, "results", report.page(results)) == page
    assert fill(page, "bench", report.headline(results)) == page
    assert fill(readme, "costs", report.costs(results)) == readme


def test_stored_figures_hold_every_round() -> None:
    """A round that failed is no round less, but no result."""
    for path in report.RESULTS.rglob("*.json"):
        stored = json.loads(path.read_text())
        assert {len(runs) for runs in stored["runs"].values()} == {stored["rounds"]}


def test_hosts_are_counted_per_list_and_kind() -> None:
    """Two of three mail hosts are mail here, and one that the list calls search."""
    told = [Told(host, "mail") for host in ("a", "b", "c")]
    told += [Told("d", "search"), Told("e", "display")]
    categories = {"a": "mail", "b": "mail", "d": "mail", "e": "search_ads"}
    assert host_rows({"referer-parser": told}, categories) == [
        ["`referer-parser`", "mail", 3, 66.7, 66.7],
        ["`referer-parser`", "search", 1, 0.0, None],
        ["`referer-parser`", "display", 1, 100.0, 100.0],
    ]


def test_agents_are_counted_by_weight() -> None:
    """One bot of two is caught; a tablet seen three times as often as a phone."""
    told = [Told("x", "bot"), Told("y", "bot")]
    told += [Told("t", "tablet", 3), Told("u", "tablet", 1)]
    read = {"x": ("declared_bot", ""), "t": ("", "tablet"), "u": ("declared_bot", "")}
    rows = agent_rows({"lists": told}, read)
    assert [row[1:4] for row in rows] == [
        ["bots caught", 2, 50.0],
        ["people called bots", 2, 25.0],
        ["tablet is tablet", 2, 75.0],
    ]


def test_a_package_that_cannot_be_had_is_left_out_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where no npm is installed."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(AbsentError, match="npm is not installed"):
        fetched("npm", "user-agents", tmp_path)
