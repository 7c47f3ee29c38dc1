"""One order is one conversion, two are two, and what one id claims twice is listed."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from harness import Build, Builder, one_source, write_parquet

DAY = datetime(2024, 5, 6, 12)
COLUMNS = ["event_id", "visitor_id", "user_id", "platform", "occurred_at"]
COLUMNS += ["event_name", "order_id", "revenue", "currency"]
SELECT = "+fct_sessions +fct_conversions +fct_reversals +mart_quality__order_conflicts"


def claim(
    order_id: str | None,
    visitor_id: str,
    days: int,
    revenue: str | None,
    **more: object,
) -> dict[str, object]:
    """A purchase so many days after the first."""
    return (
        dict.fromkeys(COLUMNS)
        | {
            "event_id": f"{order_id} {visitor_id} {days}",
            "visitor_id": visitor_id,
            "platform": "web",
            "occurred_at": DAY + timedelta(days=days),
            "event_name": "purchase",
            "order_id": order_id,
            "revenue": revenue,
            "currency": "EUR",
        }
        | more
    )


def built(build: Builder, folder: Path, rows: list[dict[str, object]]) -> Build:
    """What becomes of these rows."""
    events = write_parquet(folder / "events.parquet", rows)
    made = build(one_source(events, COLUMNS), select=SELECT)
    assert made.is_green, made.said
    return made


CLAIMS = [
    # The shop's counter began again two years later.
    claim("1001", "early", 0, "35.00"),
    claim("1001", "late", 730, "80.00"),
    claim("1001", "late", 731, "80.00"),
    # One person on two devices, and a total that changed when the page was reloaded.
    claim("1002", "desk", 0, "20.00", user_id="dora"),
    claim("1002", "phone", 1, "24.90", user_id="dora"),
    # A confirmation that somebody else opened.
    claim("1003", "buyer", 0, "15.00"),
    claim("1003", "friend", 1, "15.00"),
    # A page that sends one id for all.
    *(claim("same", f"shopper {nth}", nth, f"{nth + 1}.00") for nth in range(5)),
    # Nobody says what it cost.
    claim("1004", "mute", 0, None),
    claim("1004", "silent", 1, None),
    # What the server says counts, and the session is the browser's.
    claim("1005", "reader", 0, "50.00"),
    claim("1005", "reader", 0, "45.00", event_id="hook", platform="server"),
    claim("1001", "late", 740, "-30.00", event_name="refund"),
    claim("1001", "early", 741, "-5.00", event_name="refund"),
    claim(None, "early", 0, "1.00"),
    claim(None, "early", 1, "1.00"),
]


# `make test` asks it of unit tests, and of one order that two sources tell of.
@pytest.mark.long
def test_orders_are_told_from_copies(build: Builder, tmp_path: Path) -> None:
    """By person and amount, in whichever row the order comes."""
    made = built(build, tmp_path, CLAIMS)
    assert made.rows(
        "select order_id, visitor_id, revenue from fct_conversions order by all"
    ) == [
        ("1001", "early", Decimal("35.00")),
        ("1001", "late", Decimal("80.00")),
        ("1002", "desk", Decimal("20.00")),
        ("1003", "buyer", Decimal("15.00")),
        ("1004", "mute", Decimal("0.00")),
        ("1005", "reader", Decimal("45.00")),
        *(("same", f"shopper {nth}", Decimal(nth + 1)) for nth in range(5)),
        (None, "early", Decimal("1.00")),
        (None, "early", Decimal("1.00")),
    ]
    assert made.rows(
        "select order_id, orders, persons, amounts, currency, revenue_at_stake,"
        " last_claimed_at from mart_quality__order_conflicts order by order_id"
    ) == [
        ("1001", 2, 2, 2, "EUR", Decimal("80.00"), DAY + timedelta(days=731)),
        ("same", 5, 5, 5, "EUR", Decimal("14.00"), DAY + timedelta(days=4)),
    ]
    assert made.rows(
        "select fct_conversions.visitor_id, reversed_revenue from fct_reversals"
        " join fct_conversions using (conversion_id) order by all"
    ) == [("early", Decimal("5.00")), ("late", Decimal("30.00"))]
    sold = "select sum(revenue) from fct_sessions where visitor_id = 'reader'"
    assert made.value(sold) == Decimal("45.00")


@pytest.mark.long  # `make test` asks it of a site and a shop's own books.
def test_an_order_of_two_sources_is_one(build: Builder, tmp_path: Path) -> None:
    """The shop's own books know what was paid, the tracker who came and when."""
    sold = "select order_id, event_id, revenue from fct_conversions"
    sold += " where source_name = 'demo' and order_id is not null"
    # An order by telephone is a server's in the demo too.
    sold += " and session_id is not null order by order_id"
    orders = build(select="+fct_conversions").rows(sold)
    assert len(orders) > 1
    books = [
        claim(order_id, f"customer {nth}", nth, str(nth), platform="server")
        for nth, (order_id, _, _) in enumerate(orders[:-1])
    ]
    books.append(claim("by telephone", "customer", 0, "7.00", platform="server"))
    events = write_parquet(tmp_path / "events.parquet", books)
    both = {"demo": {"preset": "demo"}, **one_source(events, COLUMNS)["sources"]}
    made = build({"sources": both}, select="+fct_conversions")
    assert made.is_green, made.said
    assert made.rows(sold) == [
        (order_id, event_id, Decimal(nth) if nth < len(books) - 1 else revenue)
        for nth, (order_id, event_id, revenue) in enumerate(orders)
    ]
    assert made.rows(
        "select order_id from fct_conversions where source_name = 'own'"
    ) == [("by telephone",)]
