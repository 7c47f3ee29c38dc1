"""Where a source splits by app: two sessions of a visitor at once, and one visitor."""

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from engines import EVERY_ENGINE, EngineBuilder
from harness import demo_of

from parity.build import Built

NOON = datetime(2026, 5, 4, 12)
MINUTE = timedelta(minutes=1)
TICK = timedelta(microseconds=1)
SHOP, BLOG = "https://shop.example", "https://blog.shop.example"

Row = dict[str, Any]


def at(minutes: float, app: str | None, name: str, **more: Any) -> Row:
    """An event of ann's in an app; the demo's tracker knows none, so a language is."""
    happened = NOON + minutes * MINUTE
    row: Row = {"visitor_id": "ann", "language": app, "event_name": name}
    row |= {"platform": "web", "occurred_at": happened, "received_at": happened}
    return row | more


def stamp(minutes: float, more: timedelta = timedelta(0)) -> str:
    """So long after noon, as a mart's rows are written down."""
    return (NOON + minutes * MINUTE + more).isoformat(" ", "microseconds")


def seconds(number: int) -> str:
    """A length, as a mart's rows are written down."""
    return f"{number}.000000"


def bought(order: str) -> Row:
    """What a purchase says of the order."""
    return {"order_id": order, "revenue": "70", "currency": "EUR"}


# Three sessions begin at noon, one in each app, no app being one; and a fourth half an
# hour and a tick after the last view of an item. In the shop ann is Alice, in the
# blog Bert. The server calls from no app, which has a session, and from one without.
EVENTS: list[Row] = [
    at(0, None, "click"),
    at(0, "blog", "page_view", page_url=BLOG + "/", user_id="bert"),
    at(0, "shop", "page_view", page_url=SHOP + "/?utm_source=news&utm_medium=email"),
    at(1, "blog", "scroll", scroll_percent="50"),
    at(5, "blog", "view_item"),
    at(10, "shop", "add_to_cart", user_id="alice"),
    at(20, "shop", "begin_checkout"),
    at(20, "shop", "purchase", **bought("in the shop")),
    at(21, None, "purchase", platform="server", **bought("by the server")),
    at(25, "till", "purchase", platform="server", **bought("in no session")),
    at(40, "shop", "refund", order_id="in the shop"),
    at(35, "blog", "page_view", page_url=BLOG + "/more"),
]
EVENTS[-1] |= {"occurred_at": NOON + 35 * MINUTE + TICK}
WANTED: dict[str, tuple[str, list[tuple[str | None, ...]]]] = {
    # Of sessions of one instant that of no app counts first, then by the app's name.
    "fct_sessions": (
        "session_number app_id person_id channel last_non_direct_channel"
        " event_count page_view_count conversion_count duration_seconds",
        [
            ("1", None, "ann", "Direct", "Direct", "2", "0", "1", seconds(0)),
            ("2", "blog", "bert", "Direct", "Direct", "3", "1", "0", seconds(300)),
            ("3", "shop", "alice", "Email", "Email", "5", "1", "1", seconds(1200)),
            ("4", "blog", "ann", "Direct", "Email", "1", "1", "0", seconds(0)),
        ],
    ),
    "fct_page_views": (
        "page_host page_path view_number is_entrance is_exit seconds_on_page"
        " scroll_percent",
        [
            ("blog.shop.example", "/", "1", "true", "true", seconds(300), "50.00"),
            ("blog.shop.example", "/more", "1", "true", "true", seconds(0), None),
            ("shop.example", "/", "1", "true", "true", seconds(1200), None),
        ],
    ),
    "fct_events": (
        "app_id event_name event_number person_id channel",
        [
            ("blog", "page_view", "1", "ann", "Direct"),
            ("blog", "page_view", "1", "bert", "Direct"),
            ("blog", "scroll", "2", "bert", "Direct"),
            ("blog", "view_item", "3", "bert", "Direct"),
            ("shop", "add_to_cart", "2", "alice", "Email"),
            ("shop", "begin_checkout", "3", "alice", "Email"),
            ("shop", "page_view", "1", "alice", "Email"),
            ("shop", "purchase", "4", "alice", "Email"),
            ("shop", "refund", "5", "alice", "Email"),
            ("till", "purchase", None, "ann", None),
            (None, "click", "1", "ann", "Direct"),
            (None, "purchase", "2", "ann", "Direct"),
        ],
    ),
    "fct_conversions": (
        "order_id person_id",
        [("by the server", "ann"), ("in no session", "ann"), ("in the shop", "alice")],
    ),
    "fct_reversals": ("order_id event_name", [("in the shop", "refund")]),
    # Within a session nobody went further than a first step; over all apps it was all.
    "mart_funnel__entries": (
        "funnel_name furthest_step seconds_to_complete person_id visitor_type",
        [
            ("purchase", "1", None, "bert", "returning"),
            ("purchase_in_7_days", "4", seconds(900), "bert", "returning"),
        ],
    ),
    "dim_visitors": (
        "visitor_id first_person_id first_channel session_count conversion_count",
        [("ann", "ann", "Direct", "4", "2")],
    ),
    "dim_persons": (
        "person_id first_seen_at last_seen_at session_count conversion_count",
        [
            ("alice", stamp(0), stamp(40), "1", "1"),
            ("ann", stamp(0), stamp(35, TICK), "2", "2"),
            ("bert", stamp(0), stamp(5), "1", "0"),
        ],
    ),
    # The last touch alone: of the person, in whichever app.
    "mart_attribution__touchpoints": (
        "person_id channel touch_number",
        [("alice", "Email", "1"), ("ann", "Direct", "1"), ("ann", "Direct", "1")],
    ),
}


@pytest.mark.parametrize("engine", EVERY_ENGINE)
def test_sessions_of_one_instant_stay_apart(
    engine_build: EngineBuilder, shared: Path, engine: str
) -> None:
    """In every mart that asks which session it was: nothing is lost, nothing twice."""
    rows = [row | {"event_id": f"{nth:02}"} for nth, row in enumerate(EVENTS)]
    random.Random(3).shuffle(rows)
    source = {"preset": "demo", "columns": {"app_id": "language"}, "split_by_app": True}
    made = engine_build(
        engine,
        {"sources": {"demo": source}},
        project=demo_of(shared, "two apps", rows),
        runs_tests=False,
        select=" ".join(f"+{name}" for name in WANTED),
    )
    assert made.is_green, made.said
    assert {name: told(made, name) for name in WANTED} == {
        name: wanted for name, (_, wanted) in WANTED.items()
    }


def told(made: Built, name: str) -> list[tuple[str | None, ...]]:
    """What a mart says in the columns that are asked of it, nulls last."""
    (relation,) = (each for each in made.relations if each.name == name)
    places = [list(relation.columns).index(each) for each in WANTED[name][0].split()]
    found = [tuple(row[place] for place in places) for row in made.rows(name)]
    return sorted(found, key=lambda row: [(each is None, each or "") for each in row])
