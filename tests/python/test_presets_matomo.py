"""Matomo's log tables: kinds of actions, and what a visit says of each of them."""

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import md5
from pathlib import Path
from typing import Any

import duckdb
import pytest
from engines import OTHER_ENGINES, EngineBuilder
from harness import Build, Builder, copy_project, folder_of
from test_presets_snowplow import COLUMNS, ROWS, bare, in_columns, in_tables
from test_presets_snowplow import EXPECTED as SNOWPLOW
from test_presets_snowplow import TOLD as SNOWPLOW_TOLD
from test_presets_snowplow import write_csv as write_rows

from parity.build import Built
from parity.parsing import once

Table = tuple[str, Sequence[Sequence[Any]]]

# The tracker's own tables; what a row lacks at its end is null.
TABLES: dict[str, Table] = {
    "site": ("idsite currency", [(1, "EUR"), (2, "USD")]),
    "log_action": (
        "idaction type url_prefix name",
        [
            (1, 1, 2, "shop.example/"),
            (2, 1, 3, "shop.example/socks?size=9"),
            # Whoever follows this is sent by the site, not to it.
            (3, 2, 2, "partner.example/?utm_source=shop"),
            (4, 3, 0, "shop.example/list.pdf"),
            (5, 4, None, "Home"),
            (6, 4, None, "Socks"),
            (7, 8, None, "red socks"),
            (8, 10, None, "Video"),
            (9, 11, None, "Play Now"),
            (10, 12, None, "Trailer"),
            (11, 13, None, "Banner"),
            (12, 16, None, "click"),
            (13, 1, None, "old.example/x"),
            (14, 1, 1, "other.example/cart"),
        ],
    ),
    "log_visit": (
        "idvisit idsite idvisitor user_id visit_first_action_time"
        " visitor_seconds_since_first config_device_type config_os config_browser_name"
        " location_browser_lang location_country location_region referer_type"
        " referer_name referer_keyword referer_url",
        [
            (
                1,
                1,
                "aa01",
                "ann",
                "2026-05-04 10:00:00",
                86400,
                1,
                "IOS",
                "MF",
                "de-de",
                "de",
                "BE",
                6,
                "Spring",
                "wool",
                "https://blog.example/",
            ),
            (
                2,
                1,
                "bb02",
                None,
                "2026-05-04 11:00:00",
                0,
                0,
                "WIN",
                "FF",
                "en",
                "xx",
                None,
                2,
                "Google",
                "socks",
                "https://www.google.com/",
            ),
            # The visitor of visit 1, on another site; codes that no row knows.
            (
                3,
                2,
                "aa01",
                None,
                "2026-05-04 10:00:00",
                None,
                99,
                "ZZZ",
                "UNK",
                "fr",
                "fr",
                None,
                1,
            ),
            # No action is left of this one.
            (4, 1, "cc03", None, "2026-05-04 12:00:00"),
        ],
    ),
    "log_link_visit_action": (
        "idlink_va idvisit idvisitor idsite server_time idaction_url idaction_name"
        " idaction_url_ref idaction_event_category idaction_event_action"
        " idaction_content_name idaction_content_interaction",
        [
            # Two of one second: as texts, 10 would come before 9. By fingerprint they
            # were joined to a visit of somebody else's.
            (10, 1, "ff99", 1, "2026-05-04 10:00:00", 2, 6, 1),
            (9, 1, "aa01", 1, "2026-05-04 10:00:00", 1, 5, 0),
            (11, 1, "aa01", 1, "2026-05-04 10:00:30", 3, None, 2),
            (12, 1, "aa01", 1, "2026-05-04 10:00:40", 4, None, 2),
            (13, 1, "aa01", 1, "2026-05-04 10:00:50", 2, 7, 2),
            (14, 1, "aa01", 1, "2026-05-04 10:01:00", 2, 10, 2, 8, 9),
            (15, 1, "aa01", 1, "2026-05-04 10:01:10", 2, None, 2, None, None, 11),
            (16, 1, "aa01", 1, "2026-05-04 10:01:11", 2, None, 2, 0, 0, 11, 12),
            (17, 1, "aa01", 1, "2026-05-04 10:01:20", None, None, 2),
            (18, 2, "bb02", 1, "2026-05-04 11:00:00", 13, None, 0),
            (19, 3, "ee88", 2, "2026-05-04 10:00:00", 14, 5, 0),
            # Of a visit that is not in the export.
            (20, 7, "dd04", 1, "2026-05-04 10:00:00", 1, 5, 0),
            # A title and no address.
            (21, 2, "bb02", 1, "2026-05-04 11:00:10", None, 5, 13),
        ],
    ),
    "log_conversion": (
        "idvisit idsite idgoal buster server_time url idorder revenue idvisitor",
        [
            (1, 1, 3, 0, "2026-05-04 10:00:30", "https://shop.example/a", None, 5, "x"),
            (1, 1, -1, 777, "2026-05-04 10:01:50", None, None, 30, "aa01"),
            (1, 1, 0, 12345, "2026-05-04 10:02:00", None, "M-1", 10000, "aa01"),
            (2, 1, 3, 0, "2026-05-04 11:00:10", None, None, None, "bb02"),
            (3, 2, 0, 99, "2026-05-04 10:03:00", None, "M-2", 250, "ee88"),
            (4, 1, 0, 5, "2026-05-04 12:00:00", None, "M-3", None, "cc03"),
        ],
    ),
}


