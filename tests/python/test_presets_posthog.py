"""PostHog's export, by figures that were worked out by hand."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from harness import Builder
from trackers import FORMS, SELECT, Tables, placed, write_parquets

DAY = datetime(2026, 3, 2)
SITE = "https://shop.example"


def event(
    event_id: str, name: str, distinct_id: str, time: str, **properties: object
) -> dict[str, object]:
    """An event with its properties as JSON text, a leading _ being their $."""
    hour, minute, second = map(int, time.split(":"))
    occurred_at = DAY.replace(hour=hour, minute=minute, second=second)
    said = {
        key.replace("_", "$", 1) if key[0] == "_" else key: value
        for key, value in properties.items()
    }
    return {
        "uuid": event_id,
        "event": name,
        "distinct_id": distinct_id,
        "timestamp": occurred_at,
        "created_at": occurred_at,
        "team_id": 1,
        "properties": json.dumps(said),
    }


def web(
    event_id: str, name: str, distinct_id: str, time: str, **properties: object
) -> dict[str, object]:
    """One of the first device, in its browser."""
    device: dict[str, object] = {
        "_device_id": "anon-1",
        "_session_id": "s1",
        "_lib": "web",
        "_current_url": f"{SITE}/",
        "_referrer": "$direct",
    }
    return event(event_id, name, distinct_id, time, **device | properties)


EVENTS = [
    web("e1", "$pageview", "anon-1", "10:00:00", title="Shop"),
    web("e2", "$autocapture", "anon-1", "10:00:30"),
    web("e3", "$identify", "u-42", "10:02:00"),
    web(
        "e4",
        "$pageview",
        "u-42",
        "10:02:30",
        _current_url=f"{SITE}/cart?utm_source=old",
        _prev_pageview_max_scroll_percentage=0.5,
    ),
    web(
        "e5",
        "$pageleave",
        "u-42",
        "10:03:05",
        _current_url=f"{SITE}/cart",
        _prev_pageview_max_scroll_percentage=0.825,
    ),
    event("e6", "invoice sent", "u-42", "10:50:00", _lib="posthog-node"),
    event(
        "e7",
        "purchase",
        "u-42",
        "10:51:00",
        _lib="posthog-node",
        order_id="A-1",
        revenue=49.90,
        currency="eur",
    ),
    web("e8", "$pageview", "anon-2", "11:00:00", _device_id="anon-2", _session_id="s2"),
    event(
        "e9",
        "$screen",
        "anon-3",
        "12:00:00",
        _device_id="anon-3",
        _lib="posthog-ios",
        _screen_name="Cart",
    ),
]
TABLES: Tables = {"events": EVENTS}


def settings(place: str, **more: object) -> dict[str, Any]:
    """Vars that read these tables."""
    source = {"preset": "posthog", "events": place.replace("*", "events")}
    return {"sources": {"product": source | more}}


@pytest.mark.parametrize("form", FORMS)
def test_the_accepted_figures_are_met(
    form: str, build: Builder, tmp_path: Path
) -> None:
    """A login cuts no session, and a server's call is none."""
    place, prepare = placed(form, tmp_path, TABLES)
    made = build(settings(place), select=SELECT, prepare=prepare)
    assert made.is_green, made.said
    assert made.rows(
        "select visitor_id, person_id, vendor_session_id, duration_seconds,"
        " page_view_count, platform from fct_sessions order by 1"
    ) == [
        ("anon-1", "u-42", "s1", 185, 2, "web"),
        ("anon-2", "anon-2", "s2", 0, 1, "web"),
        ("anon-3", "anon-3", None, 0, 1, "ios"),
    ]
    assert made.rows(
        "select order_id, person_id, session_id, revenue, currency from fct_conversions"
    ) == [("A-1", "u-42", None, Decimal("49.90"), "EUR")]
    assert made.rows(
        "select sum(received), sum(accepted) from mart_quality__event_ledger"
    ) == [(9, 9)]


def staged(
    build: Builder, folder: Path, tables: Tables, asked: str, **more: object
) -> list[tuple[Any, ...]]:
    """What the staging model says of these."""
    made = build(
        settings(write_parquets(folder, tables), **more), select="+stg_posthog__events"
    )
    assert made.is_green, made.said
    return made.rows(f"select {asked} from stg_posthog__events order by event_id")


