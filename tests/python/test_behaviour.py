"""Pages, cohorts, journeys and drop-offs of the demo are those of a plain loop."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import erfc, sqrt
from typing import Any

import pytest
from harness import Build

Key = tuple[Any, ...]


def wilson(hits: int, total: int) -> tuple[float, float, float]:
    """Lower end, share and upper end of Wilson's interval at 95 %."""
    share, square = hits / total, 1.959963984540054**2
    centre = share + square / (2 * total)
    margin = sqrt(square * (share * (1 - share) / total + square / (4 * total**2)))
    whole = 1 + square / total
    return (centre - margin) / whole, share, (centre + margin) / whole


def label(host: str | None, path: str | None) -> str:
    """What a page is called, and a screen, which has no host."""
    return host + (path or "") if host else path or "(unknown)"


def week_of(day: date) -> date:
    """Its Monday."""
    return day - timedelta(days=day.weekday())


def month_of(day: date) -> date:
    """Its first day."""
    return day.replace(day=1)


PERIODS = {"week": week_of, "month": month_of}


def complete_periods(build: Build) -> dict[str, dict[date, bool]]:
    """Of each kind its periods in order, and whether all of the data is there."""
    days = [
        day for (day,) in build.rows("select report_date from dim_dates order by 1")
    ]
    ((first, last),) = build.rows(
        "select min(started_date), max(started_date) from fct_sessions"
    )
    lacking = {
        day
        for (day,) in build.rows(
            "select report_date from mart_quality__source_days"
            " where is_missed or is_partial"
        )
    }
    found: dict[str, dict[date, bool]] = {}
    for kind, period_of in PERIODS.items():
        members: dict[date, list[date]] = defaultdict(list)
        for day in days:
            members[period_of(day)].append(day)
        found[kind] = {
            start: first <= start < period_of(last + timedelta(days=1))
            and not lacking.intersection(inside)
            for start, inside in sorted(members.items())
        }
    return found


def test_cohorts_are_those_of_a_plain_loop(demo: Build) -> None:
    """By first session: who came back in which week and month, and who ever after."""
    visits: dict[tuple[str, str], list[Key]] = defaultdict(list)
    for source, visitor, *visit in demo.rows(
        "select source_name, visitor_id, started_date, channel,"
        " coalesce(device_category, '(unknown)'), visitor_type from fct_sessions"
        " order by source_name, visitor_id, session_number"
    ):
        visits[source, visitor].append(tuple(visit))
    expected: dict[Key, tuple[int, int | None, int | None]] = {}
    for kind, complete in complete_periods(demo).items():
        period_of, periods = PERIODS[kind], list(complete)
        sizes: Counter[Key] = Counter()
        here: Counter[Key] = Counter()
        later: Counter[Key] = Counter()
        for all_visits in visits.values():
            began, channel, device, visitor_type = all_visits[0]
            if visitor_type != "new":
                continue
            cohort = (kind, period_of(began), channel, device)
            sizes[cohort] += 1
            seen = {period_of(day) for day, *_ in all_visits}
            for since, period in enumerate(periods[periods.index(cohort[1]) :]):
                here[(*cohort, since)] += period in seen
                later[(*cohort, since)] += max(seen) >= period
        for cohort, size in sizes.items():
            for since, period in enumerate(periods[periods.index(cohort[1]) :]):
                cell = (*cohort, since)
                told = (here[cell], later[cell]) if complete[period] else (None, None)
                expected[cell] = (size, *told)
    rows = demo.rows(
        "select period_type, cohort_started_date, channel, device_category,"
        " periods_since, visitors, retained_visitors, returning_visitors"
        " from mart_retention__cohorts where cohort_kind = 'first_session'"
    )
    found = {row[:5]: row[5:] for row in rows}
    assert len(found) == len(rows)
    assert found == expected
    assert any(told for key, (_, told, _) in found.items() if key[4] > 0)
    assert any(told is None for _, told, _ in found.values())


