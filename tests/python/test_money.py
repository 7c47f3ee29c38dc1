"""Amounts from a thousandth to a million millions: right on every engine."""

import csv
import random
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest
from engines import EVERY_ENGINE, EngineBuilder
from harness import ROOT, Asker, close_connections, copy_project, folder_of
from tiers import IS_ALL

from parity.build import Built
from parity.parsing import once

DAY = datetime(2026, 3, 4, 12)
MILLIONTH = Decimal("0.000001")
# 12,500,000.00 dollars are 11,404,320.975 euros.
RATE = "0.912345678"


class Order(NamedTuple):
    """An order of one visitor, who came on a day each, the last time to buy."""

    mediums: Sequence[str]
    amount: str
    currency: str
    takes: Sequence[tuple[str, str | None]]
    """What takes it back, a day after the other."""


ORDERS = {
    "thirds": Order(
        ("email", "cpc", "affiliate"), "10000.00", "EUR", [("refund", "3000.00")]
    ),
    "dollars": Order(
        ("email", "cpc"), "12500000.00", "USD", [("refund", "5000000.01")]
    ),
    "cent": Order(("cpc", "sms"), "10000.01", "EUR", [("refund", "5000.01")]),
    "gone": Order(
        ("sms", "email", "cpc"),
        "12500000.00",
        "EUR",
        [("refund", "2500000.00"), ("order_cancelled", None)],
    ),
    "largest": Order(("affiliate", "email", "sms"), "999999999999.99", "EUR", []),
    "beyond": Order(("email", "sms", "cpc"), "1000000000000.000001", "EUR", []),
    "click": Order(("sms", "cpc", "email"), "0.004", "EUR", [("refund", "0.001")]),
    "note": Order(("email", "affiliate"), "-45.50", "EUR", []),
}
EUROS = {
    "thirds": "10000.000000",
    "dollars": "11404320.975000",
    "cent": "10000.010000",
    "gone": "12500000.000000",
    "largest": "999999999999.990000",
    "beyond": "1000000000000.000001",
    "click": "0.004000",
    "note": "-45.500000",
}
# By order and entry, in the order of the touches, under linear. What is booked of a
# third is 0.333333333333, of two 0.666666666666: the last touch has the rest.
LINEAR = {
    "thirds": [
        ("3333.333333", "3333.333334", "3333.333333"),
        ("-1000.000000", "-1000.000000", "-1000.000000"),
    ],
    "dollars": [
        ("5702160.487500", "5702160.487500"),
        # 5,000,000.01 dollars are 4,561,728.39912345678 euros: halves of ...399123.
        ("-2280864.199562", "-2280864.199561"),
    ],
    "cent": [("5000.005000", "5000.005000"), ("-2500.005000", "-2500.005000")],
    "gone": [
        # A tie: the first third ends at 4,166,666.6666625.
        ("4166666.666663", "4166666.666662", "4166666.666675"),
        ("-833333.333333", "-833333.333332", "-833333.333335"),
        ("-3333333.333330", "-3333333.333330", "-3333333.333340"),
    ],
    "largest": [("333333333332.996667", "333333333332.996666", "333333333333.996667")],
    "beyond": [("333333333333.000000", "333333333333.000001", "333333333334.000000")],
    "click": [
        ("0.001333", "0.001334", "0.001333"),
        ("-0.000333", "-0.000334", "-0.000333"),
    ],
    "note": [("-22.750000", "-22.750000")],
}
TAKEN_BACK = sum(
    map(Decimal, ("3000", "4561728.399123", "5000.01", "12500000", "0.001")), Decimal(0)
)


def events() -> list[dict[str, str]]:
    """The orders' events, and a visit of someone who bought nothing."""
    rows: list[dict[str, str]] = []
    page = "https://www.shop.example/?utm_source=news&utm_medium="

    def add(visitor: str, at: datetime, name: str, **more: str | None) -> None:
        time = str(at)
        row = {"event_id": f"{visitor} {len(rows)}", "visitor_id": visitor}
        row |= {"platform": "web", "occurred_at": time, "received_at": time}
        given = {key: value for key, value in more.items() if value is not None}
        rows.append(row | {"event_name": name} | given)

    for name, order in ORDERS.items():
        for nth, medium in enumerate(reversed(order.mediums)):
            at = DAY - timedelta(days=nth)
            add(name, at, "page_view", page_url=page + medium)
        bought = {"order_id": name, "currency": order.currency}
        at = DAY + timedelta(minutes=1)
        add(name, at, "purchase", revenue=order.amount, **bought)
        for nth, (event_name, amount) in enumerate(order.takes, 1):
            at = DAY + timedelta(days=nth)
            add(name, at, event_name, platform="server", revenue=amount, **bought)
    for nth, medium in enumerate(("sms", "cpc", "affiliate", "email")):
        add(f"none {nth}", DAY, "page_view", page_url=page + medium)
    return rows


