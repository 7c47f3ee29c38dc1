"""What counts once: views, orders in funnels, lists; and where history begins."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from engines import EVERY_ENGINE, EngineBuilder
from harness import Build, Builder, demo_of, one_source, write_parquet

NOON = datetime(2026, 5, 4, 12)
SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)
SHOP = "https://shop.example"
COLUMNS = ["event_id", "visitor_id", "occurred_at", "event_name", "page_url"]
COLUMNS += ["page_title", "platform", "order_id", "revenue", "currency", "utm_campaign"]

Row = dict[str, Any]


def events(*rows: Mapping[str, Any]) -> list[Row]:
    """Rows with a number as id, of one page view each unless they say otherwise."""
    common = {"visitor_id": "ann", "event_name": "page_view", "page_url": SHOP + "/"}
    return [
        dict.fromkeys(COLUMNS) | {"event_id": f"{nth:04}"} | common | dict(row)
        for nth, row in enumerate(rows)
    ]


def views(visitor: str, *offsets: timedelta, **more: Any) -> list[Row]:
    """Views of one visitor, so long after noon."""
    return [
        {"visitor_id": visitor, "occurred_at": NOON + offset, **more}
        for offset in offsets
    ]


def sent(folder: Path, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Vars that read the rows."""
    settings: dict[str, Any] = one_source(
        write_parquet(folder / "events.parquet", rows), COLUMNS
    )
    return settings


def counted(made: Build) -> dict[str, list[tuple[int, int]]]:
    """Views kept and collapsed, of each visitor's sessions."""
    found = defaultdict(list)
    for visitor, kept, collapsed in made.rows(
        "select visitor_id, page_view_count, collapsed_views"
        " from fct_sessions order by visitor_id, started_at"
    ):
        found[visitor].append((kept, collapsed))
    return found


def test_a_view_repeats_the_last_one_that_was_kept(
    build: Builder, tmp_path: Path
) -> None:
    """Within a second of it, and of its page; not of one that itself repeats."""
    other = {"page_url": SHOP + "/other"}
    rows = [
        *views("exactly", 0 * SECOND, SECOND),
        *views("over", 0 * SECOND, SECOND + TICK),
        # 0.8 repeats 0; 1.6 is too late for 0 and so is kept; 2.4 repeats that.
        *views("chain", *(0.8 * nth * SECOND for nth in range(4))),
        *views("instant", 0 * SECOND, 0 * SECOND, 0 * SECOND),
        *views("between", 0 * SECOND, 0.6 * SECOND),
        *views("between", 0.3 * SECOND, **other),
        *views("pages", 0 * SECOND),
        *views("pages", 0.1 * SECOND, **other),
        *views("query", 0 * SECOND, page_url=SHOP + "/?size=1"),
        *views("query", 0.1 * SECOND, page_url=SHOP + "/?size=2"),
        *views("hosts", 0 * SECOND),
        *views("hosts", 0.1 * SECOND, page_url="https://blog.shop.example/"),
        *views("screens", 0 * SECOND, 0.5 * SECOND, page_url=None, page_title="Home"),
        *views("screens", 0.7 * SECOND, page_url=None, page_title="Cart"),
        *views("nowhere", 0 * SECOND, 0.5 * SECOND, page_url=None),
        *views("clicks", 0 * SECOND),
        *views("clicks", 0.1 * SECOND, event_name="click"),
        *views("far", 0 * SECOND, 0.5 * SECOND, 60 * SECOND, 60.5 * SECOND),
    ]
    made = build(
        sent(tmp_path, events(*rows)), select="+mart_channel__daily +dim_pages"
    )
    assert made.is_green, made.said
    assert counted(made) == {
        "exactly": [(1, 1)],
        "over": [(2, 0)],
        "chain": [(2, 2)],
        "instant": [(1, 2)],
        "between": [(2, 1)],
        "pages": [(2, 0)],
        "query": [(1, 1)],
        "hosts": [(2, 0)],
        "screens": [(2, 1)],
        "nowhere": [(2, 0)],
        "clicks": [(1, 0)],
        "far": [(2, 2)],
    }
    assert made.rows(
        "select is_bounce from fct_sessions where visitor_id = 'exactly'"
    ) == [(True,)]
    # What was sent is somewhere: kept as a view, or counted beside them.
    views_sent = sum(row.get("event_name") != "click" for row in rows)
    assert made.rows(
        "select sum(page_views), sum(collapsed_views), (select count(*) from"
        " fct_page_views) from mart_channel__daily"
    ) == [(20, 10, 20)]
    assert views_sent == 20 + 10


@pytest.mark.long  # `make test` asks of views of any pace.
def test_a_split_between_two_views_keeps_both(build: Builder, tmp_path: Path) -> None:
    """A session begins with a view; and where nothing is asked, all count."""
    rows = [
        *views("ann", 0 * SECOND),
        *views("ann", 0.5 * SECOND, utm_campaign="spring"),
        *views("bob", 0 * SECOND, 0.5 * SECOND),
    ]
    settings = sent(tmp_path, events(*rows))
    splits = {"session_splits_on_campaign_change": True}
    made = build(settings | splits, select="+fct_sessions")
    assert counted(made) == {"ann": [(1, 0), (1, 0)], "bob": [(1, 1)]}
    made = build(settings | {"view_repeat_seconds": None}, select="+fct_sessions")
    assert counted(made) == {"ann": [(2, 0)], "bob": [(2, 0)]}


