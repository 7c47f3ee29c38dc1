"""GA4's export by name: a dozen rows with planted traps; the sample shop's figures."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from harness import (
    SHARED,
    Asker,
    Build,
    Builder,
    close_connections,
    needs,
    write_parquet,
)

NATIVE = SHARED / "data" / "ga4_native"
SAMPLE = SHARED / "data" / "ga4_sample" / "ga4_events_sampled.snappy.parquet"

VALUE = pa.struct(
    [
        ("string_value", pa.string()),
        ("int_value", pa.int64()),
        ("float_value", pa.float64()),
        ("double_value", pa.float64()),
    ]
)
ITEM = pa.struct(
    [("item_id", pa.string()), ("item_name", pa.string()), ("quantity", pa.int64())]
)
SCHEMA = pa.schema(
    [
        ("event_date", pa.string()),
        ("event_timestamp", pa.int64()),
        ("event_name", pa.string()),
        ("event_params", pa.list_(pa.struct([("key", pa.string()), ("value", VALUE)]))),
        ("user_id", pa.string()),
        ("user_pseudo_id", pa.string()),
        ("user_first_touch_timestamp", pa.int64()),
        ("stream_id", pa.int64()),
        ("platform", pa.string()),
        ("batch_page_id", pa.int64()),
        ("batch_ordering_id", pa.int64()),
        ("batch_event_index", pa.int64()),
        (
            "privacy_info",
            pa.struct(
                [("analytics_storage", pa.string()), ("ads_storage", pa.string())]
            ),
        ),
        (
            "collected_traffic_source",
            pa.struct(
                [
                    ("manual_source", pa.string()),
                    ("manual_medium", pa.string()),
                    ("manual_campaign_name", pa.string()),
                    ("gclid", pa.string()),
                ]
            ),
        ),
        (
            "traffic_source",
            pa.struct([("source", pa.string()), ("medium", pa.string())]),
        ),
        (
            "device",
            pa.struct(
                [
                    ("category", pa.string()),
                    ("operating_system", pa.string()),
                    ("web_info", pa.struct([("browser", pa.string())])),
                ]
            ),
        ),
        ("geo", pa.struct([("country", pa.string()), ("region", pa.string())])),
        (
            "ecommerce",
            pa.struct(
                [
                    ("transaction_id", pa.string()),
                    ("purchase_revenue", pa.float64()),
                    ("refund_value", pa.float64()),
                ]
            ),
        ),
        ("items", pa.list_(ITEM)),
    ]
)
TEN = datetime(2026, 3, 2, 10)
NO_TIME = timedelta(0)

Row = dict[str, Any]
# What the tests look at.
SELECT = "+fct_sessions +fct_conversions +int_events__classified"


def event(name: str, after: timedelta = NO_TIME, **more: Any) -> Row:
    """One event of the visitor v1, a web page's unless it says otherwise."""
    params = {"page_location": "https://www.shop.example/", "ga_session_id": 7}
    params |= more.pop("params", {})
    micros = round((TEN + after - datetime(1970, 1, 1)).total_seconds() * 1_000_000)
    fields = {str: "string_value", int: "int_value", float: "double_value"}
    return {
        "event_date": "20260302",
        "event_timestamp": micros,
        "event_name": name,
        "user_pseudo_id": "v1",
        "platform": "WEB",
        "stream_id": 11,
        "privacy_info": {"analytics_storage": "Yes", "ads_storage": "Yes"},
        "device": {"category": "desktop", "operating_system": "Web"},
        "geo": {"country": "Côte d\u2019Ivoire"},
        "event_params": [
            {"key": key, "value": {fields[type(value)]: value}}
            for key, value in params.items()
            if value is not None
        ],
    } | more


