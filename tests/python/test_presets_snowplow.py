"""Snowplow's events: contexts wherever a loader keeps them, pings, apps and consent."""

import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
from harness import SHARED, Build, Builder, needs

DATA = SHARED / "data" / "snowplow"
EVENTS = DATA / "snowplow_web_events.csv"

Event = dict[str, Any]

# Name of the table of each context or self-describing event, and of its columns.
OWN, SHOP = "com_snowplowanalytics_snowplow", "com_snowplowanalytics_snowplow_ecommerce"
COLUMNS = {
    "consent_preferences": f"unstruct_event_{OWN}_consent_preferences",
    "spiders_and_robots": "contexts_com_iab_snowplow_spiders_and_robots",
    "ua_parser": f"contexts_{OWN}_ua_parser_context",
    "yauaa": "contexts_nl_basjes_yauaa_context",
    "mobile_context": f"contexts_{OWN}_mobile_context",
    "mobile_screen": "contexts_com_snowplowanalytics_mobile_screen",
    "screen_view": "unstruct_event_com_snowplowanalytics_mobile_screen_view",
    "client_session": f"contexts_{OWN}_client_session",
    "web_page": f"contexts_{OWN}_web_page",
    "ecommerce_action": f"unstruct_event_{SHOP}_snowplow_ecommerce_action",
    "transaction": f"contexts_{SHOP}_transaction",
    "refund": f"contexts_{SHOP}_refund",
}


def event(event_id: str, clock: str, name: str, **fields: Any) -> Event:
    """An event of the web visitor d1, collected a second after it happened."""
    happened = datetime.fromisoformat(f"2026-05-04 {clock}")
    return {
        "event_id": event_id,
        "event_name": name,
        "app_id": "site",
        "platform": "web",
        "derived_tstamp": str(happened),
        "collector_tstamp": str(happened + timedelta(seconds=1)),
        "domain_userid": "d1",
        "domain_sessionid": "s1",
        "network_userid": "n1",
        "page_url": "https://shop.example/socks?utm_source=letter",
    } | fields


def ping(
    event_id: str, clock: str, view: str, offset: str, height: str = "1000"
) -> Event:
    """A ping of a view, so far down a page of a height, of which 500 are seen."""
    return event(
        event_id,
        clock,
        "page_ping",
        web_page={"id": view},
        pp_yoffset_max=offset,
        br_viewheight="500",
        doc_height=height,
    )


def app(event_id: str, clock: str, name: str, **fields: Any) -> Event:
    """An event of an app, which has neither cookies nor addresses."""
    nothing = dict.fromkeys(("domain_userid", "domain_sessionid", "page_url"))
    return event(event_id, clock, name, **({"platform": "mob"} | nothing | fields))


def decision(event_id: str, kind: str, *scopes: str) -> Event:
    """A decision about consent."""
    return event(
        event_id,
        "10:00:05",
        "consent_preferences",
        domain_userid=f"c-{event_id}",
        consent_preferences={"eventType": kind, "consentScopes": list(scopes)},
    )