def kept(times: Sequence[datetime]) -> int:
    """How many views of one page count, by the definition."""
    last, number = datetime.min, 0
    for time in sorted(times):
        if time > last + SECOND:
            last, number = time, number + 1
    return number


@pytest.mark.parametrize("engine", EVERY_ENGINE)
def test_views_of_any_pace_are_those_of_a_loop(
    engine_build: EngineBuilder, shared: Path, engine: str
) -> None:
    """Long runs of close views, with others of other pages between them."""
    chance = random.Random(26)
    rows: list[Row] = []
    wanted: dict[str, int] = {}
    for nth in range(40):
        moment, pages = NOON, defaultdict(list)
        for _ in range(chance.choice([2, 5, 60])):
            moment += chance.choice(
                [0 * SECOND, TICK, 0.3 * SECOND, 0.9 * SECOND, SECOND, SECOND + TICK]
            )
            page = chance.choice(["/", "/", "/cart"])
            pages[page].append(moment)
            rows += views(f"v{nth}", moment - NOON, page_url=SHOP + page)
        wanted[f"v{nth}"] = sum(map(kept, pages.values()))
    made = engine_build(
        engine,
        {"bot_limit_events": None},
        project=demo_of(shared, "views of any pace", events(*rows)),
        runs_tests=False,
        select="+fct_sessions",
    )
    assert made.is_green, made.said
    (columns,) = (
        each.columns for each in made.relations if each.name == "fct_sessions"
    )
    found = [dict(zip(columns, row, strict=True)) for row in made.rows("fct_sessions")]
    assert {row["visitor_id"]: int(row["page_view_count"] or 0) for row in found} == (
        wanted
    )
    assert sum(
        int(row[name] or 0)
        for row in found
        for name in ("page_view_count", "collapsed_views")
    ) == len(rows)


@pytest.mark.long  # `make test` asks it of unit tests.
def test_steps_of_one_instant_come_in_any_order(build: Builder, tmp_path: Path) -> None:
    """A clock of seconds says nothing of what came first; one event is one step."""
    steps = ["purchase", "begin_checkout", "add_to_cart", "view_item"]
    at_once = [
        {"visitor_id": "at once", "occurred_at": NOON, "event_name": name}
        for name in steps
    ]
    backwards = [
        {
            "visitor_id": "backwards",
            "occurred_at": NOON + nth * TICK,
            "event_name": name,
        }
        for nth, name in enumerate(steps)
    ]
    alone = [{"visitor_id": "alone", "occurred_at": NOON, "event_name": "view_item"}]
    late = [
        {"visitor_id": "late", "occurred_at": NOON, "event_name": "add_to_cart"},
        {"visitor_id": "late", "occurred_at": NOON + SECOND, "event_name": "view_item"},
    ]
    made = build(
        sent(tmp_path, events(*at_once, *backwards, *alone, *late)),
        select="+mart_funnel__entries",
    )
    assert made.is_green, made.said
    assert made.rows(
        "select visitor_id, furthest_step, seconds_to_complete"
        " from mart_funnel__entries where funnel_name = 'purchase' order by all"
    ) == [
        ("alone", 1, None),
        ("at once", 4, 0),
        ("backwards", 1, None),
        ("late", 1, None),
    ]


def test_an_order_completes_a_funnel_once(build: Builder, tmp_path: Path) -> None:
    """However often its page is opened, by whomever; another order does again."""
    steps = ["view_item", "add_to_cart", "begin_checkout"]

    def bought(visitor: str, day: int, order: str | None, **more: Any) -> list[Row]:
        start = NOON + timedelta(days=day)
        way = [
            {"visitor_id": visitor, "occurred_at": start + nth * SECOND}
            | {"event_name": name}
            for nth, name in enumerate(steps)
        ]
        end = {"visitor_id": visitor, "occurred_at": start + 9 * SECOND}
        end |= {"event_name": "purchase", "order_id": order, "revenue": "70"}
        return [*way, end | {"currency": "EUR"} | more]

    told_before: dict[str, object] = {"visitor_id": "hook", "platform": "server"}
    told_before |= {"occurred_at": NOON, "event_name": "purchase"}
    told_before |= {"order_id": "hooked", "revenue": "70", "currency": "EUR"}
    rows = events(
        *bought("again", 0, "one"),
        *bought("again", 4, "one"),
        *bought("other order", 0, "two"),
        *bought("other order", 4, "three"),
        *bought("no order", 0, None),
        *bought("no order", 4, None),
        *bought("forwarded to", 5, "two"),
        told_before,
        *bought("hooked", 0, "hooked"),
    )
    made = build(sent(tmp_path, rows), select="+mart_funnel__entries")
    assert made.is_green, made.said
    found = defaultdict(list)
    for visitor, step in made.rows(
        "select visitor_id, furthest_step from mart_funnel__entries"
        " where funnel_name = 'purchase' order by visitor_id, step_1_at"
    ):
        found[visitor].append(step)
    assert found == {
        "again": [4, 3],
        "other order": [4, 4],
        "no order": [4, 4],
        "forwarded to": [3],
        "hooked": [4],
    }