def rows(table: str) -> list[dict[str, Any]]:
    """A table's rows, each with all of its columns."""
    names, values = TABLES[table]
    columns = names.split()
    return [
        dict.fromkeys(columns) | dict(zip(columns, row, strict=False)) for row in values
    ]


def write_csv(path: Path, table: str) -> None:
    """A table as a CSV file, in which null is empty."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows(table)[0]))
        writer.writeheader()
        writer.writerows(rows(table))


def csv_files(folder: Path) -> dict[str, str]:
    """An export of texts."""
    for table in TABLES:
        write_csv(folder / f"{table}.csv", table)
    return {"events": str(folder / "*.csv")}


def parquet_files(folder: Path) -> dict[str, str]:
    """An export that knows of types, and has other names."""
    for table in TABLES:
        write_csv(folder / f"{table}.csv", table)
        duckdb.execute(
            f"copy (from read_csv('{folder}/{table}.csv'))"
            f" to '{folder}/matomo_{table}.parquet'"
        )
    return {"events": str(folder / "matomo_*.parquet")}


TOLD = (
    "event_id",
    "event_name",
    "page_url",
    "page_title",
    "visitor_id",
    "vendor_session_id",
    "referrer_url",
    "utm_campaign",
    "order_id",
    "revenue",
    "currency",
)
SOCKS = "https://www.shop.example/socks?size=9"
# Visitor and visit.
ANN, BOB, EVE, TWO = ("aa01", "1"), ("bb02", "2"), ("cc03", "4"), ("aa01", "3")
NO_WAY, NO_MONEY = (None, None), (None, None, None)


def action(number: int) -> str:
    """The id of an action, as long as any other."""
    return f"a-{number:020}"


def conversion(visit: int, rest: str) -> str:
    """And that of a conversion."""
    return f"c-{visit:020}-{rest}"


EXPECTED: list[tuple[Any, ...]] = [
    (
        action(9),
        "page_view",
        "https://shop.example/",
        "Home",
        *ANN,
        "https://blog.example/",
        "Spring",
        *NO_MONEY,
    ),
    (action(10), "page_view", SOCKS, "Socks", *ANN, *NO_WAY, *NO_MONEY),
    # They happen on the page before.
    (action(11), "outlink", SOCKS, None, *ANN, *NO_WAY, *NO_MONEY),
    (action(12), "download", SOCKS, None, *ANN, *NO_WAY, *NO_MONEY),
    (action(13), "search", SOCKS, None, *ANN, *NO_WAY, *NO_MONEY),
    (action(14), "play_now", SOCKS, None, *ANN, *NO_WAY, *NO_MONEY),
    (action(15), "content_impression", SOCKS, None, *ANN, *NO_WAY, *NO_MONEY),
    (action(16), "content_interaction", SOCKS, None, *ANN, *NO_WAY, *NO_MONEY),
    (action(17), "unknown", None, None, *ANN, *NO_WAY, *NO_MONEY),
    (
        action(18),
        "page_view",
        "old.example/x",
        None,
        *BOB,
        "https://www.google.com/",
        None,
        *NO_MONEY,
    ),
    (
        action(19),
        "page_view",
        "http://www.other.example/cart",
        "Home",
        *TWO,
        *NO_WAY,
        *NO_MONEY,
    ),
    (
        action(20),
        "page_view",
        "https://shop.example/",
        "Home",
        None,
        "7",
        *NO_WAY,
        *NO_MONEY,
    ),
    (action(21), "page_view", None, "Home", *BOB, *NO_WAY, *NO_MONEY),
    (conversion(1, "-1-777"), "abandoned_cart", None, None, *ANN, *NO_WAY, *NO_MONEY),
    (
        conversion(1, "0-12345"),
        "purchase",
        None,
        None,
        *ANN,
        *NO_WAY,
        "M-1",
        Decimal("10000.000000"),
        "EUR",
    ),
    (
        conversion(1, "3-0"),
        "goal_3",
        "https://shop.example/a",
        None,
        *ANN,
        *NO_WAY,
        *NO_MONEY,
    ),
    (conversion(2, "3-0"), "goal_3", None, None, *BOB, *NO_WAY, *NO_MONEY),
    (
        conversion(3, "0-99"),
        "purchase",
        None,
        None,
        *TWO,
        *NO_WAY,
        "M-2",
        Decimal("250.000000"),
        "USD",
    ),
    (conversion(4, "0-5"), "purchase", None, None, *EVE, *NO_WAY, "M-3", None, "EUR"),
]


def staged(made: Build, columns: Iterable[str] = TOLD) -> list[Any]:
    """What is staged, in the order of ids."""
    assert made.is_green, made.said
    return made.rows(
        f"select {', '.join(columns)} from stg_matomo__events order by event_id"
    )


@pytest.mark.parametrize("place", [csv_files, parquet_files])
def test_every_action_and_conversion_is_of_its_kind(
    build: Builder, tmp_path: Path, place: Callable[[Path], dict[str, str]]
) -> None:
    """With the visitor of its visit, and the way to it on the first action alone."""
    source = {"preset": "matomo"} | place(tmp_path)
    made = build({"sources": {"shop": source}}, select="+stg_matomo__events")
    assert staged(made) == EXPECTED
    columns: tuple[str, ...] = (
        "user_id",
        "platform",
        "occurred_at",
        "utm_term",
        "device_category",
    )
    columns += ("os_name", "browser_name", "language", "country_code", "region")
    columns += ("engagement_ms", "app_id")
    told = {row[0]: row[1:] for row in staged(made, ("event_id", *columns))}
    phone = ("mobile", "iOS", "Safari", "de-de", "DE", "BE", None, None)
    time = datetime(2026, 5, 4, 10)
    assert told[action(9)] == ("ann", "web", time, "wool", *phone)
    assert told[action(10)] == ("ann", "web", time, None, *phone)
    assert told[action(18)][4:] == (
        *("desktop", "Windows", "Firefox", "en", None, None, None, None),
    )
    # A day before the visit's first action; nobody knows of another visit.
    first = dict(staged(made, ("event_id", "first_seen_at")))
    assert first[action(10)] == datetime(2026, 5, 3, 10)
    assert first[action(18)] == datetime(2026, 5, 4, 11)
    assert first[action(19)] is None
    # A code that no row of the seed knows stays; a number says nothing.
    assert told[action(19)][4:7] == (None, "ZZZ", None)


def test_sites_that_share_a_visitor_are_sources_of_their_own(
    build: Builder, tmp_path: Path
) -> None:
    """Each by a filter; goals are named by whoever made them; orders count once."""
    source = {"preset": "matomo"} | csv_files(tmp_path)
    made = build(
        {
            "sources": {
                "one": source
                | {"where": "idsite = 1", "event_names": {"goal_3": "sign_up"}},
                "two": source | {"where": "idsite = 2"},
            }
        },
        select="+fct_sessions +fct_conversions +mart_quality__rejected_events",
    )
    assert made.is_green, made.said
    assert made.rows(
        "select source_name, visitor_id, event_count, page_view_count, channel,"
        " vendor_session_id from fct_sessions order by source_name, visitor_id"
    ) == [
        ("one", "aa01", 12, 2, "Referral", "1"),
        ("one", "bb02", 3, 2, "Organic Search", "2"),
        ("one", "cc03", 1, 0, "Direct", "4"),
        ("two", "aa01", 2, 1, "Direct", "3"),
    ]
    assert made.rows(
        "select source_name, conversion_name, order_id, revenue from fct_conversions"
        " order by source_name, order_id, converted_at"
    ) == [
        ("one", "purchase", "M-1", Decimal("10000.000000")),
        ("one", "purchase", "M-3", Decimal(0)),
        ("one", "sign_up", None, Decimal(0)),
        ("one", "sign_up", None, Decimal(0)),
        ("two", "purchase", "M-2", Decimal("250.000000")),
    ]
    assert made.rows(
        "select event_id, rejection_reason from mart_quality__rejected_events"
    ) == [(action(20), "missing_visitor")]


# The first stands for the other in `make test`.
@pytest.mark.parametrize(
    "nothing", ["NULL", pytest.param("\\N", marks=pytest.mark.long)]
)
def test_what_mysql_writes_for_nothing_is_nothing(
    nothing: str, build: Builder, tmp_path: Path
) -> None:
    """Else all visitors were one user of that name, and all their views were events."""
    texts = {
        "log_visit": "idvisit,idvisitor,user_id,referer_url\n1,aa01,-,-\n",
        "log_action": "idaction,type,url_prefix,name\n"
        "1,1,2,shop.example/\n2,4,-,Home\n",
        "log_link_visit_action": "idlink_va,idvisit,idsite,server_time,idaction_url,"
        "idaction_name,idaction_event_category,idaction_content_name\n"
        "1,1,1,2026-05-04 10:00:00,1,2,-,-\n",
    }
    for table, text in texts.items():
        rows = text.replace(",-", f",{nothing}")
        (tmp_path / f"matomo_{table}.csv").write_text(rows)
    source = {"preset": "matomo", "events": str(tmp_path / "matomo_*.csv")}
    made = build({"sources": {"shop": source}}, select="+stg_matomo__events")
    columns = ("event_name", "user_id", "page_title", "referrer_url")
    assert staged(made, columns) == [("page_view", None, "Home", None)]


def test_an_export_may_lack_conversions_sites_and_what_a_plugin_adds(
    build: Builder, tmp_path: Path
) -> None:
    """And has the campaign's source and medium where the plugin for them is."""
    for table in ("log_action", "log_link_visit_action"):
        write_csv(tmp_path / f"{table}.csv", table)
    (tmp_path / "log_visit.csv").write_text(
        "idvisit,idvisitor,campaign_source,campaign_medium,campaign_name,"
        "campaign_keyword,campaign_content,referer_type,referer_name\n"
        "1,aa01,letter,email,May,wool,top,6,letter May\n"
    )
    source = {"preset": "matomo", "events": str(tmp_path / "*.csv")}
    made = build({"sources": {"shop": source}}, select="+stg_matomo__events")
    columns = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
    told = staged(made, ("event_id", *columns))
    assert len(told) == 13
    assert [row for row in told if any(row[1:])] == [
        (action(9), "letter", "email", "May", "wool", "top")
    ]