ROWS = [
    event(
        "view",
        "10:00:00",
        "page_view",
        web_page={"id": "v1"},
        page_referrer="https://www.google.com/",
        mkt_medium="email",
        mkt_clickid="x-1",
        user_id="ann",
        br_lang="de-DE",
        geo_country="de",
        geo_region_name="Hessen",
        ua_parser={"osFamily": "Mac OS X", "useragentFamily": "Mobile Safari"},
        yauaa={"deviceClass": "Phone", "agentName": "Chrome Mobile"},
        spiders_and_robots={"spiderOrRobot": False, "reason": "PASSED_ALL"},
    ),
    # 300 + 500 of 1,000; then more than the page is high.
    ping("ping", "10:00:10", "v1", "300"),
    # Loaded twice.
    ping("ping", "10:00:10", "v1", "300"),
    ping("ping 2", "10:00:20", "v1", "900"),
    # The same id again, at another time of the collector: of its view it is as late.
    ping("ping 2", "10:00:25", "v1", "900"),
    # A ping whose view was lost, of a page that is as high as nothing.
    ping("ping 3", "10:00:30", "v2", "0", "0"),
    event("struct", "10:01:00", "event", se_action="Add Comment"),
    event("unnamed", "10:01:01", "event"),
    event(
        "order",
        "10:02:00",
        "transaction",
        tr_orderid="O-1",
        tr_total="100.50",
        tr_currency="EUR",
    ),
    event("item", "10:02:00", "transaction_item"),
    event(
        "step",
        "10:03:00",
        "snowplow_ecommerce_action",
        ecommerce_action={"type": "checkout_step"},
    ),
    event(
        "order 2",
        "10:04:00",
        "snowplow_ecommerce_action",
        ecommerce_action={"type": "transaction"},
        transaction={"transaction_id": "O-2", "revenue": 20, "currency": "EUR"},
    ),
    event(
        "refund",
        "10:05:00",
        "snowplow_ecommerce_action",
        ecommerce_action={"type": "refund"},
        refund={"transaction_id": "O-2", "refund_amount": 5, "currency": "EUR"},
    ),
    # The server tells of the first order once more.
    app(
        "server",
        "10:02:02",
        "transaction",
        platform="srv",
        network_userid="backend",
        tr_orderid="O-1",
        tr_total="100.50",
        tr_currency="EUR",
    ),
    app(
        "android",
        "10:00:00",
        "screen_view",
        mobile_context={"osType": "Google Android 8.1 (Oreo)"},
        client_session={"userId": "u-android", "sessionId": "c-1"},
        screen_view={"name": "Basket"},
        mobile_screen={"name": "Home"},
    ),
    app(
        "ios",
        "10:00:00",
        "button_click",
        mobile_context={"osType": "ios"},
        client_session={"userId": "u-ios", "sessionId": "c-2"},
        mobile_screen={"name": "Home"},
    ),
    app("mob", "10:00:00", "screen_view", network_userid="n-mob"),
    # Cookies were refused.
    event(
        "refused",
        "10:00:00",
        "page_view",
        domain_userid=None,
        domain_sessionid=None,
        network_userid="n-refused",
    ),
    event(
        "robot",
        "10:00:00",
        "page_view",
        domain_userid="d-robot",
        spiders_and_robots={"spiderOrRobot": True, "reason": "FAILED_IP_EXCLUDE"},
    ),
    event("asked", "10:00:00", "cmp_visible", domain_userid="c-some"),
    decision("some", "allow_selected", "necessary", "statistics"),
    # Other scopes, whose names hold the one that is asked for.
    decision("other", "allow_selected", "email marketing", "x"),
    decision("sold", "allow_selected", "Marketing"),
    decision("all", "allow_all", "necessary"),
    decision("no", "deny_all", "necessary", "marketing"),
    decision("gone", "withdrawn", "marketing"),
    decision("late", "pending", "necessary", "statistics"),
    decision("past", "expired", "necessary", "statistics"),
]

TOLD = (
    "event_id",
    "event_name",
    "platform",
    "visitor_id",
    "vendor_session_id",
    "page_path",
    "engagement_ms",
    "scroll_percent",
    "order_id",
    "revenue",
    "analytics_consent",
    "marketing_consent",
)
YES, NO = "granted", "denied"


def told(event_id: str, name: str, **other: Any) -> tuple[Any, ...]:
    """What is staged of an event that differs by this from the web visitor's."""
    row = dict.fromkeys(TOLD) | {
        "event_id": event_id,
        "event_name": name,
        "platform": "web",
        "visitor_id": "d1",
        "vendor_session_id": "s1",
        "page_path": "/socks",
        "engagement_ms": 0,
    }
    return tuple((row | other)[column] for column in TOLD)


def decided(
    event_id: str, analytics: str | None, marketing: str | None
) -> tuple[Any, ...]:
    """And of a decision."""
    return told(
        event_id,
        "consent_update",
        visitor_id=f"c-{event_id}",
        analytics_consent=analytics,
        marketing_consent=marketing,
    )


