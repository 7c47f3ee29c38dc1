"""Any table or file of events will do, and a bad setting says so before it harms."""

import copy
import json
import os
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from dbt.cli.main import dbtRunner
from engines import EVERY_ENGINE, OTHER_ENGINES, EngineBuilder
from harness import (
    ROOT,
    Asker,
    Build,
    Builder,
    close_connections,
    copy_project,
    folder_of,
    one_source,
    parse,
    run_dbt,
    write_parquet,
)
from tiers import IS_ALL
from trackers import project_with

from parity.parsing import once, parsed_sources

PLAIN = ROOT / "examples" / "plain_csv.csv"
TEXTS = f"read_csv('{PLAIN}', all_varchar = true)"


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    """The example that a reader copies first."""
    example: dict[str, Any] = yaml.safe_load(PLAIN.with_suffix(".yml").read_text())
    example["sources"]["shop"]["events"] = str(PLAIN)
    return example


def shop(settings: dict[str, Any], **options: object) -> dict[str, Any]:
    """The settings with other options of their one source."""
    (source,) = settings["sources"].values()
    return settings | {"sources": {"shop": source | options}}


@pytest.fixture(scope="module")
def plain(build: Builder, settings: dict[str, Any]) -> Build:
    """The example, built to its facts."""
    made = build(
        settings,
        select="+fct_sessions +fct_events +fct_conversions"
        " +mart_quality__rejected_events",
    )
    assert made.is_green, made.said
    return made


def staged(made: Build, source: str) -> list[Any]:
    """All that the marts can know of a source's events."""
    assert made.is_green, made.said
    return made.rows(
        "select * exclude (source_name) from stg_columns__events"
        f" where source_name = '{source}' order by all"
    )


FORMS = {
    "typed json": f"copy (from read_csv('{PLAIN}')) to '{{folder}}/in.json'",
    "json lines": f"copy (from {TEXTS}) to '{{folder}}/in.jsonl' (format json)",
    "parquet": f"copy (from {TEXTS}) to '{{folder}}/in.parquet'",
    "typed parquet": f"copy (from read_csv('{PLAIN}')) to '{{folder}}/in.parquet'",
    "gzipped csv": f"copy (from {TEXTS}) to '{{folder}}/in.csv.gz'",
    "glob": f"copy (from {TEXTS} limit 4) to '{{folder}}/1.csv';"
    # The columns of another file may come in another order, or be fewer.
    f"copy (select columns(c -> c <> 'login'), login from {TEXTS} offset 4)"
    " to '{folder}/2.csv'",
}
# One with types, one without, and several files: what else there is, drawn files ask.
SOME_FORMS = ["typed json", "typed parquet", "glob"]
TRIED = list(FORMS) if IS_ALL else SOME_FORMS
NAMES = {"json lines": "in.jsonl", "gzipped csv": "in.csv.gz", "glob": "*.csv"}


def write_forms(folder: Path) -> Path:
    """A folder of each form."""
    for form in TRIED:
        (folder / form).mkdir()
        duckdb.execute(FORMS[form].format(folder=folder / form))
    return folder


@pytest.fixture(scope="module")
def formed(build: Builder, settings: dict[str, Any], shared: Path) -> Build:
    """The example in each of these forms, and as a table: a source of each."""
    (source,) = settings["sources"].values()
    sources = {"a relation": source | {"events": "raw_data.events"}}
    folder = once(folder_of(shared, "forms of files"), write_forms)
    for form in TRIED:
        name = NAMES.get(form, f"in.{form.rsplit(maxsplit=1)[-1]}")
        sources[form] = source | {"events": str(folder / form / name)}
    return build(
        settings | {"sources": sources},
        select="+stg_columns__events",
        prepare=f"create schema raw_data; create table raw_data.events as from {TEXTS}",
    )


@pytest.mark.parametrize("form", [*TRIED, "a relation"])
def test_every_kind_of_input_gives_the_same_events(
    plain: Build, formed: Build, form: str
) -> None:
    """What a format knows of types must not change what an event is.

    On a warehouse the events are a table already.
    """
    found = staged(formed, form)
    assert found
    assert found == staged(plain, "shop")


def test_broken_rows_are_rejected_and_not_the_run(plain: Build) -> None:
    """Each for its reason; the rest counts."""
    assert plain.rows(
        "select event_id, rejection_reason from mart_quality__rejected_events"
        " order by cast(event_id as integer)"
    ) == [
        ("5", "duplicate"),
        ("6", "missing_time"),
        ("7", "missing_visitor"),
        ("9", "bot"),
        ("10", "future"),
    ]
    assert plain.rows(
        "select order_id, revenue, person_id from fct_conversions order by order_id"
    ) == [("A-1", Decimal("49.90"), "ann"), ("A-2", Decimal(0), "bob")]
    assert plain.rows(
        "select visitor_id, channel, event_count from fct_sessions order by all"
    ) == [
        ("ann-laptop", "Organic Search", 2),
        ("ann-phone", "Email", 3),
        ("bob", "Direct", 1),
    ]


def test_an_offset_is_heeded_and_names_are_in_one_form(plain: Build) -> None:
    """10:02 at +01:00 is 09:02 in UTC; "Page View" and view-item are snake_case."""
    assert plain.rows(
        "select occurred_at, event_name from fct_events where visitor_id = 'ann-phone'"
        " order by event_number"
    ) == [
        (datetime(2026, 3, 2, 9, 0), "page_view"),
        (datetime(2026, 3, 2, 9, 1, 30), "view_item"),
        (datetime(2026, 3, 2, 9, 2, 10), "add_to_cart"),
    ]