@pytest.fixture(scope="module")
def project(shared: Path) -> Path:
    """A copy whose demo is these orders, with a rate, and weights of one's own."""
    return once(folder_of(shared, "a project of large orders"), write_project)


def write_project(folder: Path) -> Path:
    """Make that copy."""
    copy_project(folder)
    shutil.copytree(ROOT / "tests" / "singular", folder / "tests" / "singular")
    refill(folder / "seeds" / "demo" / "raw_events.csv", events())
    refill(folder / "seeds" / "demo" / "raw_consents.csv", [])
    day = DAY.date().isoformat()
    ads = {"spend_date": day, "source": "news", "campaign": "spring"}
    ads |= {"clicks": "1", "impressions": "9"}
    refill(
        folder / "seeds" / "demo" / "raw_ad_spend.csv",
        [
            ads | {"medium": "cpc", "currency": "USD", "cost": "12500000.00"},
            ads | {"medium": "sms", "currency": "EUR", "cost": "12500000.00"},
        ],
    )
    rate = {"rate_date": day, "currency": "USD", "rate": RATE}
    refill(folder / "seeds" / "rates" / "currency_rates.csv", [rate])
    models = folder / "seeds" / "rules" / "attribution_models.csv"
    models.write_text(models.read_text().replace("custom,false", "custom,true"))
    return folder