def pinged(event_id: str, percent: str | None) -> tuple[Any, ...]:
    """And of a ping."""
    scrolled = Decimal(percent) if percent else None
    return told(event_id, "page_ping", engagement_ms=10_000, scroll_percent=scrolled)


APP: dict[str, Any] = {"vendor_session_id": None, "page_path": None}
EXPECTED = [
    decided("all", YES, YES),
    told(
        "android",
        "screen_view",
        platform="android",
        visitor_id="u-android",
        vendor_session_id="c-1",
        page_path="Basket",
    ),
    told("asked", "cmp_visible", visitor_id="c-some"),
    decided("gone", NO, NO),
    told(
        "ios",
        "button_click",
        platform="ios",
        visitor_id="u-ios",
        vendor_session_id="c-2",
        page_path="Home",
    ),
    told("item", "transaction_item"),
    decided("late", None, None),
    told("mob", "screen_view", platform="mob", visitor_id="n-mob", **APP),
    decided("no", NO, NO),
    told("order", "purchase", order_id="O-1", revenue=Decimal("100.500000")),
    told("order 2", "purchase", order_id="O-2", revenue=Decimal("20.000000")),
    decided("other", NO, NO),
    decided("past", None, None),
    pinged("ping", "80.00"),
    pinged("ping", "80.00"),
    pinged("ping 2", "100.00"),
    pinged("ping 2", "100.00"),
    pinged("ping 3", None),
    told("refund", "refund", order_id="O-2", revenue=Decimal("5.000000")),
    told("refused", "page_view", visitor_id="n-refused", vendor_session_id=None),
    told("robot", "page_view", visitor_id="d-robot"),
    told(
        "server",
        "purchase",
        platform="server",
        visitor_id="backend",
        engagement_ms=None,
        order_id="O-1",
        revenue=Decimal("100.500000"),
        **APP,
    ),
    decided("sold", NO, YES),
    decided("some", YES, NO),
    told("step", "begin_checkout"),
    told("struct", "add_comment"),
    told("unnamed", "event"),
    told("view", "page_view"),
]


def snake_case(name: str) -> str:
    """A field's name as loaders write it that make columns of fields."""
    return re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), name)


def contexts(row: Event) -> dict[str, dict[str, Any]]:
    """What an event carries beside its columns."""
    return {name: row[name] for name in COLUMNS if name in row}


def bare(row: Event) -> Event:
    """The columns alone."""
    return {name: value for name, value in row.items() if name not in COLUMNS}


def delivered(name: str, fields: Any) -> Any:
    """What a column holds: a list of contexts, or the one record of an own event."""
    return fields if COLUMNS[name].startswith("unstruct") else [fields]


def in_columns(rows: Iterable[Event]) -> list[Event]:
    """Contexts as JSON texts, as on Snowflake and in files."""
    return [
        bare(row)
        | {
            f"{COLUMNS[name]}_1_0_0": json.dumps(delivered(name, fields))
            for name, fields in contexts(row).items()
        }
        for row in rows
    ]


def in_tables(rows: Sequence[Event]) -> dict[str, list[Event]]:
    """Contexts as tables, each row of which was loaded twice, and one with a blank."""
    tables: dict[str, list[Event]] = {"events": [bare(row) for row in rows]}
    for row in rows:
        for name, fields in contexts(row).items():
            for blank in ("", " "):
                tables.setdefault(name, []).append(
                    {
                        "root_id": row["event_id"],
                        "root_tstamp": blank + row["collector_tstamp"],
                    }
                    | {
                        snake_case(field): json.dumps(value)
                        if isinstance(value, list)
                        else value
                        for field, value in fields.items()
                    }
                )
    return tables


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Rows as a CSV file; what a row lacks is empty."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


def csv_columns(folder: Path) -> dict[str, Any]:
    """A CSV file with contexts in columns."""
    return {"events": str(write_csv(folder / "events.csv", in_columns(ROWS)))}