@pytest.fixture(scope="module")
def bare(build: Builder, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Nothing but who, when, what and where: no id, no arrival."""
    url = (
        "https://www.Shop.example:8443/a/b?utm_source=Ad&utm_medium=cpc"
        "&utm_campaign=a+b%20c&gclid=X1#top"
    )
    row: dict[str, object] = {
        "who": "v",
        "time": "2026-03-02 09:00:00",
        "what": "page_view",
        "url": url,
    }
    rows: list[dict[str, object]] = [
        row,
        row,
        row | {"what": "click"},
        row | {"time": "2026-03-02 09:00:00.000001", "url": "https://shop.example"},
    ]
    path = tmp_path_factory.mktemp("bare") / "in.parquet"
    columns = {
        "visitor_id": "who",
        "occurred_at": "time",
        "event_name": "what",
        "page_url": "url",
    }
    made = build(
        one_source(write_parquet(path, rows), columns), select="+int_events__classified"
    )
    assert made.is_green, made.said
    return made


def test_without_an_event_id_a_hash_of_the_row_stands_for_it(bare: Build) -> None:
    """So that a row delivered twice is one event, and no two others are."""
    assert bare.rows(
        "select rejection_reason, count(*), count(distinct event_id), min(length("
        "event_id)) from int_events__classified group by 1 order by 2 desc"
    ) == [(None, 3, 3, 32), ("duplicate", 1, 1, 32)]


def test_what_is_not_mapped_comes_from_the_url_or_is_null(bare: Build) -> None:
    """Host without port, path without query, campaign decoded, click id by name."""
    event = "from stg_columns__events where page_url like '%/a/b%' limit 1"
    assert bare.rows(
        "select page_host, page_path, utm_source, utm_medium, utm_campaign, click_id,"
        f" click_id_type, received_at = occurred_at {event}"
    ) == [("www.shop.example", "/a/b", "Ad", "cpc", "a b c", "X1", "gclid", True)]
    assert bare.rows(
        "select page_path, utm_source, click_id_type from stg_columns__events"
        " where page_url = 'https://shop.example'"
    ) == [("/", None, None)]
    unknown = ("user_id", "platform", "properties", "revenue", "user_agent", "order_id")
    assert bare.rows(f"select {', '.join(unknown)} {event}") == [(None,) * len(unknown)]


def test_a_timestamp_is_a_time_where_its_text_would_be(
    build: Builder, tmp_path: Path
) -> None:
    """Years of four digits, to the microsecond; the rest is no time, as text or not."""
    times = {
        "0999-12-31 23:59:59.999999": None,
        "1000-01-01 00:00:00": datetime(1000, 1, 1),
        "9999-12-31 23:59:59.999999": datetime(9999, 12, 31, 23, 59, 59, 999999),
        "10000-01-01 00:00:00": None,
        "infinity": None,
    }
    written = ", ".join(f"('{time}', {nth})" for nth, time in enumerate(times))
    sources = {}
    for kind in ("timestamp", "varchar"):
        path = tmp_path / f"{kind}.parquet"
        duckdb.execute(
            f"copy (select 'v' as visitor_id, 'click' as event_name, time::{kind}"
            f" as occurred_at, nth as event_id from (values {written})"
            f" as times (time, nth)) to '{path}' (format parquet)"
        )
        columns = ["visitor_id", "occurred_at", "event_name", "event_id"]
        sources[kind] = one_source(path, columns)["sources"]["own"]
    made = build({"sources": sources}, select="+stg_columns__events")
    assert made.is_green, made.said
    for kind in sources:
        found = made.rows(
            "select occurred_at from stg_columns__events"
            f" where source_name = '{kind}' order by event_id"
        )
        assert found == [(time,) for time in times.values()], kind


TYPED_TIMES = {
    "a whole number of milliseconds": ("1777888800123::bigint", 123_000),
    "a whole number of seconds": ("1777888800::uinteger", 0),
    "a float of seconds": ("1777888800.25::double", 250_000),
    "a decimal of milliseconds": ("1777888800123.5::decimal(18, 1)", 123_500),
    "nanoseconds": ("'2026-05-04 10:00:00.123456789'::timestamp_ns", 123_456),
    "an offset": ("timestamptz '2026-05-04 12:00:00.5+02:00'", 500_000),
}


def test_a_typed_column_holds_the_times_that_its_texts_would(
    build: Builder, tmp_path: Path
) -> None:
    """A file that knows of types must not say other times than one that does not."""
    names = list(TYPED_TIMES)
    sources = {}
    # Two types in one file: when it happened, and when it arrived.
    for first, second in zip(names[::2], names[1::2], strict=True):
        path = tmp_path / f"{first}.parquet"
        duckdb.execute(
            f"copy (select 'v' as visitor_id, 'click' as event_name,"
            f" {TYPED_TIMES[first][0]} as occurred_at,"
            f" {TYPED_TIMES[second][0]} as received_at) to '{path}' (format parquet)"
        )
        columns = ["visitor_id", "event_name", "occurred_at", "received_at"]
        sources[first] = one_source(path, columns)["sources"]["own"]
    made = build({"sources": sources}, select="+stg_columns__events")
    assert made.is_green, made.said
    for first, second in zip(names[::2], names[1::2], strict=True):
        assert made.rows(
            "select occurred_at, received_at from stg_columns__events"
            f" where source_name = '{first}'"
        ) == [
            tuple(
                datetime(2026, 5, 4, 10) + timedelta(microseconds=TYPED_TIMES[name][1])
                for name in (first, second)
            )
        ], (first, second)


def test_what_is_of_another_century_stops_no_run(
    build: Builder, tmp_path: Path
) -> None:
    """Events and spend of a database's default day are rejected; of a far one not."""
    events = write_parquet(
        tmp_path / "events.parquet",
        [
            {"visitor_id": visitor, "occurred_at": time, "received_at": arrived}
            | {"event_name": "page_view", "page_url": "https://shop.example/"}
            for visitor, time, arrived in (
                ("default", "1900-01-01 00:00:00", "2026-05-04 11:00:00"),
                ("without", "0", "2026-05-04 11:00:00"),
                ("reset", "1970-01-01 00:00:09", "2026-05-04 11:00:00"),
                ("never", "9999-12-31 23:59:59", "9999-12-31 23:59:59"),
                ("known", "2026-05-04 11:00:00", "2026-05-04 11:00:01"),
                ("ahead", "2150-05-04 11:00:00", "2150-05-04 11:00:00"),
            )
        ],
    )
    spend = tmp_path / "spend.csv"
    spend.write_text(
        "spend_date,source,medium,campaign,currency,cost,clicks,impressions\n"
        "1900-01-01,news,cpc,,EUR,5.00,1,10\n"
        "2026-05-04,news,cpc,,EUR,5.00,1,10\n"
    )
    columns = ["visitor_id", "occurred_at", "received_at", "event_name", "page_url"]
    made = build(
        one_source(events, columns, spend=str(spend)),
        # In `make test` without the data tests.
        select=None
        if IS_ALL
        else "+int_events__classified +mart_quality__rejected_ad_spend +dim_dates",
        runs_tests=IS_ALL,
    )
    assert made.is_green, made.said
    assert made.rows(
        "select visitor_id, rejection_reason from int_events__classified order by all"
    ) == [
        ("ahead", None),
        ("default", "impossible_time"),
        ("known", None),
        ("never", "impossible_time"),
        ("reset", "impossible_time"),
        ("without", "missing_time"),
    ]
    assert made.rows(
        "select spend_date, rejection_reason from mart_quality__rejected_ad_spend"
    ) == [(date(1900, 1, 1), "impossible_date")]
    assert made.rows("select min(report_date), max(report_date) from dim_dates") == [
        (date(2026, 5, 4), date(2150, 5, 4))
    ]


# The first stands for the other in `make test`.
@pytest.mark.parametrize(
    "ending", ["parquet", pytest.param("csv", marks=pytest.mark.long)]
)
def test_ad_groups_and_keywords_of_thousandths_add_up(
    build: Builder, tmp_path: Path, ending: str
) -> None:
    """Equal rows of two ad groups are two, and 300 clicks of 0.004 cost 1.20."""
    events = tmp_path / "events.csv"
    events.write_text(
        "v,t,n,u\nann,2026-05-04 11:00,page_view,"
        "https://shop.example/?utm_source=news&utm_medium=cpc\n"
    )
    ad = {"spend_date": "2026-05-04", "source": "news", "medium": "cpc"}
    ad |= {"campaign": "", "currency": "EUR", "cost": "0.004", "clicks": "1"}
    ad |= {"impressions": "10"}
    rows = [ad | {"group": f"g{nth // 100}", "word": str(nth)} for nth in range(300)]
    rows.append(rows[0])
    spend = tmp_path / f"spend.{ending}"
    if ending == "parquet":
        write_parquet(spend, rows)
    else:
        lines = [",".join(row.values()) for row in rows]
        spend.write_text("\n".join([",".join(rows[0]), *lines]))
    columns = {"visitor_id": "v", "occurred_at": "t", "event_name": "n"}
    settings = one_source(
        events,
        columns | {"page_url": "u"},
        spend=str(spend),
        spend_id="\"group\" || ' ' || word",
    )
    made = build(settings, select="+fct_ad_spend +mart_quality__rejected_ad_spend")
    assert made.is_green, made.said
    assert made.rows("select spend, clicks from fct_ad_spend") == [
        (Decimal("1.200000"), 300)
    ]
    assert made.rows(
        "select spend_id, rejection_reason from mart_quality__rejected_ad_spend"
    ) == [("g0 0", "duplicate")]


def nothing(folder: Path, ending: str) -> dict[str, Any]:
    """Vars that read a file of no events."""
    path = folder / f"none.{ending}"
    columns = ["visitor_id", "occurred_at", "event_name", "page_url", "revenue"]
    fields = ", ".join(f"null::varchar as {name}" for name in columns)
    header = ", header" if ending == "csv" else ""
    duckdb.execute(
        f"copy (select {fields} where false) to '{path}' (format {ending}{header})"
    )
    found: dict[str, Any] = one_source(path, columns)
    return found


# The first stands for the other in `make test`.
@pytest.mark.parametrize(
    "ending", ["parquet", pytest.param("csv", marks=pytest.mark.long)]
)
def test_no_events_at_all_are_a_mistake(
    build: Builder, tmp_path: Path, ending: str
) -> None:
    """An empty file is what a failed export leaves."""
    settings = nothing(tmp_path, ending)
    stopped_run = build(settings, select="+fct_sessions")
    assert not stopped_run.is_green
    assert "the source own has no event yet" in stopped_run.said
    assert f"none.{ending}" in stopped_run.said
    assert {"int_events__classified", "fct_sessions"}.isdisjoint(
        stopped_run.relations()
    )


@pytest.mark.long  # `make lint` builds every model so, of the demo.
def test_every_model_and_test_can_be_looked_at_without_a_row(tmp_path: Path) -> None:
    """For that there is a flag of dbt's."""
    settings = nothing(tmp_path, "parquet")
    made = run_dbt(tmp_path, settings, None, ROOT, runs_tests=True, flags=["--empty"])
    assert made.is_green, made.said
    # The one row that needs no event.
    always = {"dim_channels", "dim_dates"}
    full = {m for m in made.marts() if made.rows(f"select 1 from {m} limit 1")}
    assert full <= always


ROW_NUMBER = "row_number() over ()"
TWICE = {"Login": "login", "login": "id"}
SHOP_MISTAKES: dict[str, tuple[str, dict[str, Any]]] = {
    "no such file": ("nowhere/*.parquet", {"events": "nowhere/*.parquet"}),
    "no such relation": ("nowhere.events", {"events": "nowhere.events"}),
    "a list as a text": ("neither a file", {"events": "['a.csv', 'b.csv']"}),
    "no input": ("lacks events", {"events": None}),
    "no such ad spend": ("nowhere.spend", {"spend": "nowhere.spend"}),
    "ids of no spend": ("but no spend", {"spend_id": "ad_group"}),
    "a column that is not there": ("logn", {"columns": {"user_id": "lower(logn)"}}),
    "no expression": ("lower(", {"columns": {"user_id": "lower("}}),
    "a keyword for a column": ("is in quotes", {"columns": {"user_id": "order"}}),
    "a number for an expression": ("says a SQL", {"columns": {"user_id": 1}}),
    "a column of no contract": ("usr_id", {"columns": {"usr_id": "login"}}),
    "a filter by what is not there": ("sight", {"where": "sight = 3"}),
    "no such preset": ("demmo", {"preset": "demmo"}),
    "no preset": ("preset", {"preset": None}),
    "no such option": ("colums", {"colums": {}}),
    "a sum of a text": ("fields of text", {"columns": {"revenue": "amount * 2"}}),
    "a function that is not": ("nofn", {"columns": {"revenue": "nofn(amount)"}}),
    "a sum of rows": ("about one row", {"columns": {"revenue": "max(amount)"}}),
    "a number of its row": ("about one row", {"columns": {"event_id": ROW_NUMBER}}),
    "a comment": ("takes the rest", {"columns": {"user_id": "login -- their mail"}}),
    "a name of its own": ('at "as"', {"columns": {"user_id": "login as user_id"}}),
    "a type that is not": ("no type nr", {"columns": {"revenue": "amount::nr"}}),
    "a place for a value": ("a parameter", {"columns": {"user_id": "$1"}}),
    "what is never the same": ("'now' says", {"columns": {"received_at": "now()"}}),
    "the last month": ("'current_date'", {"where": "happened > current_date - 30"}),
    "nothing to pass through": ("basket", {"passthrough": ["login", "basket"]}),
    "one column twice": ("'Login' and 'login'", {"passthrough": TWICE}),
    "a number for a name": ("a name must be a text", {"passthrough": {5: "login"}}),
    "a name that is too long": (
        "more than 54 bytes",
        {"passthrough": {"ü" * 28: "id"}},
    ),
    "properties twice": (
        "maps properties",
        {"passthrough": ["id"], "columns": {"properties": "login"}},
    ),
    "no column of a word": ("itmes", {"columns": {"items": "json_of(itmes)"}}),
    "a filter by a number": ("fields of text", {"where": "id > 0"}),
    "a place of the demo's": ("brings its own", {"preset": "demo"}),
    "two expressions": ("not one SQL", {"columns": {"user_id": "login, id"}}),
    "all columns": ("not one SQL", {"columns": {"user_id": "*"}}),
    "an expression of a table": ("not one SQL", {"columns": {"user_id": "a from b"}}),
    "two hosts in one": ("own_hosts", {"own_hosts": ["shop.example, a.example"]}),
    "no text for a host": ("own_hosts", {"own_hosts": [None]}),
    "hosts that are no list": ("own_hosts", {"own_hosts": "shop.example"}),
    "a word of its own for rows that go": (
        "stop, remove, keep",
        {"when_rows_go": "delete"},
    ),
    "a word for a flag": ("must be true or false", {"split_by_app": "yes"}),
    "no such time zone": ("Europe/Atlantis", {"timezone": "Europe/Atlantis"}),
    "a time format without a year": ("time_format", {"time_format": "%d.%m. %H:%M"}),
    "a time format of another tool": ("time_format", {"time_format": "DD.MM.YYYY"}),
    "a code that there is not": ("%q", {"time_format": "%d.%m.%Y %q"}),
}
NO_SOURCES: dict[str, tuple[str, Any]] = {
    "a list": ("sources", ["demo"]),
    "nothing": ("sources", {}),
    "a name alone": ("preset", {"shop": "demo"}),
    "no name": ("a name must be", {"": {"preset": "demo"}}),
}
OLD: dict[str, Any] = {
    "enabled_sources": ["generic"],
    "generic_events": "data/*.csv",
    "generic_columns": {"visitor_id": "cookie"},
}
MISTAKES: dict[str, tuple[str, dict[str, Any]]] = {
    "no such time zone": (
        "reporting_timezone",
        {"reporting_timezone": "Europe/Atlantis"},
    ),
    "a negative timeout": ("session_timeout_minutes", {"session_timeout_minutes": -30}),
    "a timeout in words": (
        "session_timeout_minutes",
        {"session_timeout_minutes": "half an hour"},
    ),
    "a day that its month lacks": (
        "event_earliest_date",
        {"event_earliest_date": "2025-02-29"},
    ),
    "a date in words": ("event_latest_date", {"event_latest_date": "tomorrow"}),
    "a last day before the first": (
        "event_latest_date",
        {"event_latest_date": "1989-12-31"},
    ),
    "a share in percent": ("accepted_share_limit", {"accepted_share_limit": 50}),
    "a share in words": ("unread_share_limit", {"unread_share_limit": "half"}),
}


def stopped(made: Build, var: str) -> None:
    """The run wrote nothing, and told in one sentence which var to mend."""
    assert not made.is_green
    sentences = {
        line.strip() for line in made.said.splitlines() if "footfall: " in line
    }
    assert len(sentences) == 1, made.said
    (sentence,) = sentences
    assert var in sentence
    assert sentence.endswith("."), sentence
    assert not made.database.exists() or made.relations() == []


@pytest.fixture(scope="module")
def ask(
    settings: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Asker]:
    """The checks of a build, without the build."""
    yield Asker(tmp_path_factory.mktemp("asked"), settings)
    close_connections()


def one_sentence(asked: str | None, var: str) -> str:
    """What a build would stop with, which names what to mend."""
    assert asked
    assert asked.count("\n") == 0
    assert asked.startswith("footfall: ")
    assert asked.endswith(".")
    assert var in asked
    return asked


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_setting_is_told_in_one_sentence(ask: Asker, mistake: str) -> None:
    """That names the var, and not in a page of SQL."""
    var, change = MISTAKES[mistake]
    one_sentence(ask.sentence("assert_settings", change), var)


@pytest.mark.parametrize("mistake", SHOP_MISTAKES)
def test_a_wrong_option_of_a_source_is_told_in_one_sentence(
    ask: Asker, settings: dict[str, Any], mistake: str
) -> None:
    """That names the source, and what is wrong of it."""
    word, change = SHOP_MISTAKES[mistake]
    if "columns" in change:
        (source,) = settings["sources"].values()
        change = change | {"columns": source["columns"] | change["columns"]}
    said = ask.sentence("assert_settings", shop(settings, **change))
    assert word in one_sentence(said, "source shop")


@pytest.mark.parametrize("mistake", NO_SOURCES)
def test_what_is_no_source_is_told_in_one_sentence(ask: Asker, mistake: str) -> None:
    """Whatever it is."""
    word, sources = NO_SOURCES[mistake]
    one_sentence(ask.sentence("assert_settings", {"sources": sources}), word)


def test_a_wrong_setting_stops_the_run_before_it_writes(
    build: Builder, settings: dict[str, Any]
) -> None:
    """Of vars and sources alike, in `make test` of a source."""
    changes = [
        (shop(settings, events="nowhere.events"), "nowhere.events"),
        (settings | {"session_timeout_minutes": -30}, "session_timeout_minutes"),
    ]
    for change, said in changes if IS_ALL else changes[:1]:
        stopped(build(change, select="+fct_sessions", is_first=True), said)


@pytest.mark.long  # `make test` asks the check itself, above.
def test_what_is_no_source_stops_the_run_before_a_model_is_read(build: Builder) -> None:
    """For the unions are made of the sources."""
    none = {"sources": {"shop": "demo"}}
    stopped(build(none, select="+fct_sessions", is_first=True), "preset")


def test_the_vars_of_before_are_told_in_the_form_of_now(build: Builder) -> None:
    """Ready to be copied, with what they said."""
    made = build(OLD, select="+fct_sessions", is_first=True)
    stopped(made, "enabled_sources")
    told = {
        "preset": "columns",
        "events": "data/*.csv",
        "columns": {"visitor_id": "cookie"},
    }
    assert f"sources: {json.dumps({'generic': told})}." in made.said


@pytest.mark.parametrize("column", ["visitor_id", "occurred_at", "event_name"])
def test_a_map_without_a_column_that_every_event_needs_is_a_mistake(
    ask: Asker, settings: dict[str, Any], column: str
) -> None:
    """Who, when and what cannot be guessed."""
    (source,) = settings["sources"].values()
    columns = {k: v for k, v in source["columns"].items() if k != column}
    said = ask.sentence("assert_settings", shop(settings, columns=columns))
    assert column in one_sentence(said, "columns")


def freshness(folder: Path, settings: dict[str, Any]) -> list[dict[str, Any]]:
    """What `dbt source freshness` finds out, of each source that it knows."""
    arguments = ["--quiet", "--log-level", "none", "source", "freshness"]
    arguments += ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT)]
    arguments += ["--target-path", str(folder / "target")]
    arguments += ["--log-path", str(folder), "--vars", json.dumps(settings)]
    before = Path.cwd()
    try:
        parsed = copy.deepcopy(parse(ROOT, parsed_sources(settings)))
        result = dbtRunner(parsed).invoke(arguments)
    finally:
        os.chdir(before)
        close_connections()
    assert result.exception is None
    found: list[dict[str, Any]] = json.loads(
        (folder / "target" / "sources.json").read_text()
    )["results"]
    is_late = any(each["status"] == "error" for each in found)
    assert result.success != is_late
    return found