MINUTE = timedelta(minutes=1)
MAIL: Row = {"manual_source": "letter", "manual_medium": "email"}
FIRST: Row = {
    "collected_traffic_source": MAIL,
    # Whose visitor this once was: no source of this session.
    "traffic_source": {"source": "google", "medium": "cpc"},
}
APP: Row = {
    "user_pseudo_id": "app",
    "platform": "ANDROID",
    "device": {"category": "mobile", "operating_system": "Android"},
}
REFUSED: Row = {"user_pseudo_id": None, "privacy_info": {"analytics_storage": "No"}}
BOUGHT = {"transaction_id": "T-1", "purchase_revenue": 50.0}
DAILY = [
    event("session_start", **FIRST),
    event("first_visit", **FIRST),
    event("page_view", **FIRST),
    event("scroll", MINUTE, batch_page_id=1, batch_ordering_id=2, batch_event_index=1),
    event("scroll", MINUTE, batch_page_id=1, batch_ordering_id=2, batch_event_index=2),
    event(
        "purchase",
        5 * MINUTE,
        ecommerce=BOUGHT,
        items=[{"item_id": "i1", "item_name": 'A "cup"', "quantity": 2}],
        params={"currency": "EUR", "engagement_time_msec": 1_500},
    ),
    event(
        "refund",
        6 * MINUTE,
        ecommerce={"transaction_id": "T-1", "refund_value": 20.0},
        params={"currency": "EUR"},
    ),
    # Consent mode: nobody may be known here, and a purchase is among it.
    event("page_view", **REFUSED),
    event("purchase", **REFUSED, ecommerce={"transaction_id": "T-2"}),
    event(
        "screen_view",
        **APP,
        params={
            "page_location": None,
            "firebase_screen": "Home",
            "engagement_time_msec": 5_000,
        },
    ),
    # A link from the shop's own other host, as the tool derived it.
    event(
        "page_view",
        user_pseudo_id="own",
        params={"source": "pay.shop.example", "medium": "referral"},
    ),
    event("view_search_results", user_pseudo_id="own", params={"source": "<Other>"}),
]
OTHERS: Row = {"collected_traffic_source": MAIL | {"manual_source": "early"}}
INTRADAY = [
    # As many of the day that has its table as that has, from another source.
    *(row | OTHERS for row in DAILY),
    event(
        "page_view",
        24 * 60 * MINUTE,
        user_pseudo_id="late",
        event_date="20260303",
        **OTHERS,
    ),
]


def write(path: Path, rows: list[Row], without: tuple[str, ...] = ()) -> None:
    """Rows as one table of the export, without records that it had not yet."""
    fields = [field for field in SCHEMA if field.name not in without]
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(fields)), path)


def exported(folder: Path) -> dict[str, Any]:
    """Vars that read the dozen rows, and the intraday tables beside them."""
    write(folder / "events_20260302" / "000.parquet", DAILY)
    write(folder / "events_intraday_20260302" / "000.parquet", INTRADAY[:-1])
    write(folder / "events_intraday_20260303" / "000.parquet", INTRADAY[-1:])
    return {"sources": {"web": {"preset": "ga4", "events": f"{folder}/*/*.parquet"}}}