def csv_tables(folder: Path) -> dict[str, Any]:
    """CSV files, one for each context."""
    return {
        name: str(write_csv(folder / f"{name}.csv", rows))
        for name, rows in in_tables(ROWS).items()
    }


def parquet_tables(folder: Path) -> dict[str, Any]:
    """Parquet files whose columns are typed."""
    places = {}
    for name, place in csv_tables(folder).items():
        places[name] = place.replace(".csv", ".parquet")
        duckdb.execute(f"copy (from read_csv('{place}')) to '{places[name]}'")
    return places


def parquet_structs(folder: Path) -> dict[str, Any]:
    """A Parquet file with the engine's records, one column for all versions of 1."""
    texts = csv_columns(folder)["events"]
    columns = []
    for name, column in COLUMNS.items():
        fields: dict[str, Any] = {}
        for row in ROWS:
            for field, value in contexts(row).get(name, {}).items():
                kind = {bool: "BOOLEAN", int: "BIGINT", list: ["VARCHAR"]}
                fields[snake_case(field)] = kind.get(type(value), "VARCHAR")
        # The keys of the texts are the tracker's.
        text = f"{column}_1_0_0"
        for field in fields:
            camel = re.sub("_(.)", lambda letter: letter[1].upper(), field)
            if name not in ("transaction", "refund"):
                text = f"replace({text}, '\"{camel}\"', '\"{field}\"')"
        form = json.dumps(delivered(name, fields))
        columns.append(f"from_json({text}, '{form}') as {column}_1")
    path = folder / "events.parquet"
    duckdb.execute(
        f"copy (select columns(c -> not c like '%\\_1\\_0\\_0' escape '\\'),"
        f" {', '.join(columns)} from read_csv('{texts}')) to '{path}'"
    )
    return {"events": str(path)}


def staged(made: Build, columns: Iterable[str] = TOLD) -> list[Any]:
    """What is staged, in the order of ids."""
    assert made.is_green, made.said
    return made.rows(
        f"select {', '.join(columns)} from stg_snowplow__events"
        " order by event_id, occurred_at"
    )


# `make test` asks of tables that know of types, and of JSON in columns elsewhere here.
@pytest.mark.parametrize(
    "place",
    [
        parquet_tables,
        pytest.param(csv_columns, marks=pytest.mark.long),
        pytest.param(csv_tables, marks=pytest.mark.long),
        pytest.param(parquet_structs, marks=pytest.mark.long),
    ],
)
def test_contexts_tell_the_same_wherever_a_loader_keeps_them(
    build: Builder, tmp_path: Path, place: Callable[[Path], dict[str, Any]]
) -> None:
    """In columns of JSON or of records, or in tables, where each row is there twice."""
    made = build(
        {"sources": {"web": {"preset": "snowplow"} | place(tmp_path)}},
        select="+stg_snowplow__events",
    )
    assert staged(made) == EXPECTED
    columns: tuple[str, ...] = (
        "referrer_host",
        "utm_source",
        "utm_medium",
        "click_id",
        "user_id",
    )
    columns += ("language", "country_code", "region", "received_at", "currency")
    columns += ("device_category", "os_name", "browser_name")
    assert staged(made, ("event_id", *columns))[-1] == (
        "view",
        "www.google.com",
        "letter",
        "email",
        "x-1",
        "ann",
        "de-DE",
        "DE",
        "Hessen",
        datetime(2026, 5, 4, 10, 0, 1),
        None,
        "mobile",
        "macOS",
        "Chrome",
    )
    assert [
        row[1:] for row in staged(made, ("event_id", "os_name")) if row[0] == "android"
    ] == [("Android",)]