FRESHNESS = [
    (30, "warn"),
    # The first stands for the others in `make test`; below is a file that is late.
    pytest.param(None, "error", marks=pytest.mark.long),
    pytest.param(1, "pass", marks=pytest.mark.long),
    pytest.param(60, "error", marks=pytest.mark.long),
]


@pytest.mark.parametrize(("hours", "status"), FRESHNESS)
def test_freshness_is_the_age_of_the_last_arrival(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hours: int | None, status: str
) -> None:
    """Of the input itself: nothing has to be built before, and nothing is written."""
    came = hours and datetime.now(timezone.utc) - timedelta(hours=hours)
    row = {"who": "v", "at": "2026-01-01", "name": "page_view", "came": came}
    events = write_parquet(tmp_path / "events.parquet", [{**row, "came": None}, row])
    columns = {"visitor_id": "who", "occurred_at": "at", "event_name": "name"}
    settings = one_source(events, {**columns, "received_at": "came"})
    database = tmp_path / "footfall.duckdb"
    monkeypatch.setenv("FOOTFALL_DUCKDB_PATH", str(database))
    (found,) = freshness(tmp_path, settings)
    assert found["status"] == status
    assert found["unique_id"] == "source.footfall.inputs.events"
    with duckdb.connect(str(database)) as connection:
        assert connection.execute("show tables").fetchall() == []


