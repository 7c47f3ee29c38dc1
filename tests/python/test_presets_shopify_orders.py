"""A shop's own books, by figures that were worked out by hand."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from harness import ROOT, Builder, one_source, run_dbt, write_parquet
from trackers import FORMS, SELECT, Tables, placed, write_parquets

DAY = datetime(2026, 3, 2)
ITEMS = json.dumps([{"sku": "tee-1", "price": "19.90", "quantity": 2}])
# As the page of the preset has it.
WITHOUT_TAX = "cast(revenue as numeric(28, 6))"
WITHOUT_TAX += " - coalesce(cast(total_tax as numeric(28, 6)), 0)"


def order(number: int, hour: int, total: str, **more: object) -> dict[str, object]:
    """An order of that hour, in the form of an EL tool's table."""
    return {
        "id": 9000 + number,
        "name": f"#{number}",
        "order_number": number,
        "created_at": DAY.replace(hour=hour, minute=5),
        "processed_at": DAY.replace(hour=hour),
        "total_price": Decimal(total),
        "currency": "EUR",
        "test": False,
        **more,
    }


def payment(
    number: int, of: int, hour: int, amount: str, **more: object
) -> dict[str, object]:
    """Money that went back for an order, or as `more` says."""
    return {
        "id": number,
        "order_id": 9000 + of,
        "kind": "refund",
        "status": "success",
        "amount": Decimal(amount),
        "created_at": DAY.replace(hour=hour),
        **more,
    }


TABLES: Tables = {
    "orders": [
        order(1001, 10, "120.00", customer_id=77, line_items=ITEMS),
        # Called off at three, when 30 of the 80 had been paid back.
        order(
            1002,
            11,
            "80.00",
            email=" Eve@Example.com",
            cancelled_at=DAY.replace(hour=15),
        ),
        order(1003, 12, "999.00", test=True, customer_id=1),
        # Never paid, called off.
        order(1004, 13, "10.00", cancelled_at=DAY.replace(hour=14)),
        order(1005, 16, "40.00", email="eve@example.com"),
    ],
    "refunds": [
        payment(1, 1001, 18, "20.00"),
        payment(2, 1002, 14, "30.00"),
        payment(3, 1001, 10, "120.00", kind="sale"),
        payment(4, 1001, 19, "5.00", status="failure"),
        payment(5, 1003, 12, "999.00"),
    ],
}


def settings(place: str, **more: object) -> dict[str, Any]:
    """Vars that read these tables."""
    return {"sources": {"shop": {"preset": "shopify_orders", "events": place} | more}}


@pytest.mark.parametrize("form", FORMS)
def test_net_revenue_is_what_the_shop_kept(
    form: str, build: Builder, tmp_path: Path
) -> None:
    """Refunds and orders called off take revenue back, at most all of it; once each."""
    place, prepare = placed(form, tmp_path, TABLES)
    made = build(settings(place), select=SELECT, prepare=prepare)
    assert made.is_green, made.said
    assert made.rows(
        "select order_id, revenue, session_id, person_id = '77' from fct_conversions"
        " order by 1"
    ) == [
        ("#1001", Decimal(120), None, True),
        ("#1002", Decimal(80), None, False),
        ("#1004", Decimal(10), None, False),
        ("#1005", Decimal(40), None, False),
    ]
    assert made.rows(
        "select order_id, event_name, reversed_revenue from fct_reversals"
        " order by order_id, reversed_at"
    ) == [
        ("#1001", "refund", Decimal(20)),
        ("#1002", "refund", Decimal(30)),
        ("#1002", "order_cancelled", Decimal(50)),
        ("#1004", "order_cancelled", Decimal(10)),
    ]
    assert made.value("select count(*) from fct_sessions") == 0


def test_nobody_is_told_by_an_address(build: Builder, tmp_path: Path) -> None:
    """A guest is one visitor with one address, and no column holds it."""
    made = build(
        settings(write_parquets(tmp_path, TABLES)), select="+stg_shopify_orders__events"
    )
    assert made.is_green, made.said
    rows = made.rows(
        "select event_id, event_name, visitor_id, user_id, order_id, occurred_at"
        " from stg_shopify_orders__events"
    )
    assert "example.com" not in str(rows).lower()
    found = {row[0]: row[1:] for row in rows}
    guest = found["order-10002"][1]
    assert guest.startswith("guest-")
    assert found["order-10005"][1] == found["refund-2"][1] == guest
    assert found["order-10001"] == (
        "purchase",
        "77",
        "77",
        "#1001",
        DAY.replace(hour=10),
    )
    assert found["order-10004"][1].startswith("order-")
    # What was tried out is of no order, and neither is what was paid back for it.
    assert found["order-10003"][::3] == ("test_order", None)
    assert found["refund-5"][::3] == ("test_order", None)
    assert set(found) == {
        *(f"order-1000{nth}" for nth in range(1, 6)),
        *("refund-1", "refund-2", "refund-5", "cancelled-10002", "cancelled-10004"),
    }