SESSIONS = COLUMNS["client_session"]
# As an engine's own tables have the context: records, JSON, or lists of records.
RECORDS = f"array(named_struct({{}})) as {SESSIONS}_1"
FIELDS = ", ".join(
    f"'{field}', get_json_object({SESSIONS}_1_0_0, '$[0].{name}')"
    for field, name in (("user_id", "userId"), ("session_id", "sessionId"))
)
TYPED = {
    "postgres": f"cast({SESSIONS}_1_0_0 as jsonb) as {SESSIONS}_1",
    "sail": RECORDS.format(FIELDS),
    "spark": RECORDS.format(FIELDS),
}


def elsewhere(shared: Path, engine: str) -> Path:
    """A project with both trackers' tables as seeds: elsewhere no file is read."""

    def write(folder: Path) -> Path:
        copy_project(folder)
        seeds = folder / "seeds" / "raw"
        seeds.mkdir()
        for table in TABLES:
            write_csv(seeds / f"matomo_{table}.csv", table)
        for table, told_rows in in_tables(ROWS).items():
            if table not in ("events", "client_session"):
                write_rows(seeds / f"snowplow_{table}.csv", told_rows)
        told = f"{SESSIONS}_1_0_0"
        kept = [
            bare(row) | {told: held.get(told)}
            for row, held in zip(ROWS, in_columns(ROWS), strict=True)
        ]
        write_rows(seeds / "snowplow_events.csv", kept)
        columns = list(dict.fromkeys(name for row in kept for name in row))
        columns.remove(told)
        (folder / "models" / "snowplow_typed.sql").write_text(
            f"select {', '.join(columns)}, {TYPED[engine]}"
            " from {{ ref('snowplow_events') }}"
        )
        # Loaders for Postgres write ids as what they are.
        own_id = "md5(event_id)"
        record = "named_struct('userId', 'told')"
        if engine == "postgres":
            own_id = f"cast({own_id} as uuid)"
            record = """cast('{"userId": "told"}' as jsonb)"""
        (folder / "models" / "snowplow_ids.sql").write_text(
            f"select {own_id} as event_id, event_name, derived_tstamp,"
            f" collector_tstamp, {record} as {SESSIONS}_1"
            " from {{ ref('snowplow_events') }} where event_id = 'view'"
        )
        return folder

    return once(folder_of(shared, "presets elsewhere", engine), write)