def test_a_file_that_no_build_has_read_is_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of text files freshness knows what the last build read of them."""
    events = tmp_path / "in.csv"
    events.write_text("who,time,what\nv,2026-05-04,view\n")
    columns = {"visitor_id": "who", "occurred_at": "time", "event_name": "what"}
    settings = one_source(events, columns)
    monkeypatch.setenv("FOOTFALL_DUCKDB_PATH", str(tmp_path / "footfall.duckdb"))
    results = freshness(tmp_path, settings)
    assert [each["status"] for each in results] == ["error"]
    made = run_dbt(tmp_path, settings, "stg_files__lines", ROOT)
    assert made.is_green, made.said
    (found,) = freshness(tmp_path, settings)
    assert found["max_loaded_at"].startswith("2026-05-04T00:00:00")


def table(name: str, rows: list[dict[str, object]]) -> str:
    """SQL that makes a table in the schema raw; what a row lacks is null."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    values = ", ".join(
        "(" + ", ".join(literal(row.get(column)) for column in columns) + ")"
        for row in rows
    )
    names = ", ".join(f'"{column}"' for column in columns)
    return f"create table raw.{name} as from (values {values}) as t({names});"


def literal(value: object) -> str:
    """A value as SQL."""
    return "null" if value is None else f"'{value}'"