def test_an_event_says_of_its_own_page_alone(build: Builder, tmp_path: Path) -> None:
    """What a view says of the page before is that page's, and $direct is no address."""
    asked = "event_id, event_name, scroll_percent, referrer_url, page_path, properties"
    assert staged(build, tmp_path, TABLES, asked) == [
        ("e1", "page_view", None, None, "/", None),
        ("e2", "autocapture", None, None, "/", None),
        ("e3", "identify", None, None, "/", None),
        ("e4", "page_view", None, None, "/cart", None),
        ("e5", "pageleave", Decimal("82.50"), None, "/cart", None),
        ("e6", "invoice_sent", None, None, None, None),
        ("e7", "purchase", None, None, None, None),
        ("e8", "page_view", None, None, "/", None),
        ("e9", "screen_view", None, None, "Cart", None),
    ]


BROKEN = ['{"$device_id": "d", "$lib": "web"', "no JSON", "", '["$device_id"]', "null"]


def test_properties_that_are_no_json_say_nothing(
    build: Builder, tmp_path: Path
) -> None:
    """One such text must not stop a run, nor be read in part."""
    events = [
        web(f"b{number}", "click", "u", "10:00:00") | {"properties": text}
        for number, text in enumerate(BROKEN)
    ]
    asked = "event_id, visitor_id, user_id, vendor_session_id"
    assert staged(build, tmp_path, {"events": events}, asked) == [
        (f"b{number}", "u", "u", None) for number in range(len(BROKEN))
    ]


@pytest.mark.long  # `make test` asks of properties as text.
def test_properties_may_be_a_record(build: Builder, tmp_path: Path) -> None:
    """As whoever loads the export with types has them: they tell what a text tells."""
    record = {
        "$device_id": "d",
        "$lib": "web",
        "total": 5,
        "products": [{"id": "tee", "price": 2.5}],
    }
    row = event("r1", "paid", "u", "9:00:00") | {"properties": record}
    asked = "visitor_id, platform, revenue, items, properties"
    assert staged(
        build,
        tmp_path,
        {"events": [row]},
        asked,
        revenue_property="total",
        passthrough={"paid": "json_text(properties, total)"},
        where="team_id = 1",
    ) == [("d", "web", 5, '[{"id":"tee","price":2.5}]', '{"paid": "5"}')]


def test_a_merge_makes_two_ids_one_user(build: Builder, tmp_path: Path) -> None:
    """By the latest version, of whoever is named; a device alone is still nobody."""
    events = [
        *EVENTS,
        event("f1", "invoice sent", "mail-42", "13:00:00", _lib="posthog-python"),
        event("f2", "robot", "r", "13:00:00", _process_person_profile=False),
    ]
    persons: list[dict[str, object]] = [
        {"distinct_id": distinct_id, "person_id": person_id, "version": version}
        for distinct_id, person_id, version in [
            ("anon-1", "P1", 0),
            ("u-42", "P1", 0),
            ("mail-42", "P2", 0),
            ("mail-42", "P1", 10),
            ("mail-42", "P3", 9),
            ("anon-2", "P4", 0),
            ("r", "P5", 0),
        ]
    ]
    place = write_parquets(tmp_path, {"events": events, "persons": persons})
    found = staged(
        build,
        tmp_path,
        {"events": events, "persons": persons},
        "event_id, user_id",
        persons=place.replace("*", "persons"),
    )
    assert dict(found) == {
        **{"e1": None, "e2": None, "e3": "P1", "e4": "P1", "e5": "P1", "e6": "P1"},
        **{"e7": "P1", "e8": None, "e9": None, "f1": "P1", "f2": None},
    }


@pytest.mark.long  # `make test` asks of the usual name alone.
def test_properties_may_be_called_otherwise(build: Builder, tmp_path: Path) -> None:
    """Orders and experiments, by the site's own names and PostHog's."""
    events = [
        event(
            "o1", "paid", "u", "9:00:00", order={"no": 7}, total="1.299,00", cur="eur"
        ),
        event(
            "o2",
            "$feature_flag_called",
            "u",
            "9:00:00",
            _feature_flag="new-cart",
            _feature_flag_response="test",
        ),
        event("o3", "$opt_in", "u", "9:00:00"),
    ]
    found = staged(
        build,
        tmp_path,
        {"events": events},
        "event_name, order_id, revenue, currency, experiment_id, variant_id,"
        " analytics_consent, properties",
        order_id_property="order.no",
        revenue_property="total",
        currency_property="cur",
        event_names={"paid": "purchase"},
        passthrough={"flag": "json_text(properties, $feature_flag)"},
    )
    assert found == [
        ("purchase", "7", Decimal(1299), "EUR", None, None, None, "{}"),
        (
            "feature_flag_called",
            None,
            None,
            None,
            "new-cart",
            "test",
            None,
            '{"flag": "new-cart"}',
        ),
        ("consent_update", None, None, None, None, None, "granted", "{}"),
    ]
