"""Pages, cohorts and journeys of the demo are those of a plain loop over its sessions."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from harness import Build

Key = tuple[Any, ...]


def week_of(day: date) -> date:
    """Its Monday."""
    return day - timedelta(days=day.weekday())


def month_of(day: date) -> date:
    """Its first day."""
    return day.replace(day=1)


PERIODS = {"week": week_of, "month": month_of}


def complete_periods(build: Build) -> dict[str, dict[date, bool]]:
    """Of each kind its periods in order, and whether all of the data is there."""
    days = [day for (day,) in build.rows("select report_date from dim_dates order by 1")]
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
            start: start in inside
            and period_of(inside[-1] + timedelta(days=1)) != start
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
                here[*cohort, since] += period in seen
                later[*cohort, since] += max(seen) >= period
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
    assert any(told for (_, told, _), key in zip(found.values(), found) if key[4] > 0)
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
            "select report_date, page_host, page_path, views, unique_views, exits,"
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
        name = (host or "(unknown)") + (path or " (unknown)")
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