def refill(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Other rows under the header that a file has."""
    with path.open(newline="") as file:
        header = next(csv.reader(file))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(rows)


MARTS = ["fct_conversions", "fct_reversals", "fct_ad_spend"]
MARTS += ["mart_attribution__credits", "mart_attribution__channels"]
MARTS += ["mart_attribution__removal_effects"]


def built(engine_build: EngineBuilder, engine: str, project: Path) -> Built:
    """What holds money; in `make test-all` on DuckDB all, with the data tests."""
    is_whole = IS_ALL and engine == "duckdb"
    made = engine_build(
        engine,
        {"reporting_currency": "EUR"},
        project=project,
        runs_tests=is_whole,
        select=None if is_whole else " ".join(f"+{name}" for name in MARTS),
    )
    assert made.is_green, made.said
    return made


def records(made: Built, relation: str) -> list[dict[str, str]]:
    """Rows of a mart by column, null as an empty text."""
    (columns,) = (each.columns for each in made.relations if each.name == relation)
    return [
        dict(zip(columns, (value or "" for value in row), strict=True))
        for row in made.rows(relation)
    ]


@pytest.mark.parametrize("engine", EVERY_ENGINE)
def test_large_amounts_are_right_on_every_engine(
    engine_build: EngineBuilder, project: Path, engine: str
) -> None:
    """To the millionth, converted, shared and taken back; engines' rows are equal."""
    made = built(engine_build, engine, project)
    assert {
        row["order_id"]: row["revenue"] for row in records(made, "fct_conversions")
    } == EUROS
    assert sorted(row["spend"] for row in records(made, "fct_ad_spend")) == [
        "11404320.975000",
        "12500000.000000",
    ]
    assert linear(made) == LINEAR
    parts_are_those_of_a_running_sum(made)
    totals_are_those_of_the_orders(made)
    first = built(engine_build, "duckdb", project)
    for mart in MARTS:
        assert sorted(made.rows(mart), key=repr) == sorted(first.rows(mart), key=repr)


def linear(made: Built) -> dict[str, list[tuple[str, ...]]]:
    """What each touch got, or gave back, by order and day."""
    entries = sorted(
        (
            (orders(made)[row["conversion_id"]], row["entry_date"], touch(row), row)
            for row in records(made, "mart_attribution__credits")
            if row["attribution_model"] == "linear"
        ),
        key=lambda entry: entry[:3],
    )
    found: dict[str, list[tuple[str, ...]]] = {}
    for (name, _), rows in groupby(entries, lambda entry: entry[:2]):
        amounts = tuple(row["attributed_revenue"] for *_, row in rows)
        found.setdefault(name, []).append(amounts)
    return found


def orders(made: Built) -> dict[str, str]:
    """The order of each conversion."""
    rows = records(made, "fct_conversions")
    return {row["conversion_id"]: row["order_id"] for row in rows}


def touch(row: Mapping[str, str]) -> int:
    """Which of the journey's touches."""
    return int(row["touch_number"])


def parts_are_those_of_a_running_sum(made: Built) -> None:
    """Under every model, by the definition: the sum so far is rounded, not a part."""
    rows = [
        row
        for row in records(made, "mart_attribution__credits")
        if row["entry_type"] == "conversion"
    ]
    rows.sort(key=lambda row: (row["conversion_id"], row["attribution_model"]))
    journeys = groupby(
        rows, lambda row: (row["conversion_id"], row["attribution_model"])
    )
    models = set()
    for (conversion, model), parts in journeys:
        models.add(model)
        revenue = Decimal(EUROS[orders(made)[conversion]])
        share = so_far = Decimal(0)
        for part in sorted(parts, key=touch):
            share += Decimal(part["credit"])
            rounded = (revenue * share).quantize(MILLIONTH, ROUND_HALF_UP)
            assert Decimal(part["attributed_revenue"]) == rounded - so_far, part
            so_far = rounded
        assert (share, so_far) == (Decimal(1), revenue), (conversion, model)
    assert {"last_three", "shapley", "time_decay", "markov_1_by_journey"} <= models


def totals_are_those_of_the_orders(made: Built) -> None:
    """Of every model of channels, and of the removal effects, which share them out."""
    everything = sum(map(Decimal, EUROS.values()), Decimal(0))
    booked: dict[str, list[Decimal]] = {}
    for row in records(made, "mart_attribution__channels"):
        if row["conversion_name"] == "purchase":
            sums = booked.setdefault(row["attribution_model"], [Decimal(0)] * 3)
            for nth, name in enumerate(
                ("conversions", "attributed_revenue", "reversed_revenue")
            ):
                sums[nth] += Decimal(row[name])
    assert {"markov_1", "markov_3", "last_three"} <= set(booked)
    expected = [Decimal(len(ORDERS)), everything, -TAKEN_BACK]
    assert booked == dict.fromkeys(booked, expected)

    effects = records(made, "mart_attribution__removal_effects")
    for order in ("1", "2", "3"):
        # Nobody signed up, so of that no effect is known.
        channels = [
            row
            for row in effects
            if (row["conversion_name"], row["markov_order"]) == ("purchase", order)
        ]
        revenues = [Decimal(row["attributed_revenue"]) for row in channels]
        assert sum(revenues) == everything
        for row, revenue in zip(channels, revenues, strict=True):
            share = Decimal(row["conversion_share"])
            assert Decimal(row["conversions"]) == len(ORDERS) * share
            assert abs(revenue - everything * share) <= MILLIONTH


def test_a_share_of_a_sum_is_exact_up_to_its_last_digit(tmp_path: Path) -> None:
    """Of ten million of the largest orders, of thousandths, and below nothing."""
    chance = random.Random(28)
    amounts = [Decimal(10) ** power for power in (-6, -3, 0, 6, 11, 12, 13, 19, 21)]
    amounts += [Decimal(chance.randrange(10**25)).scaleb(-6) for _ in range(300)]
    amounts += [each + MILLIONTH for each in amounts] + [-each for each in amounts]
    shares = [Decimal(chance.randrange(10**12)).scaleb(-12) for _ in amounts]
    shares[:3] = [Decimal(0), Decimal(1), Decimal("0.5")]
    part_of = Asker(tmp_path, {}).answer(
        "product_of_money", amount="amount", factor="share", factor_decimals=12
    )
    close_connections()
    with duckdb.connect() as connection:
        connection.execute(
            "create table parts (amount numeric(28, 6), share numeric(18, 12))"
        )
        connection.executemany(
            "insert into parts values (?, ?)",
            [(str(a), str(b)) for a, b in zip(amounts, shares, strict=True)],
        )
        found = connection.execute(
            f"select amount, share, {part_of} from parts"
        ).fetchall()
    with localcontext(Context(prec=60)):
        for amount, share, part in found:
            assert part == (amount * share).quantize(MILLIONTH, ROUND_HALF_UP)
    assert len(found) == len(amounts)
