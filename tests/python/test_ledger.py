"""What cannot be read or converted is counted, and what nobody can use is not green."""

import csv
import json
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from engines import OTHER_ENGINES, EngineBuilder
from harness import (
    ROOT,
    Build,
    Builder,
    demo_of,
    one_source,
    run_dbt,
    write_parquet,
)
from tiers import IS_ALL

from serving.money import shown
from serving.summary import Summary, as_text, figures

HOME = "https://shop.example/"
COLUMNS = ["event_id", "visitor_id", "occurred_at", "event_name", "page_url"]
MONEY = ["order_id", "revenue", "currency", "analytics_consent"]
SPEND = "spend_date,source,medium,campaign,currency,cost,clicks,impressions\n"


def event(number: int, **more: object) -> dict[str, object]:
    """A page view of its own visitor, or what else `more` says."""
    row: dict[str, object] = dict.fromkeys(MONEY)
    row |= {"event_id": str(number), "visitor_id": f"v{number}", "page_url": HOME}
    row |= {"occurred_at": "2026-05-04 11:00:00", "event_name": "page_view"}
    return {**row, **more}


def order(number: int, amount: str | None, **more: object) -> dict[str, object]:
    """A purchase of its own visitor."""
    bought = {"event_name": "purchase", "order_id": f"o{number}", "revenue": amount}
    return event(number, **{**bought, **more})


def figures_of(made: Build) -> Any:
    """What a summary says of a build."""
    nodes = made.manifest()["nodes"]
    found = figures(nodes, nodes, made.rows)
    assert found
    return found


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1234.565", "EUR", "1,234.57 EUR"),
        ("-1234.565", "EUR", "-1,234.57 EUR"),
        ("0.5", "JPY", "1 JPY"),
        ("1.2345", "KWD", "1.235 KWD"),
        ("0.004", None, "0.00"),
        # What rounds to nothing is neither above nor below it.
        ("-0.004", "EUR", "0.00 EUR"),
        ("-0.4", "JPY", "0 JPY"),
        ("99999999999999.995", "EUR", "100,000,000,000,000.00 EUR"),
    ],
)
def test_an_amount_is_shown_to_the_minor_unit(
    amount: str, currency: str | None, text: str
) -> None:
    """Of its own currency, rounded once."""
    assert shown(amount, currency) == text


def said_of(found: Any) -> str:
    """The summary of a build of these figures."""
    return as_text(Summary(True, 1.0, {}, {}, figures=found))


SUMMARY = "+fct_sessions +fct_conversions +mart_quality__event_ledger"
SUMMARY += " +mart_quality__unread_lines +int_settings__unmatched"
UNREAD = ["1,299", "1,299", "12 to 15", "EUR 5", "9" * 50, "1e99"]
READ = {"1,299.00": "1299.00", "12,50": "12.50", "7": "7.00", "-3.1": "-3.10"}
NOTHING = ["", " ", "null", "N/A", "NaN", "none", None]