def test_page_days_are_those_of_a_plain_loop(demo: Build) -> None:
    """Views, exits, those that the place explains, and what is known of reading."""
    views = demo.rows(
        "select viewed_date, page_host, page_path, session_id, view_number, is_exit,"
        " seconds_on_page, coalesce(device_category, '(unknown)')"
        " from fct_page_views inner join fct_sessions using (session_id)"
    )
    places: dict[Key, list[int]] = defaultdict(list)
    for *_, number, is_exit, _, device in views:
        places[device, min(number, 10)].append(is_exit)
    millionth = Decimal("0.000001")
    rates = {
        place: (Decimal(sum(exits)) / len(exits)).quantize(millionth, ROUND_HALF_UP)
        for place, exits in places.items()
    }
    expected: dict[Key, list[Any]] = {}
    sessions: dict[Key, set[str]] = defaultdict(set)
    for day, host, path, session, number, is_exit, seconds, device in views:
        page = (day, host or "(unknown)", path or "(unknown)")
        sums = expected.setdefault(page, [0, 0, 0, Decimal(0), 0, Decimal(0)])
        sessions[page].add(session)
        sums[0] += 1
        sums[1] = len(sessions[page])
        sums[2] += is_exit
        sums[3] += rates[device, min(number, 10)]
        if not is_exit or seconds > 0:
            sums[4] += 1
            sums[5] += seconds
    found = {
        tuple(row[:3]): list(row[3:])
        for row in demo.rows(
            "select report_date, page_host, page_path, page_views, unique_views, exits,"
            " expected_exits, timed_views, reading_seconds"
            " from mart_content__pages_daily"
        )
    }
    assert len(found) > 100
    assert found == expected


def test_journeys_are_those_of_a_plain_loop(demo: Build) -> None:
    """From page to page within a session, from channel to channel of a person."""
    pages: dict[str, list[str]] = defaultdict(list)
    views: Counter[str] = Counter()
    for session, host, path in demo.rows(
        "select session_id, page_host, page_path from fct_page_views"
        " order by session_id, view_number"
    ):
        name = label(host, path)
        pages[session].append(name)
        views[name] += 1
    shown = sorted(views, key=lambda name: (-views[name], name.encode()))[:20]
    channels: dict[str, list[str]] = defaultdict(list)
    for person, channel in demo.rows(
        "select person_id, channel from fct_sessions"
        " order by person_id, started_at, session_id"
    ):
        channels[person].append(channel)
    walks = [("channel", walk) for walk in channels.values()]
    for walk in pages.values():
        names = [name if name in shown else "(other pages)" for name in walk]
        walks.append(("page", names))
    expected: Counter[Key] = Counter()
    for kind, walk in walks:
        steps = zip(["(start)", *walk], [*walk, "(end)"], strict=True)
        for number, (before, after) in enumerate(steps, start=1):
            expected[kind, min(number, 10), before, after] += 1
    rows = demo.rows(
        "select journey_kind, step_number, from_name, to_name, transitions"
        " from mart_journey__transitions"
    )
    assert {row[:4]: row[4] for row in rows} == expected
    assert any(name not in shown for name in views)


def attempts(build: Build) -> list[dict[str, Any]]:
    """Every attempt at a funnel, with the time of its furthest step."""
    rows = build.rows(
        "select funnel_name, source_name, visitor_id, entry_session_id, entity,"
        " entity_id, entry_step, furthest_step,"
        " is_completed, list_extract([step_1_at, step_2_at, step_3_at, step_4_at,"
        " step_5_at, step_6_at, step_7_at, step_8_at], furthest_step)"
        " from mart_funnel__entries"
    )
    names = ["funnel", "source", "visitor", "session", "entity", "who", "entry"]
    names += ["step", "done", "at"]
    return [dict(zip(names, row, strict=True)) for row in rows]


def followed(attempt: dict[str, Any]) -> Key:
    """Whose views and sessions tell what was done next."""
    if attempt["entity"] == "person":
        return "person", attempt["who"]
    return "visitor", attempt["source"], attempt["visitor"]


def expected_drop_offs(build: Build) -> dict[Key, list[int]]:
    """What who left did next, and who came back within a week."""
    views: dict[Key, list[Key]] = defaultdict(list)
    for source, visitor, person, *view in build.rows(
        "select source_name, visitor_id, person_id, started_at, viewed_at, view_number,"
        " event_id, session_id, page_host, page_path"
        " from fct_page_views inner join fct_sessions"
        " using (source_name, visitor_id, session_id)"
    ):
        views["visitor", source, visitor].append(tuple(view))
        views["person", person].append(tuple(view))
    starts: dict[Key, list[Any]] = defaultdict(list)
    for source, visitor, person, start in build.rows(
        "select source_name, visitor_id, person_id, started_at from fct_sessions"
    ):
        starts["visitor", source, visitor].append(start)
        starts["person", person].append(start)
    last_end = build.value("select max(ended_at) from fct_sessions")
    week = timedelta(days=7)
    expected: dict[Key, list[int]] = defaultdict(lambda: [0, 0, 0])
    for attempt in attempts(build):
        if attempt["done"]:
            continue
        later = sorted(
            view[1:]
            for view in views[followed(attempt)]
            if view[0] <= attempt["at"] < view[1]
            and (attempt["entity"] != "session" or attempt["who"] == view[4])
        )
        place = label(*later[0][4:]) if later else "(exit)"
        is_known = attempt["at"] + week <= last_end
        has_returned = any(
            attempt["at"] < start <= attempt["at"] + week
            for start in starts[followed(attempt)]
        )
        counts = expected[attempt["funnel"], attempt["step"], place]
        counts[0] += 1
        counts[1] += is_known
        counts[2] += is_known and has_returned
    return dict(expected)