def test_three_tables_of_three_shapes_are_three_sources(build: Builder) -> None:
    """Each by its own map, filter and clock; two of them of one preset and visitor."""
    time = "2026-05-04 10:00:00"
    page: dict[str, object] = {
        "who": "ann",
        "when": time,
        "what": "PageView",
        "link": "https://a.example/",
    }
    prepare = "create schema raw;" + "".join(
        [
            table("pages", [page | {"site": "1"}, page | {"site": "2"}]),
            table("taps", [{"device": "ann", "ms": "1777888800000", "tap": "view"}]),
            table("orders", [{"n": "A-1", "client": "c1", "on": "04.05.2026"}]),
        ]
    )
    sources: dict[str, Any] = {
        "site one": {
            "preset": "columns",
            "events": "raw.pages",
            "where": "site = '1'",
            "columns": {
                "visitor_id": "who",
                "occurred_at": '"when"',
                "event_name": "what",
                "page_url": "link",
            },
        },
        "app's": {
            "preset": "columns",
            "events": "raw.taps",
            "columns": {
                "visitor_id": "device",
                "occurred_at": "ms",
                "event_name": "'tapped ' || tap",
                "platform": "'ios'",
            },
        },
        "orders": {
            "preset": "columns",
            "events": "raw.orders",
            "time_format": "%d.%m.%Y",
            "timezone": "Europe/Berlin",
            "columns": {
                "visitor_id": "client",
                "occurred_at": '"on"',
                "event_name": "'purchase'",
                "order_id": "n",
                "platform": "'server'",
            },
        },
    }
    made = build(
        {"sources": sources},
        # In `make test` without the data tests.
        select=None if IS_ALL else "+fct_events +fct_sessions +fct_conversions",
        prepare=prepare,
        runs_tests=IS_ALL,
    )
    assert made.is_green, made.said
    assert made.rows(
        "select source_name, visitor_id, occurred_at, event_name, page_host"
        " from fct_events order by source_name"
    ) == [
        ("app's", "ann", datetime(2026, 5, 4, 10), "tapped_view", None),
        # Midnight in Berlin, two hours east of Greenwich in May.
        ("orders", "c1", datetime(2026, 5, 3, 22), "purchase", None),
        ("site one", "ann", datetime(2026, 5, 4, 10), "page_view", "a.example"),
    ]
    assert made.value("select count(distinct session_id) from fct_sessions") == 2
    assert made.rows("select order_id from fct_conversions") == [("A-1",)]


