"""Segment's and RudderStack's tables, by figures that were worked out by hand."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from harness import Build, Builder
from trackers import FORMS, SELECT, Rows, Tables, placed, write_parquets

DAY = datetime(2026, 3, 2)
EVENT_TABLES = ["product_viewed", "order_completed"]


def at(hour: int, minute: int, second: int = 0) -> datetime:
    """A time of the day."""
    return DAY.replace(hour=hour, minute=minute, second=second)


def call(call_id: str, time: datetime, **more: object) -> dict[str, object]:
    """What every call has; those of servers know no device."""
    library = "analytics.js" if more.get("anonymous_id") else "analytics-node"
    return {
        "id": call_id,
        "timestamp": time,
        "received_at": time,
        "context_library_name": library,
        **more,
    }


def page(call_id: str, time: datetime, **more: object) -> dict[str, object]:
    """A page of the shop."""
    return call(call_id, time, url="https://shop.example/", title="Shop", **more)


T1 = call("t1", at(10, 2), anonymous_id="a1", event="product_viewed")
T2 = call("t2", at(10, 5), anonymous_id="a1", user_id="u1", event="order_completed")
T3 = call("t3", at(10, 5, 2), user_id="u1", event="order_completed")
T4 = call("t4", at(13, 0), user_id="u9", event="order_completed")
TRACKS: Rows = [T1, T2, T3, T4]

TABLES: Tables = {
    "pages": [
        page(
            "p1",
            at(10, 0),
            anonymous_id="a1",
            context_campaign_source="news",
            context_campaign_medium="email",
        ),
        page("p2", at(10, 1), anonymous_id="a1"),
        page("p2", at(10, 1), anonymous_id="a1"),
        page("p3", at(12, 0), anonymous_id="a2", referrer="https://www.google.com/"),
    ],
    "identifies": [
        # What a person is called is no name of a page.
        call("i1", at(10, 4), anonymous_id="a1", user_id="u1", name="Ann", title="Dr"),
    ],
    "tracks": TRACKS,
    # One table's amounts are of one type and the next one's of another.
    "product_viewed": [T1 | {"product_id": "tee", "revenue": "n/a"}],
    "order_completed": [
        T2 | {"order_id": "5001", "revenue": Decimal("100.00"), "currency": "EUR"},
        T3 | {"order_id": "5001", "revenue": Decimal("100.00"), "currency": "EUR"},
        # Written twice, once as a track.
        T4 | {"order_id": "5002", "revenue": Decimal("20.00"), "currency": "EUR"},
        T4 | {"order_id": "5002", "revenue": Decimal("20.00"), "currency": "EUR"},
    ],
}


def settings(place: str, **more: object) -> dict[str, Any]:
    """Vars that read these tables."""
    source = {"preset": "segment", "events": place, "event_tables": EVENT_TABLES}
    return {"sources": {"site": source | more}}


def built(build: Builder, place: str, prepare: str | None, **more: object) -> Build:
    """What becomes of them."""
    made = build(settings(place, **more), select=SELECT, prepare=prepare)
    assert made.is_green, made.said
    return made


@pytest.mark.parametrize("form", FORMS)
def test_the_accepted_figures_are_met(
    form: str, build: Builder, tmp_path: Path
) -> None:
    """A track is once, with its properties; a page sent again is a duplicate."""
    made = built(build, *placed(form, tmp_path, TABLES))
    assert made.rows(
        "select sum(received), sum(accepted), sum(duplicate)"
        " from mart_quality__event_ledger"
    ) == [(9, 8, 1)]
    assert made.rows(
        "select visitor_id, event_count, page_view_count, channel, conversion_count,"
        " revenue, person_id from fct_sessions order by 1"
    ) == [
        ("a1", 5, 2, "Email", 1, Decimal(100), "u1"),
        ("a2", 1, 1, "Organic Search", 0, Decimal(0), "a2"),
    ]
    assert made.rows(
        "select order_id, revenue, visitor_id, session_id is null from fct_conversions"
        " order by 1"
    ) == [
        ("5001", Decimal(100), "a1", False),
        ("5002", Decimal(20), "u9", True),
    ]


def staged(build: Builder, folder: Path, tables: Tables, **more: object) -> Build:
    """The staging model alone, of files."""
    made = build(
        settings(write_parquets(folder, tables), **more), select="+stg_segment__events"
    )
    assert made.is_green, made.said
    return made


def test_tracks_may_be_in_tables_of_their_own_alone(
    build: Builder, tmp_path: Path
) -> None:
    """RudderStack can leave out the table of all tracks: the others have them all."""
    tables = {name: rows for name, rows in TABLES.items() if name != "tracks"}
    made = staged(build, tmp_path, tables)
    asked = (
        "select event_name, event_id, visitor_id, platform, order_id, revenue,"
        " occurred_at from stg_segment__events where event_id like 't%' order by all"
    )
    web, server = ("a1", "web"), ("u1", "server")
    order = ("5001", Decimal(100))
    assert made.rows(asked) == [
        ("purchase", "t2", *web, *order, at(10, 5)),
        ("purchase", "t3", *server, *order, at(10, 5, 2)),
        # Appended twice, and so a duplicate later on.
        *[("purchase", "t4", "u9", "server", "5002", Decimal(20), at(13, 0))] * 2,
        ("view_item", "t1", *web, None, None, at(10, 2)),
    ]


def test_what_a_library_and_a_category_are_called_is_read(
    build: Builder, tmp_path: Path
) -> None:
    """Platforms by the library's name, consent by the site's own categories."""
    libraries = {
        "analytics.js": "web",
        "RudderLabs JavaScript SDK": "web",
        "analytics-ios": "ios",
        "analytics-swift": "ios",
        "rudder-ios-library": "ios",
        "analytics-android": "android",
        "analytics-kotlin": "android",
        "com.rudderstack.android.sdk.core": "android",
        "@segment/analytics-react-native": "ios",
        "analytics-node": "server",
        "axios-analytics": "server",
    }
    screens = [
        call(
            library,
            at(9, 0),
            anonymous_id=library,
            name="Cart",
            context_device_type="ios",
            context_device_model="iPad13,4" if library == "analytics-ios" else "iPhone",
        )
        | {"context_library_name": library}
        for library in libraries
    ]
    agreed = "context_consent_category_preferences_analytics"
    pages = [
        page("yes", at(9, 0), anonymous_id="v", context_locale="de-DE")
        | {
            "context_library_name": None,
            agreed: True,
            "context_session_id": 1772442000,
        },
        page("no", at(9, 1), user_id="u")
        | {"context_library_name": None, agreed: False},
    ]
    made = staged(
        build,
        tmp_path,
        {"screens": screens, "pages": pages},
        event_tables=[],
        analytics_category="analytics",
        marketing_category="advertising",
    )
    assert made.rows(
        "select event_id, platform, page_path, device_category from stg_segment__events"
        " where event_name = 'screen_view' order by event_id"
    ) == [
        (
            library,
            platform,
            "Cart",
            "tablet" if library == "analytics-ios" else "mobile",
        )
        for library, platform in sorted(libraries.items())
    ]
    assert made.rows(
        "select event_id, visitor_id, platform, vendor_session_id, language,"
        " analytics_consent, marketing_consent from stg_segment__events"
        " where event_name = 'page_view' order by event_id"
    ) == [
        ("no", "u", "server", None, None, "false", None),
        ("yes", "v", "web", "1772442000", "de-DE", "true", None),
    ]


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ("neither a file nor a relation", {"event_tables": ["order_complete"]}),
        ("do not say where tables are", {"events": None, "pages": "tracker.pages"}),
        (
            "there is none of the tables pages, screens",
            {"events": "tracker.export_*", "event_tables": []},
        ),
    ],
)
def test_a_table_that_is_not_there_stops_the_run(
    words: str, more: dict[str, object], build: Builder, tmp_path: Path
) -> None:
    """One that the settings name, and all of those that may be absent."""
    place, prepare = placed("relation", tmp_path, TABLES)
    said = settings(place, **more)
    sources = said["sources"]["site"]
    sources = {name: value for name, value in sources.items() if value is not None}
    made = build(
        {"sources": {"site": sources}}, select="+stg_segment__events", prepare=prepare
    )
    assert not made.is_green
    assert words in made.said


def test_products_may_be_records(build: Builder, tmp_path: Path) -> None:
    """As a typed export has them, they are the JSON that they would be as a text."""
    order = T2 | {"products": [{"product_id": "tee", "quantity": 2}]}
    made = staged(
        build, tmp_path, {"order_completed": [order]}, event_tables=["order_completed"]
    )
    assert made.rows("select items from stg_segment__events") == [
        ('[{"product_id":"tee","quantity":2}]',)
    ]


def test_products_are_items_in_either_form(build: Builder, tmp_path: Path) -> None:
    """A list stays as it is, and columns about one product become one."""
    products = '[{"product_id": "tee", "quantity": 2}]'
    viewed = {"name": 'Tee "S"', "price": Decimal("19.90"), "quantity": 1}
    tables = {
        "tracks": TRACKS,
        "product_viewed": [T1 | {"product_id": "tee", **viewed}],
        "order_completed": [T2 | {"products": products}, T3, T4],
    }
    made = staged(build, tmp_path, tables, passthrough=["items"])
    asked = "select event_id, properties from stg_segment__events"
    found: dict[str, str] = dict(made.rows(asked))
    assert json.loads(json.loads(found["t1"])["items"]) == [
        {"product_id": "tee", "name": 'Tee "S"', "price": "19.90", "quantity": "1"}
    ]
    assert json.loads(found["t2"]) == {"items": products}
    assert found["t3"] == "{}"