# In the words of GA4, Segment and others.
SAID = {
    "ProductImpression",
    "ad_impression_shown",
    "view_item_list",
    "Product List Viewed",
    "item_list_view",
    "view_promotion",
    "Promotion Viewed",
    "itemVisible",
    "elementVisibility",
    "gtm.elementVisibility",
}


def test_what_a_page_says_is_no_act(build: Builder, tmp_path: Path) -> None:
    """A hundred and twenty impressions are one list; as many clicks are a script's."""
    clicked = ("click", "ad_impression_clicked")
    listed = [
        {"visitor_id": name, "occurred_at": NOON, "event_name": name}
        for name in sorted(SAID)
        for _ in range(120)
    ]
    clicks = [
        row for name in clicked for row in views(name, *[TICK] * 120, event_name=name)
    ]
    buys = [
        {"visitor_id": row["visitor_id"], "occurred_at": NOON + SECOND}
        | {"event_name": "purchase", "revenue": "80", "currency": "EUR"}
        for row in [*listed[::120], *clicks[::120]]
    ]
    made = build(
        sent(tmp_path, events(*listed, *clicks, *buys)),
        select="+fct_conversions +mart_quality__rejected_events",
    )
    assert made.is_green, made.said
    buyers = made.rows("select visitor_id from fct_conversions")
    assert {name for (name,) in buyers} == SAID
    assert made.rows(
        "select distinct visitor_id, bot_reason from mart_quality__rejected_events"
        " order by visitor_id"
    ) == [(name, "more than 100 acts in 10 seconds") for name in sorted(clicked)]


def test_history_is_complete_after_enough_days(build: Builder, tmp_path: Path) -> None:
    """Of its own source, to the microsecond; marts can leave out what is not known."""
    day = timedelta(days=1)
    rows = [
        *views("first", 0 * day),
        *views("just before", 7 * day - TICK),
        *views("just then", 7 * day),
        *views("back", 7 * day - TICK, 9 * day),
    ]
    settings = sent(tmp_path, events(*rows)) | {"history_days": 7}
    late = write_parquet(
        tmp_path / "late.parquet", events(*views("late", 6 * day, 8 * day))
    )
    settings["sources"]["second"] = one_source(late, COLUMNS)["sources"]["own"]
    made = build(settings, select="+mart_device__daily")
    assert made.is_green, made.said
    assert made.rows(
        "select visitor_id, visitor_type, is_history_complete from fct_sessions"
        " order by source_name, visitor_id, started_at"
    ) == [
        ("back", "new", False),
        ("back", "returning", True),
        ("first", "new", False),
        ("just before", "new", False),
        ("just then", "new", True),
        ("late", "new", False),
        ("late", "returning", False),
    ]
    assert made.rows(
        "select sum(sessions), sum(new_sessions), sum(sessions_with_history),"
        " sum(new_sessions_with_history) from mart_device__daily"
    ) == [(7, 5, 2, 1)]


def test_a_first_visit_that_the_tracker_tells_of_counts(
    build: Builder, tmp_path: Path
) -> None:
    """More than the longest timeout before what is here; session numbers stay."""
    minute = timedelta(minutes=1)
    told = {
        "an hour": -60 * minute,
        "the web's timeout": -30 * minute - TICK,
        "the longest timeout": -45 * minute,
        "more": -45 * minute - TICK,
        "the event": 0 * minute,
        "after it": TICK,
    }
    rows = [
        row | {"first_seen_at": NOON + before}
        for name, before in told.items()
        for row in views(name, 0 * minute)
    ]
    # The second session's word counts for the first one.
    first, second = views("told later", 0 * minute, 60 * minute)
    rows += [*views("untold", 0 * minute), first]
    rows += [second | {"first_seen_at": NOON - 600 * minute}]
    path = write_parquet(tmp_path / "told.parquet", events(*rows))
    settings = one_source(path, [*COLUMNS, "first_seen_at"]) | {
        "session_timeout_minutes": 30,
        "session_timeout_minutes_by_platform": {"ios": 45},
    }
    made = build(settings, select="+mart_device__daily fct_events")
    assert made.is_green, made.said
    assert made.rows(
        "select visitor_id, session_number, visitor_type, is_history_complete"
        " from fct_sessions order by visitor_id, started_at"
    ) == [
        ("after it", 1, "new", False),
        ("an hour", 1, "returning", True),
        ("more", 1, "returning", True),
        ("the event", 1, "new", True),
        ("the longest timeout", 1, "new", True),
        ("the web's timeout", 1, "new", True),
        ("told later", 1, "returning", True),
        ("told later", 2, "returning", True),
        ("untold", 1, "new", False),
    ]
    assert made.rows(
        "select sum(new_sessions), sum(returning_sessions),"
        " sum(new_sessions_with_history) from mart_device__daily"
    ) == [(5, 4, 3)]