@pytest.mark.long  # `make test` asks of the names of one tool alone.
@pytest.mark.parametrize(
    "customer",
    [
        {"customer": '{"id": 77, "email": "a@b.example"}'},
        {"customer": {"id": 77, "email": "a@b.example"}},
        {"customer__id": 77},
    ],
)
def test_other_tools_name_columns_otherwise(
    customer: dict[str, object], build: Builder, tmp_path: Path
) -> None:
    """The customer as JSON or flattened, one time alone, amounts by other names."""
    row = {
        "id": 1,
        "order_number": 1001,
        "created_at": DAY,
        "current_total_price": "5.00",
        "total_tax": "0.80",
        "currency": "usd",
        "line_items": [{"sku": "tee", "quantity": 2}],
        **customer,
    }
    back = {"id": 2, "order_id": 1, "total_refunded": "1.50", "created_at": DAY}
    place = write_parquets(tmp_path, {"orders": [row], "refunds": [back]})
    made = build(
        settings(
            place,
            order_key="order_number",
            refund_amount="total_refunded",
            columns={"revenue": WITHOUT_TAX},
        ),
        select="+stg_shopify_orders__events",
    )
    assert made.is_green, made.said
    assert made.rows(
        "select event_name, visitor_id, order_id, occurred_at, revenue, currency"
        " from stg_shopify_orders__events order by 1"
    ) == [
        ("purchase", "77", "1001", DAY, Decimal("4.20"), "USD"),
        ("refund", "77", "1001", DAY, Decimal("1.50"), "USD"),
    ]
    assert made.rows(
        "select items from stg_shopify_orders__events where items is not null"
    ) == [('[{"sku":"tee","quantity":2}]',)]


def test_a_shop_without_refunds_or_key_is_told(build: Builder, tmp_path: Path) -> None:
    """Of refunds nobody has to know; what an order is called everybody does."""
    orders = [order(1001, 10, "120.00")]
    place = write_parquets(tmp_path, {"orders": orders})
    made = build(settings(place), select="+stg_shopify_orders__events")
    assert made.is_green, made.said
    assert made.value("select count(*) from stg_shopify_orders__events") == 1
    wrong = build(
        settings(place, order_key="nam"), select="+stg_shopify_orders__events"
    )
    assert "has no column 'nam'" in wrong.said


def test_an_order_loaded_again_gives_its_refunds_no_copies(
    build: Builder, tmp_path: Path
) -> None:
    """Tools that append load an order whenever it changes."""
    again = [*TABLES["orders"], order(1001, 10, "120.00", customer_id=77)]
    place = write_parquets(tmp_path, {**TABLES, "orders": again})
    made = build(settings(place), select="+stg_shopify_orders__events")
    assert made.is_green, made.said
    assert made.rows(
        "select event_id, count(*) from stg_shopify_orders__events"
        " where order_id = '#1001' group by all order by 1"
    ) == [("order-10001", 2), ("refund-1", 1)]


# `make test` asks of rules that change, and of inputs that move at each build.
@pytest.mark.long
def test_an_input_may_move_and_with_a_new_one_all_is_filled_anew(
    tmp_path: Path,
) -> None:
    """Where orders are says nothing of them; whether refunds are read does."""
    said = []
    for day, inputs in enumerate((["orders"], ["orders"], ["orders", "refunds"])):
        folder = tmp_path / f"day {day}"
        folder.mkdir()
        write_parquets(folder, TABLES)
        source = {"preset": "shopify_orders"} | {
            name: str(folder / f"{name}.parquet") for name in inputs
        }
        built = tmp_path / "built"
        built.mkdir(exist_ok=True)
        made = run_dbt(
            built,
            {"sources": {"shop": source}},
            "+fct_events",
            ROOT,
            loads_seeds=day == 0,
        )
        is_filled_anew = "since the source shop is read in another way" in made.logged
        said.append((made.is_green, is_filled_anew))
    assert said == [(True, False), (True, False), (True, True)]


def test_an_order_of_the_site_and_of_the_shop_is_one(
    build: Builder, tmp_path: Path
) -> None:
    """The site knows who came and how, the shop what was paid and what went back."""
    said = {"visitor_id": "cookie", "platform": "web", "page_url": "https://s.example/"}
    web = [
        said
        | {
            "event_id": "w1",
            "occurred_at": DAY.replace(hour=9, minute=50),
            "event_name": "page_view",
            "page_url": "https://s.example/?utm_source=news&utm_medium=email",
        },
        said
        | {
            "event_id": "w2",
            "occurred_at": DAY.replace(hour=9, minute=59),
            "event_name": "purchase",
            "user_id": "77",
            "order_id": "#1001",
            # Without tax, as many a tag has it.
            "revenue": "100.84",
            "currency": "EUR",
        },
        said
        | {
            "event_id": "w3",
            "occurred_at": DAY.replace(hour=18),
            "event_name": "refund",
            "order_id": "#1001",
            "revenue": "20.00",
            "currency": "EUR",
        },
    ]
    events = write_parquet(tmp_path / "web.parquet", web)
    columns = list(dict.fromkeys(name for row in web for name in row))
    place = write_parquets(tmp_path, TABLES)
    both = settings(place)["sources"] | one_source(events, columns)["sources"]
    made = build({"sources": both}, select=SELECT)
    assert made.is_green, made.said
    assert made.rows(
        "select source_name, visitor_id, person_id, revenue, session_id is null"
        " from fct_conversions where order_id = '#1001'"
    ) == [("own", "cookie", "77", Decimal(120), False)]
    assert made.value("select sum(revenue) from fct_conversions") == Decimal(250)
    assert made.rows("select channel, revenue from fct_sessions") == [
        ("Email", Decimal(120))
    ]
    # Two sources tell of one refund: what the shop says was paid back, once.
    assert made.value("select sum(reversed_revenue) from fct_reversals") == Decimal(110)