def test_of_a_contexts_versions_the_newest_that_is_filled_counts(
    build: Builder,
) -> None:
    """By number, so that 10 is newer than 9; a column of all of 1 is its newest."""
    column = "contexts_com_snowplowanalytics_snowplow_client_session"
    versioned = {
        "a": {"1_0_9": "nine", "1_0_10": "ten"},
        "b": {"1_0_9": "nine"},
        "c": {"1_0_9": "nine", "1_0_10": "ten", "1": "all"},
        "d": {"1_0_9": "nine", "2_0_0": "two", "1": "all"},
        "e": {},
    }
    versions = ("1_0_10", "2_0_0", "1", "1_0_9")
    selects = [
        f"select '{event_id}' as event_id, 'view' as event_name, 'n' as network_userid,"
        " timestamp '2026-05-04' as derived_tstamp, timestamp '2026-05-04' as"
        " collector_tstamp, "
        + ", ".join(
            f"""'[{{"userId": "{filled[version]}"}}]'::json as {column}_{version}"""
            if version in filled
            else f"null::json as {column}_{version}"
            for version in versions
        )
        for event_id, filled in versioned.items()
    ]
    made = build(
        {"sources": {"app": {"preset": "snowplow", "events": "raw.atomic"}}},
        select="+stg_snowplow__events",
        prepare="create schema raw; create table raw.atomic as "
        + " union all ".join(selects),
    )
    assert staged(made, ("event_id", "visitor_id")) == [
        ("a", "ten"),
        ("b", "nine"),
        ("c", "all"),
        ("d", "two"),
        ("e", "n"),
    ]


def test_a_context_that_is_no_json_says_nothing(build: Builder, tmp_path: Path) -> None:
    """Of a list the first record counts; the event counts all the same."""
    column = f"{COLUMNS['client_session']}_1_0_0"
    texts = {
        "broken": '[{"userId": "u"',
        "empty": "[]",
        "record": '{"userId": "u"}',
        "whole": '[{"userId": "u"}, {"userId": "v"}]',
    }
    rows = [
        app(event_id, "10:00:00", "screen_view", network_userid="n") | {column: text}
        for event_id, text in texts.items()
    ]
    path = str(write_csv(tmp_path / "events.csv", rows))
    made = build(
        {"sources": {"app": {"preset": "snowplow", "events": path}}},
        select="+stg_snowplow__events",
    )
    assert staged(made, ("event_id", "visitor_id")) == [
        ("broken", "n"),
        ("empty", "n"),
        ("record", "u"),
        ("whole", "u"),
    ]