@pytest.mark.long  # `make test` asks of two sources of one preset, above.
def test_a_preset_twice_is_two_sources(build: Builder, demo: Build) -> None:
    """The demo too: everything there is once for each."""
    sources = {"here": {"preset": "demo"}, "there": {"preset": "demo"}}
    made = build({"sources": sources}, select="+fct_sessions +fct_ad_spend")
    assert made.is_green, made.said
    each = demo.value("select count(*) from fct_sessions")
    assert made.rows(
        "select source_name, count(*) from fct_sessions group by 1 order by 1"
    ) == [("here", each), ("there", each)]
    spent = "select source_name, sum(spend) from int_ad_spend__unioned group by 1"
    assert len(set(made.rows(spent))) == 2


def test_a_model_of_ones_own_is_a_source_with_its_lineage(
    build: Builder, tmp_path: Path
) -> None:
    """By ref and by source: dbt builds the one before, and knows of the other."""
    project = copy_project(tmp_path)
    (project / "models" / "tidied.sql").write_text(
        "select 'v' as who, timestamp '2026-05-04 10:00:00' as time, 'click' as what"
    )
    (project / "models" / "raw.yml").write_text(
        "sources: [{name: tracker, schema: raw, tables: [{name: hits}]}]"
    )
    columns = {"visitor_id": "who", "occurred_at": "time", "event_name": "what"}
    sources = {
        "ours": {"preset": "columns", "events": "ref('tidied')", "columns": columns},
        "theirs": {
            "preset": "columns",
            "events": 'source("tracker", "hits")',
            "columns": columns,
        },
    }
    hit: dict[str, object] = {
        "who": "v",
        "time": "2026-05-04 11:00",
        "what": "view",
    }
    made = build(
        {"sources": sources},
        select="+stg_columns__events",
        project=project,
        prepare="create schema raw;" + table("hits", [hit]),
    )
    assert made.is_green, made.said
    assert made.rows(
        "select source_name, occurred_at, event_name from stg_columns__events"
        " order by source_name"
    ) == [
        ("ours", datetime(2026, 5, 4, 10), "click"),
        ("theirs", datetime(2026, 5, 4, 11), "view"),
    ]
    read = made.manifest()["parent_map"]["model.footfall.stg_columns__events"]
    assert {"model.footfall.tidied", "source.footfall.tracker.hits"} <= set(read)