def test_drop_offs_are_those_of_a_plain_loop(demo: Build) -> None:
    """What who left did next, and who came back within a week."""
    rows = demo.rows(
        "select funnel_name, step_number, next_place, dropped, dropped_a_week_ago,"
        " returned_within_a_week from mart_funnel__drop_offs"
    )
    assert {row[:3]: list(row[3:]) for row in rows} == expected_drop_offs(demo)
    assert any(place != "(exit)" for _, _, place, *_ in rows)


def test_differences_of_who_dropped_are_those_of_a_plain_loop(demo: Build) -> None:
    """Newcombe's interval, two pooled shares, and Benjamini and Hochberg's order."""
    channels: dict[Any, Any] = dict(
        demo.rows("select session_id, channel from fct_sessions")
    )
    last_steps: dict[Any, Any] = dict(
        demo.rows("select funnel_name, max(step_number) from funnel_steps group by 1")
    )
    went: Counter[Key] = Counter()
    left: Counter[Key] = Counter()
    sessions: dict[Key, set[str]] = defaultdict(set)
    for attempt in attempts(demo):
        if attempt["session"] is None:
            continue
        for step in range(
            1, min(attempt["step"], last_steps[attempt["funnel"]] - 1) + 1
        ):
            counted = went if attempt["step"] > step else left
            for value in (channels[attempt["session"]], None):
                counted[attempt["funnel"], step, value] += 1
                sessions[attempt["funnel"], step, value].add(attempt["session"])
    rows = demo.rows(
        "select funnel_name, step_number, property_value, went_on, dropped,"
        " went_on_with, dropped_with, difference, difference_low, difference_high,"
        " p_value from mart_funnel__drop_off_differences"
        " where property_name = 'channel'"
    )
    assert len(rows) > 5
    assert {row[:3] for row in rows} == {
        key for key, each in sessions.items() if key[2] and len(each) >= 30
    }
    for funnel, step, value, *found in rows:
        key, everybody = (funnel, step, value), (funnel, step, None)
        counts = [went[everybody], left[everybody], went[key], left[key]]
        assert found[:4] == counts
        on_low, on, on_high = wilson(counts[2], counts[0])
        left_low, gone, left_high = wilson(counts[3], counts[1])
        pooled = (counts[2] + counts[3]) / (counts[0] + counts[1])
        error = sqrt(pooled * (1 - pooled) * (1 / counts[0] + 1 / counts[1]))
        expected = [
            gone - on,
            gone - on - sqrt((gone - left_low) ** 2 + (on_high - on) ** 2),
            gone - on + sqrt((left_high - gone) ** 2 + (on - on_low) ** 2),
            erfc(abs(gone - on) / error / sqrt(2)),
        ]
        assert [float(each) for each in found[4:]] == pytest.approx(expected, abs=2e-9)


def test_many_looks_are_paid_for(demo: Build) -> None:
    """Each funnel's p-values, adjusted as by Benjamini and Hochberg's step-up rule."""
    rows = demo.rows(
        "select funnel_name, p_value, adjusted_p_value, difference_rank, is_different"
        " from mart_funnel__drop_off_differences order by funnel_name, difference_rank"
    )
    by_funnel: dict[str, list[Key]] = defaultdict(list)
    for funnel, *row in rows:
        by_funnel[funnel].append(tuple(row))
    assert by_funnel
    for looks in by_funnel.values():
        values = [float(p) for p, *_ in looks if p is not None]
        assert values == sorted(values)
        for rank, (_, adjusted, number, is_different) in enumerate(looks, start=1):
            assert number == rank
            expected = min(
                (
                    value * len(values) / place
                    for place, value in enumerate(values, start=1)
                    if place >= rank
                ),
                default=None,
            )
            assert (adjusted is None) == (expected is None)
            if expected is not None:
                assert float(adjusted) == pytest.approx(expected, abs=2e-9)
            assert is_different == (expected is not None and expected < 0.05)