# `make test` asks of the first.
@pytest.fixture(
    scope="module",
    params=[csv_columns, pytest.param(csv_tables, marks=pytest.mark.long)],
)
def optioned(
    build: Builder,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Build:
    """Other pings and scopes, a map and filter, and the verdict on bots passed on."""
    source = request.param(tmp_path_factory.mktemp("optioned")) | {
        "preset": "snowplow",
        "first_ping_seconds": 2.5,
        "heartbeat_seconds": 15,
        "analytics_scopes": ["(x)", "email marketing"],
        "marketing_scopes": ["nothing", "STATISTICS"],
        "passthrough": {"robot": "spider_or_robot", "why": "robot_reason"},
        "columns": {
            "engagement_ms": "case when platform = 'web' then told_engagement_ms end"
        },
        "where": "app_id = 'site' and event_id <> 'item'",
    }
    return build({"sources": {"web": source}}, select="+stg_snowplow__events")


def test_a_first_ping_stands_for_another_time_than_later_ones(optioned: Build) -> None:
    """Its copies too; and so does the first ping of a view that was lost."""
    columns = ("event_id", "engagement_ms")
    assert [row for row in staged(optioned, columns) if row[1]] == [
        ("ping", 2_500),
        ("ping", 2_500),
        ("ping 2", 15_000),
        ("ping 2", 15_000),
        ("ping 3", 2_500),
    ]


def test_pauses_may_tell_of_apps_which_send_no_pings(optioned: Build) -> None:
    """By a map of one's own over what the preset has found; so does a filter read."""
    told = dict(staged(optioned, ("event_id", "engagement_ms")))
    assert (told["view"], told["android"]) == (0, None)
    assert "item" not in told


def test_scopes_are_the_sites_own(optioned: Build) -> None:
    """Whole names in any case; only what was selected goes by them."""
    columns = ("event_id", "analytics_consent", "marketing_consent")
    assert [row for row in staged(optioned, columns) if row[1] or row[2]] == [
        ("all", YES, YES),
        ("gone", NO, NO),
        ("no", NO, NO),
        ("other", YES, NO),
        ("sold", NO, NO),
        ("some", NO, YES),
    ]


def test_the_verdict_on_bots_is_that_of_the_context(optioned: Build) -> None:
    """In its words; and what it says of people is no verdict."""
    rows = staged(optioned, ("event_id", "source_bot_reason", "properties"))
    assert [row[:2] for row in rows if row[1]] == [("robot", "FAILED_IP_EXCLUDE")]
    assert {row[0]: row[2] for row in rows if row[2] != "{}"} == {
        "robot": '{"robot": "true", "why": "FAILED_IP_EXCLUDE"}',
        "view": '{"robot": "false", "why": "PASSED_ALL"}',
    }


def test_what_is_no_visit_makes_no_session_and_an_order_is_one(
    build: Builder, tmp_path: Path
) -> None:
    """Questions, decisions and servers start nothing; an order told twice is one."""
    source = {"preset": "snowplow"} | csv_columns(tmp_path)
    made = build(
        {"sources": {"web": source}},
        select="+fct_sessions +fct_conversions +fct_reversals"
        " +mart_quality__rejected_events",
    )
    assert made.is_green, made.said
    # view to refund without the copies; the ping's copy at another time came later.
    assert made.rows(
        "select visitor_id, event_count, page_view_count, engaged_seconds"
        " from fct_sessions order by visitor_id"
    ) == [
        ("d1", 11, 1, 30),
        ("n-mob", 1, 1, 0),
        ("n-refused", 1, 1, 0),
        ("u-android", 1, 1, 0),
        ("u-ios", 1, 0, 0),
    ]
    assert made.rows(
        "select order_id, revenue, session_id is not null from fct_conversions"
        " order by order_id"
    ) == [("O-1", Decimal("100.500000"), True), ("O-2", Decimal("20.000000"), True)]
    assert made.rows("select order_id, reversed_revenue from fct_reversals") == [
        ("O-2", Decimal("5.000000"))
    ]
    assert made.rows(
        "select event_id, bot_reason from mart_quality__rejected_events"
        " where rejection_reason = 'bot'"
    ) == [("robot", "FAILED_IP_EXCLUDE")]


@pytest.fixture(scope="module")
def real(build: Builder) -> Build:
    """Snowplow's own test data, contexts in columns."""
    made = build(
        {"sources": {"web": {"preset": "snowplow", "events": str(EVENTS)}}},
        select="+fct_sessions +fct_events +mart_quality__rejected_events",
    )
    assert made.is_green, made.said
    return made


def first_copies() -> list[dict[str, str]]:
    """Of each id the row that arrived first."""
    with EVENTS.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 160
    rows.sort(key=lambda row: row["load_tstamp"] or row["collector_tstamp"])
    return list({row["event_id"]: row for row in reversed(rows)}.values())


def sessions(
    rows: Iterable[Mapping[str, str]], visitor: Callable[[Mapping[str, str]], str]
) -> dict[str, list[list[Mapping[str, str]]]]:
    """Rows of each visitor, cut where nothing came for more than half an hour."""
    ours = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["derived_tstamp"]):
        if visitor(row):
            ours[visitor(row)].append(row)
    cut = {}
    for who, theirs in ours.items():
        cut[who] = [[theirs[0]]]
        for before, after in pairwise(theirs):
            if happened(after) - happened(before) > timedelta(minutes=30):
                cut[who].append([])
            cut[who][-1].append(after)
    return cut


def happened(row: Mapping[str, str]) -> datetime:
    """When, by the device's clock as the collector put it right."""
    return datetime.fromisoformat(row["derived_tstamp"])