def facts(made: Built, source: str, columns: Sequence[str]) -> set[tuple[Any, ...]]:
    """A source's accepted events, as texts."""
    (names,) = (each.columns for each in made.relations if each.name == "fct_events")
    found = [dict(zip(names, row, strict=True)) for row in made.rows("fct_events")]
    return {
        tuple(row[column] for column in columns)
        for row in found
        if row["source_name"] == source
    }


def texts(row: Sequence[Any], columns: Sequence[str]) -> tuple[str | None, ...]:
    """What is staged, as a fact: an event that says nothing of consent is unknown."""
    return tuple(
        "unknown"
        if value is None and column.endswith("consent")
        else None
        if value is None
        else str(value)
        for column, value in zip(columns, row, strict=True)
    )


@pytest.mark.parametrize("engine", OTHER_ENGINES)
def test_both_trackers_tables_are_read_alike_on_every_engine(
    engine_build: EngineBuilder, shared: Path, engine: str
) -> None:
    """In one build, from typed tables, of which some have contexts of their own."""
    tables = [name for name in in_tables(ROWS) if name != "client_session"]
    sources = {
        "web": {"preset": "snowplow"}
        | {name: f"ref('snowplow_{name}')" for name in tables}
        | {"events": "ref('snowplow_typed')"},
        "ids": {"preset": "snowplow", "events": "ref('snowplow_ids')"},
        "shop": {"preset": "matomo", "where": "idsite < 3"}
        | {name: f"ref('matomo_{name}')" for name in TABLES},
    }
    made = engine_build(
        engine,
        {"sources": sources},
        project=elsewhere(shared, engine),
        runs_tests=False,
        select="+fct_events",
    )
    assert made.is_green, made.said
    assert facts(made, "shop", TOLD) == {
        texts(row, TOLD) for row in EXPECTED if row[0] != action(20)
    }
    ((own_id, visitor_id),) = facts(made, "ids", ("event_id", "visitor_id"))
    assert own_id.replace("-", "") == md5(b"view").hexdigest()
    assert visitor_id == "told"
    rejected = ("gone", "no", "other", "sold", "robot")
    assert facts(made, "web", SNOWPLOW_TOLD) == {
        texts(row, SNOWPLOW_TOLD) for row in SNOWPLOW if row[0] not in rejected
    }
