"""The demo build says what the simulator knows to be true."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from harness import Build
from shop import Key, Table, at, read

# Decisions about consent are events of this project, but not of the simulator's truth.
NOT_CONSENT = "event_name <> 'consent_update'"


def test_every_raw_event_has_its_true_reason(demo: Build, raw: Table) -> None:
    """Accounted: no event is lost, none is rejected or accepted for nothing."""
    ids = {row["event_id"] for row in raw}
    built = Counter(
        (event_id if event_id in ids else None, *rest)
        for event_id, *rest in demo.rows(
            "select event_id, visitor_id, received_at, event_name, page_url,"
            f" rejection_reason from int_events__classified where {NOT_CONSENT}"
        )
    )
    true = Counter(
        (
            row["event_id"],
            row["visitor_id"],
            at(row["received_at"]),
            row["event_name"],
            row["page_url"],
            row["reason"],
        )
        for row in raw
    )
    assert built == true


def test_sessions_are_the_true_ones(
    demo: Build, sessions: dict[str, dict[str, Any]]
) -> None:
    """Visitor, start, end and counts, to the microsecond; views as they were sent."""
    built = demo.rows(
        "select visitor_id, started_at, ended_at, page_view_count + collapsed_views,"
        " event_count - (select count(*) from fct_events as events where"
        f" events.session_id = fct_sessions.session_id and not {NOT_CONSENT})"
        " from fct_sessions order by all"
    )
    true = sorted(
        (
            *row["key"],
            at(row["ended_at"]),
            int(row["page_view_count"]),
            int(row["event_count"]) + int(row["server_event_count"]),
        )
        for row in sessions.values()
    )
    assert built == true


def test_every_event_is_in_its_true_session(
    demo: Build, raw: Table, sessions: dict[str, dict[str, Any]]
) -> None:
    """The set of events of each session, and those that are in none."""
    ids = {row["event_id"] for row in raw}
    built = Counter(
        (event_id if event_id in ids else None, visitor, occurred, started)
        for event_id, visitor, occurred, started in demo.rows(
            "select event_id, fct_events.visitor_id, occurred_at, started_at"
            " from fct_events left join fct_sessions using (session_id)"
            f" where {NOT_CONSENT}"
        )
    )
    true = Counter(
        (
            row["event_id"],
            row["visitor_id"],
            at(row["true_at"]),
            sessions[row["session_id"]]["key"][1] if row["session_id"] else None,
        )
        for row in raw
        if row["reason"] is None
    )
    assert built == true


def test_undamaged_sessions_have_their_true_source_and_device(
    demo: Build, sessions: dict[str, dict[str, Any]]
) -> None:
    """A session that lost an event to a defect may have lost its landing page."""
    columns = (
        "channel",
        "source",
        "medium",
        "campaign",
        "device_category",
        "os_name",
        "browser_name",
        "platform",
    )
    built = {
        (visitor, started): tuple(rest)
        for visitor, started, *rest in demo.rows(
            f"select visitor_id, started_at, {', '.join(columns)} from fct_sessions"
        )
    }
    whole = [row for row in sessions.values() if row["is_damaged"] == "false"]
    assert len(whole) > 0.9 * len(sessions)
    differ = [
        (row["key"], built[row["key"]], true)
        for row in whole
        if built[row["key"]] != (true := tuple(row[name] for name in columns))
    ]
    assert differ == []


def test_a_person_is_the_sessions_user_else_the_visitors_only_one(
    demo: Build, persons: dict[Key, str]
) -> None:
    """Never the last user of a device for all time."""
    built = demo.rows("select visitor_id, started_at, person_id from fct_sessions")
    assert {(visitor, start): person for visitor, start, person in built} == persons


def test_conversions_are_the_true_ones(
    demo: Build,
    truth: Path,
    sessions: dict[str, dict[str, Any]],
    persons: dict[Key, str],
) -> None:
    """Order, revenue, time, session and person; a reloaded order counts once."""
    built = demo.rows(
        "select conversion_name, order_id, fct_conversions.revenue, converted_at,"
        " fct_conversions.visitor_id, started_at, fct_conversions.person_id"
        " from fct_conversions left join fct_sessions using (session_id)"
    )
    # Who orders by phone never logs in, and is one person in all visits.
    callers = {visitor: person for (visitor, _), person in persons.items()}
    true = []
    for row in read(truth / "truth" / "conversions.csv"):
        visitor = row["visitor_id"]
        session = sessions.get(row["session_id"])
        true.append(
            (
                row["conversion_name"],
                row["order_id"],
                Decimal(row["revenue"] or 0),
                at(row["converted_at"]),
                *(session["key"] if session else (visitor, None)),
                persons[session["key"]] if session else callers[visitor],
            )
        )
    assert Counter(built) == Counter(true)


def test_items_of_an_order_are_the_true_ones(demo: Build, truth: Path) -> None:
    """What they cost is what was paid but for shipping; an order by phone has none."""
    assert Counter(
        demo.rows(
            "select order_id, sum(fct_items.revenue) from fct_conversions"
            " inner join fct_items using (source_name, event_id)"
            " where conversion_name = 'purchase' group by order_id, conversion_id"
        )
    ) == Counter(
        (row["order_id"], Decimal(row["item_revenue"]))
        for row in read(truth / "truth" / "conversions.csv")
        if row["item_revenue"]
    )


def test_each_product_seen_is_an_item(demo: Build, raw: Table) -> None:
    """Once per accepted event, in the words of the page where it was seen."""
    names = ("view_item", "add_to_cart")
    true = Counter(
        (row["event_name"], row["page_url"].split("?")[0].rsplit("/", 1)[1])
        for row in raw
        if row["event_name"] in names and row["items"] and not row["reason"]
    )
    built = demo.rows(
        "select event_name, item_id, count(*) from fct_items"
        " where event_name <> 'purchase' group by event_name, item_id"
    )
    assert {(name, item): count for name, item, count in built} == true
    assert demo.value(
        "select sum(item_views + adds_to_cart) from mart_product__daily"
    ) == sum(true.values())


@pytest.fixture(scope="module")
def denied(truth: Path) -> set[str]:
    """Visitors whose last word on marketing was no."""
    words: dict[str, tuple[datetime, str]] = {}
    for row in read(truth / "raw_consents.csv"):
        word = (at(row["decided_at"]), row["marketing_consent"])
        words[row["visitor_id"]] = max(words.get(row["visitor_id"], word), word)
    return {visitor for visitor, (_, word) in words.items() if word == "denied"}


def test_touches_are_the_sessions_of_the_thirty_days_before(
    demo: Build,
    truth: Path,
    sessions: dict[str, dict[str, Any]],
    denied: set[str],
) -> None:
    """All devices of the person, in order, but none that denied marketing."""
    columns = ("channel", "source", "medium", "campaign")
    unsure = {each["key"] for each in sessions.values() if each["is_damaged"] == "true"}
    conversions = {
        row["conversion_id"]: row for row in read(truth / "truth" / "conversions.csv")
    }
    true: dict[Any, list[Any]] = defaultdict(list)
    for row in read(truth / "truth" / "touches.csv"):
        conversion = conversions[row["conversion_id"]]
        key = sessions[row["session_id"]]["key"]
        if not {conversion["visitor_id"], key[0]} & denied:
            name = (conversion["conversion_name"], at(conversion["converted_at"]))
            source = None if key in unsure else tuple(row[each] for each in columns)
            true[name].append((*key, source))
    built: dict[Any, list[Any]] = defaultdict(list)
    for name, converted, visitor, touched, number, *campaign in demo.rows(
        "select conversion_name, converted_at, visitor_id, touched_at, touch_number,"
        " channel, source, medium, campaign from mart_attribution__touchpoints"
        " join (select session_id, visitor_id from fct_sessions) using (session_id)"
        " where is_in_window order by conversion_id, touch_number"
    ):
        touches = built[name, converted]
        key = (visitor, touched)
        touches.append((*key, None if key in unsure else tuple(campaign)))
        assert number == len(touches)
    assert built == true


def test_whoever_denied_marketing_is_attributed_to_no_channel(
    demo: Build, truth: Path, denied: set[str]
) -> None:
    """Their conversions stay in the totals, without a touch."""
    models = demo.value(
        "select count(*) from attribution_models where is_enabled and kind <> 'markov'"
    )
    true = Counter(
        {
            (row["conversion_name"], at(row["converted_at"])): models
            for row in read(truth / "truth" / "conversions.csv")
            if row["visitor_id"] in denied
        }
    )
    built = Counter(
        demo.rows(
            "select conversion_name, c.converted_at from mart_attribution__credits"
            " join fct_conversions as c using (conversion_id, conversion_name)"
            " where channel = '(no consent)' and touch_number is null and credit = 1"
        )
    )
    assert len(true) > 0
    assert built == true


def test_orders_by_phone_are_attributed_to_no_channel(demo: Build, truth: Path) -> None:
    """They came before any visit; what was refunded is taken back where it was."""
    called = {
        row["event_id"]
        for row in read(truth / "truth" / "defects.csv")
        if row["defect"] == "phone_order"
    }
    raw = read(truth / "raw_events.csv")
    orders = {row["order_id"]: row for row in raw if row["event_id"] in called}
    left = {name: Decimal(row["revenue"]) for name, row in orders.items()}
    for row in raw:
        if row["event_name"] == "refund" and row["order_id"] in left:
            left[row["order_id"]] -= Decimal(row["revenue"])
    assert len(orders) > 1
    assert demo.rows(
        "select distinct order_id, channel, booked, kept from ("
        " select order_id, attribution_model, max(channel) as channel,"
        " sum(attributed_revenue) filter (entry_type = 'conversion') as booked,"
        " sum(attributed_revenue) as kept from mart_attribution__credits"
        " join fct_conversions using (conversion_id) group by all)"
        f" where order_id in {tuple(sorted(orders))} order by order_id"
    ) == [
        (name, "(no touch)", Decimal(orders[name]["revenue"]), left[name])
        for name in sorted(orders)
    ]


def test_the_purchase_funnel_goes_as_far_as_it_truly_did(
    demo: Build, truth: Path, sessions: dict[str, dict[str, Any]]
) -> None:
    """Each step at its first time after the step before."""
    steps = ("view_item", "add_to_cart", "begin_checkout", "purchase")
    true = [
        (
            *sessions[row["session_id"]]["key"],
            int(row["furthest_step"]),
            *(row[f"{step}_at"] and at(row[f"{step}_at"]) for step in steps),
        )
        for row in read(truth / "truth" / "funnels.csv")
        if row["furthest_step"] != "0"
    ]
    built = demo.rows(
        "select fct_sessions.visitor_id, started_at, furthest_step, step_1_at,"
        " step_2_at, step_3_at, step_4_at"
        " from mart_funnel__entries join fct_sessions on session_id = entity_id"
        " where funnel_name = 'purchase' and attempt_number = 1"
    )
    assert Counter(built) == Counter(true)


def test_cohorts_come_back_as_they_truly_did(
    demo: Build, sessions: dict[str, dict[str, Any]]
) -> None:
    """By week of the first session: how many, and how many of them in each week."""
    weeks: dict[str, set[date]] = defaultdict(set)
    for visitor, started in (session["key"] for session in sessions.values()):
        weeks[visitor].add(started.date() - timedelta(days=started.weekday()))
    cohorts = Counter(min(seen) for seen in weeks.values())
    returned = Counter((min(seen), week) for seen in weeks.values() for week in seen)
    built = demo.rows(
        "select cohort_started_date, periods_since, sum(visitors),"
        " sum(retained_visitors) from mart_retention__cohorts"
        " where cohort_kind = 'first_session' and period_type = 'week' and is_complete"
        " group by all order by all"
    )
    assert len(built) > 50
    assert built == [
        (
            began,
            since,
            cohorts[began],
            returned[began, began + timedelta(weeks=since)],
        )
        for began, since, *_ in built
    ]


def test_carts_are_abandoned_and_bought_when_they_truly_were(
    demo: Build,
    truth: Path,
    raw: Table,
    sessions: dict[str, dict[str, Any]],
    persons: dict[Key, str],
) -> None:
    """From the day after the last cart for thirty days, or until an order comes."""
    callers = {visitor: person for (visitor, _), person in persons.items()}
    acts: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for row in raw:
        if row["event_name"] == "add_to_cart" and row["reason"] is None:
            person = persons[sessions[row["session_id"]]["key"]]
            acts[person].append((at(row["true_at"]), "cart"))
    for row in read(truth / "truth" / "conversions.csv"):
        if row["conversion_name"] == "purchase":
            session = sessions.get(row["session_id"])
            person = persons[session["key"]] if session else callers[row["visitor_id"]]
            acts[person].append((at(row["converted_at"]), "order"))
    last_day = demo.value("select max(as_of_date) from mart_audience__visitors")
    true: set[tuple[str, date, date | None]] = set()
    for person, all_acts in acts.items():
        entered = None
        day = min(all_acts)[0].date()
        while day <= last_day:
            so_far = [act for act in all_acts if act[0].date() <= day]
            ordered = max((t for t, kind in so_far if kind == "order"), default=None)
            carts = [
                t for t, kind in so_far if kind == "cart" and t > (ordered or t.min)
            ]
            is_in = bool(carts) and 1 <= (day - max(carts).date()).days <= 30
            if is_in and entered is None:
                entered = day
            elif entered and not is_in:
                true.add((person, entered, day))
                entered = None
            day += timedelta(days=1)
        if entered:
            true.add((person, entered, None))
    built = demo.rows(
        "select person_id, entered_date, left_date from mart_audience__memberships"
        " where audience = 'cart_abandoner'"
    )
    assert len(built) > 50
    assert len(built) == len(set(built))
    assert set(built) == true