@pytest.fixture(scope="module")
def unread(build: Builder, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Amounts that can be read, that cannot, and that are none."""
    texts = [*UNREAD, *READ, *NOTHING]
    rows = [order(number, text) for number, text in enumerate(texts)]
    rows.append(order(90, "secret", analytics_consent="denied"))
    rows.append(order(0, "a copy", occurred_at="2026-05-04 11:00:01"))
    file = tmp_path_factory.mktemp("unread") / "events.parquet"
    made = build(
        one_source(write_parquet(file, rows), COLUMNS + MONEY),
        select=SUMMARY + " +fct_events +mart_quality__rejected_events",
    )
    assert made.is_green, made.said
    return made


def test_an_amount_that_cannot_be_read_is_kept_as_it_came(unread: Build) -> None:
    """A word for nothing is no amount; what can be read is no text."""
    texts = [*UNREAD, *READ, *NOTHING]
    assert unread.rows(
        "select revenue, unread_revenue from fct_events order by event_id::int"
    ) == [
        (None, text)
        if text in UNREAD
        else (None if text in NOTHING else Decimal(READ[str(text)]), None)
        for text in texts
    ]


def test_amounts_that_cannot_be_read_are_counted_apart(unread: Build) -> None:
    """Of accepted events alone, and beside the reasons, not among them."""
    accepted = len(UNREAD) + len(READ) + len(NOTHING)
    assert unread.rows(
        "select received, accepted, no_consent, duplicate, unread_amounts,"
        " amounts_without_currency, revenue_without_currency"
        " from mart_quality__event_ledger"
    ) == [(accepted + 2, accepted, 1, 1, len(UNREAD), 0, Decimal("0.00"))]


def test_what_a_refusal_paid_is_not_told(unread: Build) -> None:
    """Its text could be anything."""
    assert unread.rows(
        "select rejection_reason, unread_revenue from mart_quality__rejected_events"
        " order by all"
    ) == [("duplicate", "a copy"), ("no_consent", None)]


def test_the_summary_names_the_commonest_texts(unread: Build) -> None:
    """Forty letters of each, and how often."""
    found = figures_of(unread)
    assert found.unread_amounts == {
        "1,299": 2,
        "12 to 15": 1,
        "1e99": 1,
        "9" * 40: 1,
        "EUR 5": 1,
    }
    assert "6 amounts that cannot be read: '1,299' (2), '12 to 15' (1)" in said_of(
        found
    )
    silent = {**asdict(found), "unread_amount_count": 0}
    assert "cannot be read" not in said_of(type(found)(**silent))


@pytest.fixture(scope="module")
def unconverted(build: Builder, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Orders and spend with and without a currency, all converted into euros."""
    folder = tmp_path_factory.mktemp("unconverted")
    paid = HOME + "?utm_source=news&utm_medium=cpc"
    rows = [
        order(1, "100", currency="EUR", page_url=paid),
        order(2, "10000.50", page_url=paid),
        # Sent again: one order, whose amount is set aside once.
        order(3, "10000.50", visitor_id="v2", order_id="o2"),
        order(4, "-5"),
        # Nothing is nothing in any currency, and no amount is none.
        order(5, "0"),
        order(6, None),
        # What is no conversion is in no revenue either.
        event(7, event_name="view_item", revenue="7.00"),
        order(8, "8.00", analytics_consent="denied"),
        event(9, event_name="refund", order_id="o2", revenue="1.00"),
        event(10, event_name="refund", order_id="o1", revenue="30.00"),
    ]
    spend = folder / "spend.csv"
    lines = ["EUR,5.00,1,10", ",7.00,2,20", ",7.00,2,20", ",0,3,30"]
    spend.write_text(
        SPEND + "".join(f"2026-05-04,news,cpc,,{line}\n" for line in lines)
    )
    events = write_parquet(folder / "events.parquet", rows)
    # In `make test` without the data tests.
    asked = [*SUMS, "mart_attribution__credits", "mart_quality__rejected_ad_spend"]
    made = build(
        one_source(events, COLUMNS + MONEY, spend=str(spend))
        | {"reporting_currency": "EUR"},
        select=None if IS_ALL else " ".join([SUMMARY, *(f"+{mart}" for mart in asked)]),
        runs_tests=IS_ALL,
    )
    assert made.is_green, made.said
    return made


def test_an_amount_without_a_currency_is_no_revenue(unconverted: Build) -> None:
    """The conversion stands, and what it brought is unknown."""
    assert unconverted.rows(
        "select order_id, delivered_revenue, revenue from fct_conversions"
        " where conversion_name = 'purchase' order by order_id"
    ) == [
        ("o1", Decimal("100.00"), Decimal("100.00")),
        ("o2", Decimal("10000.50"), None),
        ("o4", Decimal("-5.00"), None),
        ("o5", Decimal("0.00"), Decimal("0.00")),
        ("o6", None, Decimal("0.00")),
    ]


def test_amounts_without_a_currency_are_counted_and_summed(unconverted: Build) -> None:
    """An order once, whatever page it is shown on."""
    asked = "select amounts_without_currency, revenue_without_currency, unread_amounts"
    assert unconverted.rows(f"{asked} from mart_quality__event_ledger") == [
        (2, Decimal("9995.50"), 0)
    ]
    found = figures_of(unconverted)
    assert found.revenue == {"EUR": "100.000000"}
    assert "2 amounts without a currency, in no revenue: 9,995.50" in said_of(found)


SUMS = {
    "fct_sessions": "sum(revenue)",
    "dim_visitors": "sum(revenue)",
    "dim_persons": "sum(revenue)",
    "mart_channel__daily": "sum(revenue)",
    "mart_device__cross_device": "sum(revenue)",
    "mart_attribution__paths": "sum(revenue) filter (conversion_name = 'purchase')",
    "mart_attribution__removal_effects": "sum(attributed_revenue) filter"
    " (conversion_name = 'purchase' and markov_order = 1)",
}


@pytest.mark.parametrize("mart", SUMS)
def test_no_sum_has_an_amount_without_a_currency(unconverted: Build, mart: str) -> None:
    """Each says 100 euros, and none is null."""
    assert unconverted.value(f"select {SUMS[mart]} from {mart}") == Decimal("100.00")


def test_credit_goes_for_conversions_of_unknown_worth(unconverted: Build) -> None:
    """It sums to 1, and to no money."""
    assert unconverted.rows(
        "select order_id, sum(credit), sum(attributed_revenue)"
        " from mart_attribution__credits"
        " inner join fct_conversions using (conversion_id)"
        " where attribution_model = 'linear' and entry_type = 'conversion'"
        " and order_id in ('o1', 'o2') group by order_id order by order_id"
    ) == [("o1", 1, Decimal("100.00")), ("o2", 1, Decimal("0.00"))]


def test_spend_without_a_currency_is_rejected(unconverted: Build) -> None:
    """It is not worth what it says; a copy of it is a copy."""
    assert unconverted.rows(
        "select rejection_reason, spend, currency from mart_quality__rejected_ad_spend"
        " order by all"
    ) == [
        ("duplicate", Decimal("7.00"), None),
        ("missing_currency", Decimal("7.00"), None),
    ]
    assert unconverted.rows("select sum(spend), sum(clicks) from fct_ad_spend") == [
        (Decimal("5.00"), 4)
    ]


def test_without_a_reporting_currency_an_amount_counts_as_it_is(
    build: Builder, tmp_path: Path
) -> None:
    """Nothing is to be converted, so nothing lacks a currency."""
    file = write_parquet(tmp_path / "in.parquet", [order(1, "10.50")])
    made = build(one_source(file, COLUMNS + MONEY[:2]), select=SUMMARY)
    assert made.is_green, made.said
    assert made.value("select sum(revenue) from fct_conversions") == Decimal("10.50")
    asked = "select amounts_without_currency, revenue_without_currency"
    assert made.rows(f"{asked} from mart_quality__event_ledger") == [
        (0, Decimal("0.00"))
    ]


def sentence(made: Build) -> str:
    """The one that a run stopped with."""
    assert not made.is_green
    lines = {line.strip() for line in made.said.splitlines() if "footfall: " in line}
    assert len(lines) == 1, made.said
    (found,) = lines
    assert found.endswith(".")
    return found


ALL_BAD: dict[str, tuple[dict[str, object], list[str]]] = {
    "times in words": (
        {"occurred_at": "04.05.2026 10.00 Uhr"},
        ["missing_time", "occurred_at", "'04.05.2026 10.00 Uhr'"],
    ),
    "no times": ({"occurred_at": None}, ["missing_time", "occurred_at", "empty"]),
    "guests": ({"visitor_id": "guest"}, ["missing_visitor", "visitor_id", "'guest'"]),
    "no visitors": (
        {"visitor_id": None},
        ["missing_visitor", "visitor_id", "which is empty"],
    ),
    "a default day": (
        {"occurred_at": "1900-01-01 00:00:00"},
        ["impossible_time", "occurred_at", "'1900-01-01 00:00:00'"],
    ),
    "a clock ahead": (
        {"received_at": "2026-05-04 09:00:00"},
        ["future", "occurred_at", "'2026-05-04 11:00:00'"],
    ),
}


# The first stands for the other in `make test`.
@pytest.mark.parametrize(
    "ending", ["csv", pytest.param("jsonl", marks=pytest.mark.long)]
)
def test_text_files_of_which_nothing_is_accepted_stop_alike(
    tmp_path: Path, ending: str
) -> None:
    """Their lines are a model of the project, to which no hook of another refers."""
    rows = [event(number, occurred_at="3.4.2026 9h") for number in range(3)]
    file = tmp_path / f"events.{ending}"
    with file.open("w") as lines:
        if ending == "csv":
            table = csv.DictWriter(lines, COLUMNS, extrasaction="ignore")
            table.writeheader()
            table.writerows(rows)
        else:
            lines.writelines(json.dumps(row) + "\n" for row in rows)
    made = run_dbt(
        tmp_path,
        one_source(file, COLUMNS, where="visitor_id <> 'v0'"),
        "+int_events__classified",
        ROOT,
    )
    said = sentence(made)
    assert "0 of 2 events" in said
    assert "for example '3.4.2026 9h'" in said


@pytest.mark.long  # `make test` asks of a text file, above.
@pytest.mark.parametrize("name", ALL_BAD)
def test_a_source_of_which_nothing_is_accepted_stops_the_run(
    tmp_path: Path, name: str
) -> None:
    """Why, by which column, and what stands there; nothing is stored, so that it is
    taken in as if for the first time once the map is mended.
    """
    change, words = ALL_BAD[name]
    file = tmp_path / "events.parquet"
    columns = {each: each for each in [*COLUMNS, "received_at", "analytics_consent"]}
    row = {"received_at": "2026-05-04 11:00:00", "analytics_consent": None}
    left_out = event(50, **row | {"analytics_consent": "denied"})
    rows = [event(number, **row | change) for number in range(40)] + [left_out]
    settings = one_source(write_parquet(file, rows), columns)
    select = "+fct_sessions +int_events__classified"
    made = run_dbt(tmp_path, settings, select, ROOT)
    said = sentence(made)
    assert all(word in said for word in [*words, "own", "0 of 40 events"]), said
    # Which goals there are the rules say, whatever is delivered.
    stored = set(made.relations()) - {"dim_goals"}
    assert not {each for each in stored if each.startswith(("fct", "dim", "mart"))}
    assert "int_events__classified" not in stored
    # The map is another now, and so are the rules of whatever was stored.
    columns |= {"visitor_id": "'v'", "occurred_at": "'2026-05-04 10:00:00'"}
    mended = run_dbt(tmp_path, one_source(file, columns), select, ROOT)
    assert mended.is_green, mended.said
    assert mended.value("select count(*) from int_events__classified") == 41


@pytest.mark.long  # `make test` asks of a first build.
def test_the_share_is_of_all_that_a_source_has_delivered(tmp_path: Path) -> None:
    """One of a hundred is enough, one of a hundred and one is not; a bad batch after
    good ones is rejected, until it is too large. What stopped is not held.
    """
    file = tmp_path / "events.parquet"
    columns = [*COLUMNS, "received_at"]
    good = event(0, received_at="2026-05-04 11:00:00")
    bad = [
        event(number, occurred_at="soon", received_at="2026-05-05 11:00:00")
        for number in range(1, 101)
    ]

    def run(rows: list[dict[str, object]], **more: object) -> Build:
        settings = one_source(write_parquet(file, rows), columns) | more
        is_first = not (tmp_path / "footfall.duckdb").exists()
        return run_dbt(
            tmp_path, settings, "+int_events__classified", ROOT, loads_seeds=is_first
        )

    accepted = "select count(*) from int_events__classified"
    assert run([good]).is_green
    assert run([good, *bad[:99]]).is_green
    stopped = run([good, *bad])
    assert "1 of 101 events" in sentence(stopped)
    assert stopped.value(accepted) == 100
    lenient = run([good, *bad], accepted_share_limit=0.009)
    assert lenient.is_green, lenient.said
    assert lenient.value(accepted) == 101


LEFT_OUT: dict[str, dict[str, object]] = {
    "bots": {"user_agent": "Googlebot/2.1"},
    "refusals": {"analytics_consent": "denied"},
}


def test_what_is_left_out_on_purpose_is_green(build: Builder, tmp_path: Path) -> None:
    """A site that only bots and refusals reached has no mistake in its map."""
    rows = [event(number, **more) for number, more in enumerate(LEFT_OUT.values())]
    rows += [rows[0], rows[1]]
    columns = [*COLUMNS, "user_agent", "analytics_consent"]
    made = build(
        one_source(write_parquet(tmp_path / "in.parquet", rows), columns),
        select=SUMMARY,
    )
    assert made.is_green, made.said
    found = figures_of(made)
    assert found.left_out == {"own": 4}
    assert "none of the 4 events of own counts" in said_of(found)


@pytest.mark.long  # `make test` asks it of a unit test.
def test_a_refusal_without_a_visitor_is_a_refusal(
    build: Builder, tmp_path: Path
) -> None:
    """Who refuses to be known is not missing, whatever else the event lacks."""
    cases: dict[str, Mapping[str, object]] = {
        "no_consent": {"analytics_consent": "denied", "occurred_at": None},
        "missing_visitor": {"analytics_consent": "granted"},
    }
    rows = [event(1, visitor_id="known", analytics_consent="granted")]
    rows += [
        event(number, **{"visitor_id": None, **more})
        for number, more in enumerate(cases.values(), 2)
    ]
    file = write_parquet(tmp_path / "in.parquet", rows)
    made = build(
        one_source(file, [*COLUMNS, "analytics_consent"]),
        select="+mart_quality__rejected_events",
    )
    assert made.is_green, made.said
    assert made.rows(
        "select rejection_reason, page_url from mart_quality__rejected_events"
        " order by event_id"
    ) == [("no_consent", None), ("missing_visitor", HOME)]


LEDGER = ["received", "accepted", "no_consent", "unread_amounts"]
LEDGER += ["amounts_without_currency", "revenue_without_currency"]


@pytest.mark.parametrize("engine", OTHER_ENGINES)
def test_other_engines_count_and_stop_alike(
    engine_build: EngineBuilder, shared: Path, engine: str
) -> None:
    """The same sums; the same sentence, with the text that cannot be read."""
    rows = [order(1, "1,299"), order(2, "10.50"), order(3, "NaN"), order(4, "1.299,00")]
    good = demo_of(shared, "an order without a currency", rows)
    made = engine_build(
        engine,
        {"reporting_currency": "EUR"},
        project=good,
        runs_tests=False,
        select="+mart_quality__event_ledger",
    )
    assert made.is_green, made.said
    (columns,) = (
        each.columns
        for each in made.relations
        if each.name == "mart_quality__event_ledger"
    )
    (row,) = made.rows("mart_quality__event_ledger")
    found = dict(zip(columns, row, strict=True))
    assert [found[name] for name in LEDGER] == ["4", "4", "0", "1", "2", "1309.500000"]
    bad = [event(number, occurred_at="04.05.2026 Uhr") for number in range(3)]
    stopped = engine_build(
        engine,
        project=demo_of(shared, "no event with a time", bad),
        runs_tests=False,
        select="+int_events__classified",
    )
    assert not stopped.is_green
    assert "footfall: 0 of 3 events of the source demo are whole" in stopped.said
    assert "for example '04.05.2026 Uhr'" in stopped.said