@needs(EVENTS)
def test_the_loop_finds_what_others_found() -> None:
    """57 sessions of 42 visitors where every event with a cookie counts."""
    rows = first_copies()
    assert len(rows) == 157
    found = sessions(rows, lambda row: row["domain_userid"])
    assert (len(found), sum(map(len, found.values()))) == (42, 57)


@needs(EVENTS)
def test_sessions_of_real_events_are_those_of_a_loop(real: Build) -> None:
    """Without what is no visit, and of the visitor without a cookie too."""
    visits = [
        row
        for row in first_copies()
        if row["event_name"] not in ("cmp_visible", "consent_preferences")
    ]
    expected = [
        (
            who,
            happened(rows[0]),
            happened(rows[-1]),
            len(rows),
            sum(row["event_name"] == "page_view" for row in rows),
            10 * sum(row["event_name"] == "page_ping" for row in rows),
        )
        for who, cut in sessions(
            visits, lambda row: row["domain_userid"] or row["network_userid"]
        ).items()
        for rows in cut
    ]
    assert len(expected) == 32
    assert sum(row[4] for row in expected) == 49
    assert real.rows(
        "select visitor_id, started_at, ended_at, event_count,"
        " page_view_count + collapsed_views, engaged_seconds from fct_sessions"
        " order by visitor_id, started_at"
    ) == sorted(expected)


@needs(EVENTS)
def test_decisions_of_real_events_are_those_of_their_context(real: Build) -> None:
    """32 of them, each by its kind and scopes; and nobody was a robot."""
    decisions: Counter[tuple[str, str]] = Counter()
    for row in first_copies():
        said = row[
            "unstruct_event_com_snowplowanalytics_snowplow_consent_preferences_1_0_0"
        ]
        for choice in json.loads(said or "[]"):
            scopes = set(choice["consent_scopes"])
            is_granted = {
                "allow_all": (True, True),
                "deny_all": (False, False),
                "allow_selected": ("statistics" in scopes, "marketing" in scopes),
            }[choice["event_type"]]
            analytics, marketing = (YES if each else NO for each in is_granted)
            decisions[analytics, marketing] += 1
        robots = json.loads(row["contexts_com_iab_snowplow_spiders_and_robots_1_0_0"])
        assert [robot["spiderOrRobot"] for robot in robots] == [False]
    assert sum(decisions.values()) == 32
    assert decisions == {
        tuple(row[:2]): row[2]
        for row in real.rows(
            "select analytics_consent, marketing_consent, count(*)"
            " from stg_snowplow__events where analytics_consent is not null"
            " group by all"
        )
    }
    assert Counter(
        reason
        for (reason,) in real.rows(
            "select rejection_reason from mart_quality__rejected_events"
        )
    ) == {"duplicate": 3, "no_consent": 33}


@pytest.mark.long  # `make test` asks it of events that were made up, above.
@needs(EVENTS)
def test_real_contexts_in_tables_tell_what_they_do_in_columns(
    build: Builder, real: Build, tmp_path: Path
) -> None:
    """Though the tables hold rows twice, and rows of other events."""
    path = tmp_path / "events.csv"
    duckdb.execute(
        "copy (select columns(c -> not c similar to '(contexts|unstruct).*') from"
        f" read_csv('{EVENTS}', all_varchar = true)) to '{path}'"
    )
    source = {
        "preset": "snowplow",
        "events": str(path),
        "consent_preferences": str(DATA / "snowplow_web_consent_preferences.csv"),
        "spiders_and_robots": str(DATA / "snowplow_web_spider_context.csv"),
        "ua_parser": str(DATA / "snowplow_web_ua_context.csv"),
    }
    made = build({"sources": {"web": source}}, select="+stg_snowplow__events")
    # Only the context yauaa knows of devices.
    sql = "select * exclude device_category from stg_snowplow__events order by all"
    assert made.is_green, made.said
    assert made.rows(sql) == real.rows(sql)