HALF_PAST_NINE = datetime(2026, 5, 4, 9, 30)
BERLIN = "on clocks of Berlin"
# Options of a source -> texts of it, and the time that each is, if any.
TOLD_TIMES: dict[str, tuple[dict[str, str], dict[str, datetime | None]]] = {
    "day first": (
        {"time_format": "%d.%m.%Y %H:%M"},
        {
            "04.05.2026 09:30": HALF_PAST_NINE,
            " 4.5.2026  9:30 ": HALF_PAST_NINE,
            "2026-05-04T09:30:00Z": HALF_PAST_NINE,
            "1777887000": HALF_PAST_NINE,
            "31.02.2026 09:30": None,
            "04.05.2026": None,
            "05/04/2026 09:30": None,
        },
    ),
    "month first": (
        {"time_format": "%m/%d/%Y %I:%M:%S %p"},
        {
            "5/4/2026 9:30:15 AM": datetime(2026, 5, 4, 9, 30, 15),
            "5/4/2026 9:30:15 pm": datetime(2026, 5, 4, 21, 30, 15),
            "5/4/2026 12:00:00 AM": datetime(2026, 5, 4),
            "05/04/2026 12:00:01 PM": datetime(2026, 5, 4, 12, 0, 1),
            "5/4/2026 9:30:15": None,
        },
    ),
    "of a log": (
        {"time_format": "%d/%b/%Y:%H:%M:%S %z"},
        {
            "04/May/2026:09:30:00 +0200": datetime(2026, 5, 4, 7, 30),
            "04/may/2026:09:30:00 +00:00": HALF_PAST_NINE,
            "04/Mai/2026:09:30:00 +0200": None,
        },
    ),
    BERLIN: (
        {"timezone": "Europe/Berlin"},
        {
            "2026-01-15 12:00:00.5": datetime(2026, 1, 15, 11, 0, 0, 500_000),
            "2026-07-15T12:00": datetime(2026, 7, 15, 10),
            "2026-07-15": datetime(2026, 7, 14, 22),
            "2026-07-15 12:00:00Z": datetime(2026, 7, 15, 12),
            "2026-07-15 12:00:00 -0500": datetime(2026, 7, 15, 17),
            "1784116800": datetime(2026, 7, 15, 12),
            "no time": None,
        },
    ),
}