@pytest.fixture(scope="module")
def made(build: Builder, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The dozen rows, built."""
    found = build(
        exported(tmp_path_factory.mktemp("export")),
        select=SELECT,
    )
    assert found.is_green, found.said
    return found


def test_every_event_of_the_export_is_once_and_somewhere(made: Build) -> None:
    """Not of both tables of a day; two that only their batch tells apart are two."""
    assert made.rows(
        "select visitor_id, rejection_reason, count(*) from int_events__classified"
        " group by all order by all"
    ) == [
        ("app", None, 1),
        ("late", None, 1),
        ("own", None, 2),
        ("v1", None, 7),
        (None, "no_consent", 2),
    ]


def test_a_session_starts_with_what_the_visitor_did(made: Build) -> None:
    """What the tool makes of it comes after it, and its first source is no source."""
    columns = "visitor_id, event_count, page_view_count, channel, source, os_name,"
    columns += " engaged_seconds, conversion_count, revenue, landing_page_path"
    assert made.rows(f"select {columns} from fct_sessions order by visitor_id") == [
        ("app", 1, 1, "Direct", "(direct)", "Android", 5, 0, 0, "Home"),
        ("late", 1, 1, "Email", "early", None, 0, 0, 0, "/"),
        ("own", 2, 1, "Direct", "(direct)", None, 0, 0, 0, "/"),
        ("v1", 7, 1, "Email", "letter", None, Decimal("1.5"), 1, 50, "/"),
    ]
    assert made.rows("select distinct country_code from fct_sessions") == [("CI",)]


def test_amounts_are_in_the_currency_that_the_event_names(made: Build) -> None:
    """A purchase and its refund, each with its order and its own field's amount."""
    assert made.rows(
        "select event_name, order_id, revenue, currency from int_events__classified"
        " where order_id is not null and rejection_reason is null order by event_name"
    ) == [
        ("purchase", "T-1", Decimal("50"), "EUR"),
        ("refund", "T-1", Decimal("20"), "EUR"),
    ]


def test_the_contract_names_what_the_tool_names_otherwise(made: Build) -> None:
    """And the vendor's session is told by visitor and number, since numbers repeat."""
    assert made.rows(
        "select distinct event_name, vendor_session_id from int_events__classified"
        " where visitor_id = 'own' order by event_name"
    ) == [("page_view", "own.7"), ("search", "own.7")]


@pytest.mark.long  # `make test` asks it of a site's own table and a shop.
def test_an_order_of_the_tracker_and_of_the_shop_is_one(
    build: Builder, tmp_path: Path
) -> None:
    """In the session in which GA4 saw it, at the amount that Shopify has."""
    settings = exported(tmp_path / "ga4")
    order = {"id": "1", "name": "T-1", "customer_id": "c9", "total_price": "55.00"}
    order |= {"processed_at": "2026-03-02 10:05:03", "currency": "EUR"}
    write_parquet(tmp_path / "orders.parquet", [order])
    settings["sources"]["shop"] = {
        "preset": "shopify_orders",
        "events": f"{tmp_path}/*.parquet",
    }
    found = build(settings, select=SELECT)
    assert found.is_green, found.said
    assert found.rows(
        "select source_name, visitor_id, order_id, revenue, session_id is not null"
        " from fct_conversions"
    ) == [("web", "v1", "T-1", 55, True)]
    assert found.rows("select sum(revenue), count(*) from fct_sessions") == [(55, 4)]


def test_the_order_of_parameters_makes_no_other_event(
    build: Builder, tmp_path: Path
) -> None:
    """Deliveries differ in it, and in what is attributed later; both at once here."""
    swapped = [
        row | {"event_params": row["event_params"][::-1], "traffic_source": None}
        for row in DAILY
    ]
    write(tmp_path / "a.parquet", DAILY)
    write(tmp_path / "b.parquet", swapped)
    found = build(
        {"sources": {"web": {"preset": "ga4", "events": f"{tmp_path}/*.parquet"}}},
        select="+int_events__classified",
    )
    assert found.is_green, found.said
    # Of nobody's two events the copies are copies of events without consent.
    assert found.rows(
        "select rejection_reason, count(*) from int_events__classified"
        " group by 1 order by 1"
    ) == [("duplicate", 10), ("no_consent", 4), (None, 10)]


def test_what_an_old_export_lacks_is_null(build: Builder, tmp_path: Path) -> None:
    """Without batch fields, first source and consent, two like events are one."""
    lacks: tuple[str, ...] = (
        "batch_page_id",
        "batch_ordering_id",
        "batch_event_index",
        "privacy_info",
    )
    lacks += ("collected_traffic_source", "items", "ecommerce", "user_id")
    write(tmp_path / "events_20260302.parquet", DAILY, without=lacks)
    found = build(
        {"sources": {"web": {"preset": "ga4", "events": f"{tmp_path}/*.parquet"}}},
        select=SELECT,
    )
    assert found.is_green, found.said
    assert found.rows(
        "select rejection_reason, count(*) from int_events__classified"
        " group by 1 order by 1"
    ) == [("duplicate", 1), ("missing_visitor", 2), (None, 9)]


# Of JSON as a type `make test` asks nothing.
@pytest.mark.parametrize(
    "kind", ["varchar", pytest.param("json", marks=pytest.mark.long)]
)
def test_records_that_came_as_json_tell_the_same(
    build: Builder, made: Build, tmp_path: Path, kind: str
) -> None:
    """A loader that knows no records writes texts, or JSON."""
    settings = exported(tmp_path / "export")
    records = ["event_params", "device", "geo", "ecommerce", "privacy_info", "items"]
    texts = ", ".join(
        f"cast(to_json({name}) as {kind}) as {name}"
        for name in [*records, "collected_traffic_source"]
    )
    for path in sorted((tmp_path / "export").glob("*/*.parquet")):
        texts_path = tmp_path / "texts" / path.relative_to(tmp_path / "export")
        texts_path.parent.mkdir(parents=True)
        duckdb.sql(f"copy (select * replace ({texts}) from '{path}') to '{texts_path}'")
    settings["sources"]["web"]["events"] = f"{tmp_path}/texts/*/*.parquet"
    found = build(settings, select=SELECT)
    assert found.is_green, found.said
    told = "select * exclude (event_id) from int_events__classified order by all"
    assert found.rows(told) == made.rows(told)


def test_a_table_that_is_no_export_stops_the_run_in_a_sentence(
    build: Builder, tmp_path: Path
) -> None:
    """It says which column GA4 would have."""
    pq.write_table(pa.table({"event_name": ["a"]}), tmp_path / "a.parquet")
    found = build(
        {"sources": {"web": {"preset": "ga4", "events": f"{tmp_path}/a.parquet"}}},
        select="+int_events__classified",
    )
    assert not found.is_green
    assert "of the preset ga4" in found.said
    assert "has no column 'event_date'" in found.said


def native(build: Builder, days: str) -> Build:
    """Three whole days of the sample shop, by name and place alone."""
    found = build(
        {"sources": {"web": {"preset": "ga4", "events": str(NATIVE / days)}}},
        select=SELECT,
    )
    assert found.is_green, found.said
    return found


@needs(NATIVE)
def test_the_sample_shop_has_the_figures_that_others_found(build: Builder) -> None:
    """Sessions by gap, views with the collapsed, orders, engagement, vendor's ids."""
    found = native(build, "*.parquet")
    assert found.rows(
        "select count(*), count(distinct visitor_id), sum(page_view_count"
        " + collapsed_views), sum(engaged_seconds) from fct_sessions"
    ) == [(9_712, 8_129, 41_133, Decimal("907194.265"))]
    days = (
        "select count(*) from fct_sessions group by started_date order by started_date"
    )
    assert found.rows(days) == [(3_158,), (2_657,), (3_897,)]
    assert found.rows(
        "select sum(revenue), count(distinct order_id), count_if(order_id is null)"
        " from fct_conversions where conversion_name = 'purchase'"
    ) == [(Decimal(8_123), 131, 7)]
    assert found.rows(
        "select count(distinct vendor_session_id),"
        " count_if(event_name = 'purchase') from int_events__classified"
    ) == [(9_845, 269)]


@needs(NATIVE)
def test_the_tools_own_sessions_differ_as_its_page_says(build: Builder) -> None:
    """It begins another within 30 minutes, and keeps one across a gap."""
    found = native(build, "*.parquet")
    pairs = (
        "with pairs as (select distinct visitor_id, session_started_at,"
        " vendor_session_id from int_events__sessionized"
        " inner join int_events__screened using (source_name, visitor_id, event_id))"
    )
    assert (
        found.value(
            f"{pairs} select count(*) from (select 1 from pairs"
            " group by visitor_id, session_started_at having count(*) > 1)"
        )
        == 132 + 2
    )
    assert (
        found.value(
            f"{pairs} select count(*) from (select 1 from pairs"
            " group by vendor_session_id having count(*) > 1)"
        )
        == 3
    )
    assert found.value("select sum(collapsed_views) from fct_sessions") == 21
    assert (
        found.value(
            "select count(*) from int_events__screened where event_name = 'purchase'"
        )
        == 269
    )


@needs(NATIVE)
def test_no_page_of_the_shop_itself_is_a_referral(build: Builder) -> None:
    """Its own hosts are in many a source and medium pair; countries have codes."""
    found = native(build, "*.parquet")
    assert found.rows(
        "select count(*) from fct_sessions where channel = 'Referral'"
        " and source like '%googlemerchandisestore%'"
    ) == [(0,)]
    assert found.rows(
        "select count(*) from fct_sessions where length(country_code) <> 2"
    ) == [(0,)]
    assert found.value("select count(country_code) from fct_sessions") > 9_500


@needs(SAMPLE)
@pytest.mark.long  # `make test` asks of three whole days of that shop, above.
@pytest.mark.parametrize(
    ("columns", "orders", "without", "revenue_without"),
    [
        ({}, 569, 49, 0),
        # Those who counted took the id of one of the two places alone.
        ({"order_id": "record_field(ecommerce, transaction_id)"}, 525, 93, 3_031),
    ],
)
def test_the_sampled_export_has_its_orders(
    build: Builder,
    columns: dict[str, str],
    orders: int,
    without: int,
    revenue_without: int,
) -> None:
    """Of 624 purchase events; sessions are of events that were drawn one by one."""
    source = {"preset": "ga4", "events": str(SAMPLE), "columns": columns}
    found = build({"sources": {"web": source}}, select=SELECT)
    assert found.is_green, found.said
    assert found.rows(
        "select count(*), sum(page_view_count + collapsed_views),"
        " sum(engaged_seconds) from fct_sessions"
    ) == [(20_840, 7_498, Decimal("143887.276"))]
    assert found.rows(
        "select sum(revenue), coalesce(sum(revenue) filter (order_id is null), 0),"
        " count(distinct order_id), count_if(order_id is null)"
        " from fct_conversions where conversion_name = 'purchase'"
    ) == [(41_233, revenue_without, orders, without)]


@pytest.mark.long  # `make test` asks of mappings that are wrong.
def test_mappings_of_a_source_come_before_those_of_the_preset(
    build: Builder, tmp_path: Path
) -> None:
    """Own columns may use the same words, and further parameters pass through."""
    settings: Mapping[str, Any] = exported(tmp_path)
    settings["sources"]["web"] |= {
        "columns": {"page_title": "list_entry(event_params, ga_session_id)"},
        "event_names": {"Scroll": "scrolled far"},
        "passthrough": {
            "first source": "record_field(traffic_source, source)",
            "none": "record_field(traffic_source, none.such)",
            # As SQL would have it.
            "number": "list_entry(event_params, 'ga_session_id')",
        },
        "where": "user_pseudo_id = 'v1' and list_entry(event_params, ga_session_id)"
        " = '7'",
        # Of a place: what counts since 1970 is on no clock.
        "timezone": "Europe/Berlin",
    }
    found = build(settings, select="+int_events__classified")
    assert found.is_green, found.said
    assert found.rows(
        "select event_name, page_title, properties, min(occurred_at)"
        " from int_events__classified"
        " where event_name in ('page_view', 'scrolled_far') group by all order by 1"
    ) == [
        ("page_view", "7", '{"first source": "google", "number": "7"}', TEN),
        ("scrolled_far", "7", '{"number": "7"}', TEN + MINUTE),
    ]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """The checks of a build, without the build."""
    folder = tmp_path_factory.mktemp("asked")
    yield Asker(folder, exported(folder / "export"))
    close_connections()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"passthrough": [5]},
            "says '5' in passthrough, but that must be a text, a SQL",
        ),
        ({"passthrough": {"a": None}}, "says null in passthrough"),
        ({"event_names": {"buy": True}}, "says 'true' in event_names, but that must"),
    ],
)
def test_what_is_no_text_is_said_in_a_sentence(
    ask: Asker, options: dict[str, Any], sentence: str
) -> None:
    """Of lists and of mappings alike."""
    sources = {"web": ask.settings["sources"]["web"] | options}
    said = ask.sentence("assert_settings", {"sources": sources})
    assert said
    assert sentence in said


@pytest.mark.long  # `make test` asks the check for other sentences about maps.
def test_a_word_of_a_map_without_its_key_is_said_in_a_sentence(
    build: Builder, tmp_path: Path
) -> None:
    """Where the map becomes SQL, and so by a build."""
    settings = exported(tmp_path)
    settings["sources"]["web"]["columns"] = {"page_title": "list_entry(device)"}
    found = build(settings, select="stg_ga4__events")
    assert not found.is_green
    assert "lacks what to look for" in found.said
