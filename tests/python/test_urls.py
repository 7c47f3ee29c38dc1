"""What a URL says of a visit: its tags, click id, host and path, on every engine."""

import csv
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb
import pytest
import urls
from engines import OTHER_ENGINES, EngineBuilder
from harness import (
    ROOT,
    Build,
    Builder,
    copy_project,
    folder_of,
    one_source,
    write_parquet,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from tiers import TRIALS

from parity.parsing import once
from simulator.hostile_events import BLANKS

EVENT = ["event_id", "visitor_id", "occurred_at", "event_name"]
COLUMNS = [*EVENT, "page_url"]
ASKED = ("utm_source", "utm_medium", "utm_campaign", "page_host", "page_path")
AT = "https://shop.example/a?utm_source="
# What follows utm_source= -> utm_source, and utm_medium where there is one.
VALUES: dict[str, str | tuple[str | None, str | None] | None] = {
    "plain": "plain",
    "Fr%C3%BChling": "Frühling",
    "fr%c3%bchling": "frühling",
    "%C3%89t%C3%A9+%C3%A0+P%C3%A2ques": "Été à Pâques",
    "a+b": "a b",
    "a%2Bb": "a+b",
    "a%20b": "a b",
    "+a%20": "a",
    "%C2%A0a%E2%80%8B": "a",
    "a%0Ab": "a\nb",
    "%0Aa%0D%0A": "a",
    "%20": None,
    "": None,
    "&utm_source=x": None,
    "&utm_medium=y": (None, "y"),
    "x&utm_source=y": "x",
    "%25C3%25A4": "%C3%A4",
    "%2525": "%25",
    "%E9t%E9": "%E9t%E9",
    "%E9%C3%A4": "%E9ä",
    "%C3%A4%E9%41": "ä%E9A",
    "%": "%",
    "%%41": "%A",
    "100%": "100%",
    "100%+x": "100% x",
    "%zz": "%zz",
    "%2": "%2",
    "%u00e4": "%u00e4",
    "%+1": "% 1",
    "%C0%80": "%C0%80",
    "%C1%BF": "%C1%BF",
    "%E0%80%80": "%E0%80%80",
    "%ED%9F%BF": "\ud7ff",
    "%ED%A0%80": "%ED%A0%80",
    "%EF%BF%BD": "\ufffd",
    "%F0%9F%98%80": "😀",
    "%F0%9F%98": "%F0%9F%98",
    "%F0%8F%80%80": "%F0%8F%80%80",
    "%F4%8F%BF%BE": "\U0010fffe",
    "%F4%90%80%80": "%F4%90%80%80",
    "%E2%82%41": "%E2%82A",
    "%E2%82%AC5": "€5",
    "x%00y": "xy",
    "%00": None,
    "%2500": "%00",
    "ä%C3%A4": "ää",
    "%C3ä": "%C3ä",
    "a=b=c": "a=b=c",
    "a%26b%3Dc": "a&b=c",
    "a;utm_medium=b": "a;utm_medium=b",
    "x&amp;utm_medium=y": ("x", "y"),
    "x&amp;amp;utm_medium=y": ("x", None),
    "x%26utm_medium=y": "x&utm_medium=y",
    "x?utm_medium=y": "x?utm_medium=y",
    "x#utm_medium=y": ("x", "y"),
    "x#/route?utm_medium=y": ("x", "y"),
    "x#?utm_medium=y": ("x", "y"),
    "x#utm_source=y": "x",
    "x#!utm_medium=y": ("x", "y"),
    "x#!/utm_medium=y": ("x", "y"),
    "x#/utm_medium=y": ("x", "y"),
    "x#!/route?utm_medium=y": ("x", "y"),
    "x&UTM_MEDIUM=Y": ("x", "Y"),
    "x&utm%5Fmedium=y": ("x", "y"),
    "x&utm%5fMedium=y": ("x", "y"),
    "x&%75tm_medium=y": ("x", None),
    "x&utm_medium": ("x", None),
    "x&utm_medium#utm_medium=y": ("x", "y"),
    "x&utm_mediums=y&xutm_medium=z": ("x", None),
    "x&utm\u017fmedium=y&utmxmedium=z": ("x", None),
    "{campaign}": "{campaign}",
    "'; drop table x": "'; drop table x",
    "\\1$1": "\\1$1",
    "%C3%A4" * 1200: "ä" * 1200,
}
# Address -> its host and path.
PLACES: dict[str, tuple[str | None, str | None]] = {
    "https://shop.example": ("shop.example", "/"),
    "https://shop.example?q": ("shop.example", "/"),
    "https://shop.example#f": ("shop.example", "/"),
    "https://SHOP.Example/A/b": ("shop.example", "/A/b"),
    "https://shop.example./a": ("shop.example", "/a"),
    "https://shop.example:443/a": ("shop.example", "/a"),
    "https://HOST.EXAMPLE.:443/": ("host.example", "/"),
    "https://user:pass@shop.example/a?b": ("shop.example", "/a"),
    "https://a@b@shop.example:1/": ("shop.example", "/"),
    "http://[::1]:8080/p": ("[::1]", "/p"),
    "http://[2001:DB8::1]": ("[2001:db8::1]", "/"),
    "http://192.0.2.1:80/": ("192.0.2.1", "/"),
    "https://bücher.de/ä": ("bücher.de", "/ä"),
    "https://XN--BCHER-KVA.de/": ("xn--bcher-kva.de", "/"),
    "https://MÜNCHEN.de/": ("münchen.de", "/"),
    "//cdn.example/x#y": ("cdn.example", "/x"),
    "android-app://com.Google.Android.gm/https/x": (
        "com.google.android.gm",
        "/https/x",
    ),
    "/a?u=https://x.example/y": (None, "/a"),
    "/a/b%2Fc": (None, "/a/b%2Fc"),
    "shop.example/x": (None, None),
    "mailto:a@b.example": (None, None),
    "?utm_source=x": (None, None),
    "http:///nohost": (None, "/nohost"),
    "http://:80/": (None, "/"),
    "about:blank": (None, None),
}
# Parameters of a page -> the click id that counts, and of which type.
CLICKS: dict[str, tuple[str | None, str | None]] = {
    "?gclid=Abc": ("Abc", "gclid"),
    "?fbclid=F&gclid=G": ("G", "gclid"),
    "?fbclid=F&mc_cid=M&gad_campaignid=1&msclkid=B": ("B", "msclkid"),
    "?gclsrc=aw.ds&gclid=G": ("G", "gclid"),
    "?gad_source=1&gclid=G": ("1", "gad_source"),
    "?fbclid=F&gad_source=1": ("1", "gad_source"),
    "?msclkid=B&gclid=G": ("B", "msclkid"),
    "?srsltid=S&irclickid=I": ("I", "irclickid"),
    "?GCLID=G": ("G", "gclid"),
    "?ScCid=S": ("S", "sccid"),
    "?li%5Ffat%5fid=L": ("L", "li_fat_id"),
    "?gclid=&fbclid=F": ("F", "fbclid"),
    "?gclid=%20+&fbclid=F": ("F", "fbclid"),
    "?gclid=undefined&fbclid=F": ("F", "fbclid"),
    "?gclid=NULL": (None, None),
    "?gclid=nullable": ("nullable", "gclid"),
    "?gclid": (None, None),
    "?gclids=G&xgclid=G": (None, None),
    "?a=1&amp;gclid=G": ("G", "gclid"),
    "#gclid=G": ("G", "gclid"),
    "?gclid=a%2Bb+c": ("a+b c", "gclid"),
    "?_kx=K": ("K", "_kx"),
    "": (None, None),
}


def address_cases() -> dict[str, Mapping[str, str | None]]:
    """Every address by hand, with what staging shall say of it."""
    cases: dict[str, Mapping[str, str | None]] = {}
    for value, tags in VALUES.items():
        source, medium = tags if isinstance(tags, tuple) else (tags, None)
        cases[AT + value] = {"utm_source": source, "utm_medium": medium}
    for address, (host, path) in PLACES.items():
        cases[address] = {"page_host": host, "page_path": path}
    for query, (click_id, of_type) in CLICKS.items():
        address = "https://shop.example/" + query
        cases[address] = {"click_id": click_id, "click_id_type": of_type}
    return cases


BY_HAND = address_cases()


def by_urllib(url: str) -> tuple[str | None, ...]:
    """What is asked of a URL, by the other way."""
    address = url.strip(BLANKS)
    tags = (urls.tag(address, name) for name in urls.TAGS)
    return (*tags, urls.host(address), urls.path(address))


@pytest.mark.parametrize("url", BY_HAND, ids=lambda url: ascii(url)[-60:])
def test_the_other_way_says_what_was_said_by_hand(url: str) -> None:
    """Else agreement with it proves nothing."""
    found = dict(zip(ASKED, by_urllib(url), strict=True))
    expected = {name: value for name, value in BY_HAND[url].items() if name in found}
    assert {name: found[name] for name in expected} == expected


@pytest.fixture(scope="module")
def staged(build: Builder) -> Build:
    """Staging over a table of addresses, which is empty."""
    table = "create table told (page_url text)"
    event = {
        "event_id": "page_url",
        "visitor_id": "'v'",
        "occurred_at": "'2026-05-04'",
        "event_name": "'page_view'",
        "page_url": "page_url",
    }
    made = build(
        one_source("told", event), select="+stg_columns__events", prepare=table
    )
    assert made.is_green, made.said
    return made


def answers(
    connection: duckdb.DuckDBPyConnection, addresses: Iterable[str], *columns: str
) -> list[tuple[str | None, ...]]:
    """What staging says of addresses, in their order."""
    connection.execute("create or replace temp table asked (nth integer, url text)")
    connection.executemany("insert into asked values (?, ?)", [*enumerate(addresses)])
    connection.execute("delete from told")
    connection.execute("insert into told select url from asked order by nth")
    names = ", ".join(columns)
    return connection.execute(f"select {names} from stg_columns__events").fetchall()


@pytest.mark.parametrize("url", BY_HAND, ids=lambda url: ascii(url)[-60:])
def test_an_address_says_what_it_says(
    asking: duckdb.DuckDBPyConnection, url: str
) -> None:
    """Tags, click id, host and path."""
    (found,) = answers(asking, [url], *BY_HAND[url])
    assert dict(zip(BY_HAND[url], found, strict=True)) == BY_HAND[url]


@pytest.fixture(scope="module")
def asking(
    staged: Build, tmp_path_factory: pytest.TempPathFactory
) -> Iterable[duckdb.DuckDBPyConnection]:
    """A copy of that database, to write to."""
    path = tmp_path_factory.mktemp("asking") / "footfall.duckdb"
    path.write_bytes(staged.database.read_bytes())
    with duckdb.connect(str(path), config={"threads": 1}) as connection:
        yield connection


EACH = 50


@settings(
    max_examples=max(1, TRIALS.urls // EACH),
    deadline=None,
)
@given(seed=st.integers(0, 2**32))
def test_any_address_says_what_urllib_finds_in_it(
    asking: duckdb.DuckDBPyConnection, seed: int
) -> None:
    """However it is written."""
    dice = random.Random(seed)
    drawn = [urls.drawn_url(dice) for _ in range(EACH)]
    found = answers(asking, drawn, *ASKED)
    for url, each in zip(drawn, found, strict=True):
        assert each == by_urllib(url), url


# What no seed brings as it is.
WRITTEN = {"\t": "~t", "\n": "~n", "\r": "~r", "\x85": "~x", "\u2028": "~l"}


def told(folder: Path, rows: Sequence[str]) -> Path:
    """A copy of the project with a model of these texts."""
    copy_project(folder)
    with (folder / "seeds" / "texts.csv").open("w", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(["nth", "body"])
        for nth, text in enumerate(rows):
            body = text
            for sign, written in WRITTEN.items():
                body = body.replace(sign, written)
            writer.writerow([f"n{nth}", f"<{body}>"])
    body = "substr(body, 2, length(body) - 2)"
    for written, sign in {
        "~t": "chr(9)",
        "~n": "chr(10)",
        "~r": "chr(13)",
        "~x": "'\x85'",
        "~l": "'\u2028'",
    }.items():
        body = f"replace({body}, '{written}', {sign})"
    (folder / "models" / "told.sql").write_text(
        f"select nth, {body} as body from {{{{ ref('texts') }}}}"
    )
    return folder


def on_engine(
    engine_build: EngineBuilder,
    shared: Path,
    folder: Path,
    engine: str,
    rows: Sequence[str],
    columns: Mapping[str, str],
) -> list[dict[str, str | None]]:
    """What fct_events says of texts on an engine, in order; `columns` reads body."""
    event = {
        "event_id": "nth",
        "visitor_id": "nth",
        "occurred_at": "'2026-05-04'",
        "event_name": "'page_view'",
    }
    # On DuckDB a file, which needs no project of its own.
    is_file = engine == "duckdb"
    place: Path | str = "ref('told')"
    if is_file:
        bodies = [{"nth": f"n{nth}", "body": body} for nth, body in enumerate(rows)]
        place = write_parquet(folder / "told.parquet", bodies)
    made = engine_build(
        engine,
        one_source(place, {**event, **columns}),
        project=ROOT
        if is_file
        else once(folder_of(shared, "told", rows), lambda each: told(each, rows)),
        runs_tests=False,
        select="+fct_events",
    )
    assert made.is_green, made.said
    (names,) = (each.columns for each in made.relations if each.name == "fct_events")
    found = [dict(zip(names, row, strict=True)) for row in made.rows("fct_events")]
    by_number = {int(str(row["event_id"])[1:]): row for row in found}
    return [by_number[nth] for nth in range(len(rows))]


# `make test` asks staging on DuckDB, above.
@pytest.mark.parametrize(
    "engine", [pytest.param("duckdb", marks=pytest.mark.long), *OTHER_ENGINES]
)
def test_every_engine_reads_the_same_of_an_address(
    engine_build: EngineBuilder, shared: Path, tmp_path: Path, engine: str
) -> None:
    """The addresses by hand, and drawn ones."""
    dice = random.Random(11)
    drawn = [urls.drawn_url(dice) for _ in range(TRIALS.urls)]
    rows = [*BY_HAND, *(url for url in drawn if "~" not in url)]
    found = on_engine(
        engine_build, shared, tmp_path, engine, rows, {"page_url": "body"}
    )
    differ = []
    for url, row in zip(rows, found, strict=True):
        expected = BY_HAND.get(url) or dict(zip(ASKED, by_urllib(url), strict=True))
        got = {name: row[name] for name in expected}
        if got != expected:
            differ.append((url, got, expected))
    assert differ == []