@pytest.fixture(scope="module")
def timed(build: Builder, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A source of each of these."""
    sources = {}
    for name, (options, times) in TOLD_TIMES.items():
        rows: list[dict[str, object]] = [
            {"visitor_id": "v", "event_name": "click", "occurred_at": time}
            | {"event_id": number}
            for number, time in enumerate(times)
        ]
        path = tmp_path_factory.mktemp("timed") / "in.parquet"
        found = one_source(write_parquet(path, rows), list(rows[0]), **options)
        sources[name] = found["sources"]["own"]
    made = build({"sources": sources}, select="+stg_columns__events")
    assert made.is_green, made.said
    return made


def staged_times(timed: Build, name: str) -> dict[str, datetime | None]:
    """The times of a source, by their texts."""
    texts = list(TOLD_TIMES[name][1])
    found = timed.rows(
        "select event_id, occurred_at from stg_columns__events"
        f" where source_name = '{name}'"
    )
    return {texts[int(number)]: time for number, time in found}


@pytest.mark.parametrize("name", [name for name in TOLD_TIMES if name != BERLIN])
def test_a_time_format_says_which_is_the_day(timed: Build, name: str) -> None:
    """What is of it is read so; what needs no guess is read as ever."""
    assert staged_times(timed, name) == TOLD_TIMES[name][1]


def test_a_time_without_an_offset_is_of_the_sources_clocks(timed: Build) -> None:
    """What has one, or counts from 1970, is not; midnight of a day is theirs too."""
    assert staged_times(timed, BERLIN) == TOLD_TIMES[BERLIN][1]


TIMES_ELSEWHERE = {
    "04.05.2026 09:30": "2026-05-04 07:30:00",
    "4.1.2026 9:30": "2026-01-04 08:30:00",
    "2026-05-04T09:30:00Z": "2026-05-04 09:30:00",
    "2026-05-04": "2026-05-03 22:00:00",
    "1777887000": "2026-05-04 09:30:00",
    "31.02.2026 09:30": None,
}


@pytest.mark.long  # `make test` asks of formats and of clocks on DuckDB alone, above.
@pytest.mark.parametrize("engine", EVERY_ENGINE)
def test_format_and_clocks_are_those_of_the_source_on_every_engine(
    engine_build: EngineBuilder, shared: Path, tmp_path: Path, engine: str
) -> None:
    """Whatever an engine has for time zones, and however it writes patterns."""
    texts = list(TIMES_ELSEWHERE)
    rows = [
        {"id": number, "who": "v", "happened": text, "what": "view"}
        for number, text in enumerate(texts)
    ]

    def write(folder: Path) -> Path:
        copy_project(folder)
        union = " union all ".join(
            "select " + ", ".join(f"'{value}' as {name}" for name, value in row.items())
            for row in rows
        )
        (folder / "models" / "told.sql").write_text(f"select * from ({union}) as told")
        return folder

    # On DuckDB a file, which needs no project of its own.
    is_file = engine == "duckdb"
    settings = one_source(
        write_parquet(tmp_path / "in.parquet", rows) if is_file else "ref('told')",
        {
            "event_id": "id",
            "visitor_id": "who",
            "occurred_at": "happened",
            "event_name": "what",
        },
        time_format="%d.%m.%Y %H:%M",
        timezone="Europe/Berlin",
    )
    made = engine_build(
        engine,
        settings,
        project=ROOT if is_file else once(folder_of(shared, "times elsewhere"), write),
        runs_tests=False,
        select="+fct_events",
    )
    assert made.is_green, made.said
    (columns,) = (each.columns for each in made.relations if each.name == "fct_events")
    found = [dict(zip(columns, row, strict=True)) for row in made.rows("fct_events")]
    assert {texts[int(row["event_id"] or "")]: row["occurred_at"] for row in found} == {
        text: f"{time}.000000" for text, time in TIMES_ELSEWHERE.items() if time
    }


UNBOUND = ["max(login)", "login, id", "nofn(login)"]


@pytest.mark.parametrize("engine", OTHER_ENGINES)
@pytest.mark.parametrize("expression", UNBOUND)
def test_what_cannot_be_computed_stops_other_engines_too_before_they_write(
    engine_build: EngineBuilder, shared: Path, engine: str, expression: str
) -> None:
    """In our own words, whatever an engine would say of it in the middle of a run."""
    hit = {"id": "1", "who": "a", "happened": "2026-05-04 10:00:00", "what": "view"}
    project = once(
        folder_of(shared, "hits of a table"),
        lambda folder: project_with(
            folder, {"tracker": {"hits": [hit | {"login": "ann"}]}}
        ),
    )
    columns = {"visitor_id": "who", "occurred_at": "happened", "event_name": "what"}
    made = engine_build(
        engine,
        one_source("tracker.hits", {**columns, "user_id": expression}),
        project=project,
        runs_tests=False,
        select="+fct_events",
    )
    assert not made.is_green
    (sentence,) = {line for line in made.said.splitlines() if "footfall: " in line}
    said = f"the source own of the var sources says user_id: '{expression}'"
    assert said in sentence
    for engines_own in ("Database Error", "AnalysisException", "SQLSTATE"):
        assert engines_own not in made.said


# `make test` asks such words of tables, and of drawn files functions in maps.
@pytest.mark.long
def test_words_of_maps_read_fields_of_json_files(
    build: Builder, tmp_path: Path
) -> None:
    """A list and an object of a line, which are texts in a file."""
    line: dict[str, Any] = {"who": "a", "happened": "2026-05-04 10:00", "what": "view"}
    line["told"] = [{"key": "login", "value": {"string_value": "ann"}}]
    line["cart"] = [{"sku": "S1"}]
    (tmp_path / "hits.jsonl").write_text(json.dumps(line) + "\n")
    made = build(
        one_source(
            tmp_path / "hits.jsonl",
            {
                "visitor_id": "who",
                "occurred_at": "happened",
                "event_name": "what",
                "user_id": "list_entry(told, login)",
                "items": "json_of(cart)",
            },
        ),
        select="+fct_events +fct_items",
    )
    assert made.is_green, made.said
    assert made.rows("select user_id from fct_events") == [("ann",)]
    assert made.rows("select item_id from fct_items") == [("S1",)]


def test_parquet_files_of_one_glob_may_know_other_types(
    build: Builder, tmp_path: Path
) -> None:
    """Whole floats are the ids that they were before a null met them."""
    names = "visitor_id, user_id, occurred_at, event_name"
    for number, row in enumerate(
        [
            "1234567890123456789::bigint, 7::bigint, timestamp '2026-05-04', 'view'",
            "12345678::double, null::double, '2026-05-04 00:00:01', 'view'",
            "'a' || chr(0) || 'b', 7.5::double, '1777852802'::bigint, 'view'",
            "null, 'x', timestamptz '2026-05-04 02:00:03+02:00', 'view'",
        ]
    ):
        path = tmp_path / f"{number}.parquet"
        duckdb.execute(
            f"copy (select * from (values ({row})) as t({names})) to '{path}'"
            " (format parquet)"
        )
    made = build(
        one_source(tmp_path / "*.parquet", names.split(", ")),
        select="+stg_columns__events",
    )
    assert made.is_green, made.said
    assert made.rows(
        "select visitor_id, user_id, occurred_at from stg_columns__events order by 3"
    ) == [
        ("1234567890123456789", "7", datetime(2026, 5, 4)),
        ("12345678", None, datetime(2026, 5, 4, 0, 0, 1)),
        ("ab", "7.5", datetime(2026, 5, 4, 0, 0, 2)),
        (None, "x", datetime(2026, 5, 4, 0, 0, 3)),
    ]


def test_an_expression_that_fails_in_a_row_is_null_there(
    build: Builder, tmp_path: Path
) -> None:
    """And a filter that does leaves the row out."""
    path = tmp_path / "in.csv"
    path.write_text(
        "who,time,site,paid\na,2026-05-04,1,5\nb,2026-05-04,1,x\n"
        "c,2026-05-04,two,7\nd,2026-05-04,2,7\n"
    )
    columns = {"visitor_id": "who", "occurred_at": "time", "event_name": "'view'"}
    columns["revenue"] = "cast(paid as integer) * 2"
    settings = one_source(path, columns, where="cast(site as integer) = 1")
    made = build(settings, select="+stg_columns__events")
    assert made.is_green, made.said
    assert made.rows(
        "select visitor_id, revenue from stg_columns__events order by visitor_id"
    ) == [("a", Decimal(10)), ("b", None)]


# `make test` asks of such hosts as they are copied, with other settings.
@pytest.mark.long
def test_a_sources_own_hosts_are_no_source_of_visits(
    build: Builder, tmp_path: Path
) -> None:
    """Added to those of the var, a quote in their name included."""
    referrers = [
        "https://pay.o'shop.example/",
        "https://blog.example/",
        "https://x.org/",
    ]
    rows: list[dict[str, object]] = [
        {
            "visitor_id": referrer,
            "occurred_at": "2026-05-04 10:00:00",
            "event_name": "page_view",
            "page_url": "https://shop.example/",
            "referrer_url": referrer,
        }
        for referrer in referrers
    ]
    events = write_parquet(tmp_path / "in.parquet", rows)
    made = build(
        one_source(events, list(rows[0]), own_hosts=["o'shop.example"])
        | {"internal_hosts": ["blog.example"]},
        select="+fct_sessions",
    )
    assert made.is_green, made.said
    assert dict(made.rows("select visitor_id, channel from fct_sessions")) == dict(
        zip(referrers, ("Direct", "Direct", "Referral"), strict=True)
    )
