"""What campaign tags mean, however they are spelled: on every engine the same."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pytest
from engines import EVERY_ENGINE, EngineBuilder, needs_postgres
from harness import (
    ROOT,
    Build,
    Builder,
    copy_project,
    folder_of,
    one_source,
    write_parquet,
)

from parity.engines import postgres_cursor, postgres_started
from parity.parsing import once

HOME = "https://shop.example/"
EVENT = ["event_id", "visitor_id", "occurred_at", "event_name"]
TAGS = ["utm_source", "utm_medium", "utm_campaign"]
# Tags of a visit, as the source has them -> source, medium, campaign and channel.
SPELLINGS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("unknownads", "cpc\n", ""): ("unknownads", "cpc", "", "Paid Other"),
    ("unknownads", "\tCPC\r\n", "x"): ("unknownads", "cpc", "x", "Paid Other"),
    ("\xa0google\u2009", "cpc", "\ufeffx\u200b"): ("google", "cpc", "x", "Paid Search"),
    ("\u3000Google\x85", "cpc", "\xa0"): ("google", "cpc", "", "Paid Search"),
    ("lettre", "email", "ÉTÉ 2026"): ("lettre", "email", "été 2026", "Email"),
    ("lettre", "email", "E\u0301te\u0301"): (
        "lettre",
        "email",
        "e\u0301te\u0301",
        "Email",
    ),
    ("lettre", "email", "ΟΔΟΣ ΣΑΣ"): (
        "lettre",
        "email",
        "οδο\u03c3 \u03c3\u03b1\u03c3",
        "Email",
    ),
    ("lettre", "email", "οδος"): ("lettre", "email", "οδοσ", "Email"),
    ("lettre", "email", "İSTANBUL I \u0131"): (
        "lettre",
        "email",
        "istanbul i \u0131",
        "Email",
    ),
    ("lettre", "email", "STRASSE ẞ ß"): ("lettre", "email", "strasse ß ß", "Email"),
    ("lettre", "email", "ЖЁЛТЫЙ Ǆ Ǆ"): ("lettre", "email", "жёлтый ǆ ǆ", "Email"),
    ("lettre", "email", "\ue000 \U00010400"): (
        "lettre",
        "email",
        "\ue000 \U00010428",
        "Email",
    ),
    ("a", "paid\nsocial", "x\n\ny"): ("a", "paid\nsocial", "x\n\ny", "Paid Other"),
}


def told(folder: Path) -> Path:
    """A copy of the project with a model of these tags."""
    copy_project(folder)
    union = " union all ".join(
        f"select 'visitor {number:02}' as who, "
        + ", ".join(
            f"'{text}' as {name}" for name, text in zip(TAGS, tags, strict=True)
        )
        for number, tags in enumerate(SPELLINGS)
    )
    (folder / "models" / "told.sql").write_text(f"select * from ({union}) as told")
    return folder


def settings(events: Path | str = "ref('told')") -> Mapping[str, object]:
    """That model as the only source, or a file of the same rows."""
    event = {
        "event_id": "who",
        "visitor_id": "who",
        "occurred_at": "'2026-05-04'",
        "event_name": "'page_view'",
    }
    return one_source(events, {**event, **{name: name for name in TAGS}})


@pytest.mark.parametrize("engine", EVERY_ENGINE)
def test_every_engine_reads_a_tag_alike(
    engine_build: EngineBuilder, shared: Path, tmp_path: Path, engine: str
) -> None:
    """Whatever it is padded with, and in whatever letters."""
    # On DuckDB a file, which needs no project of its own.
    is_file = engine == "duckdb"
    spelt = [
        {"who": f"visitor {number:02}"} | dict(zip(TAGS, tags, strict=True))
        for number, tags in enumerate(SPELLINGS)
    ]
    file = tmp_path / "told.parquet"
    made = engine_build(
        engine,
        settings(write_parquet(file, spelt)) if is_file else settings(),
        project=ROOT if is_file else once(folder_of(shared, "spellings"), told),
        runs_tests=False,
        select="+fct_sessions",
    )
    assert made.is_green, made.said
    (names,) = (each.columns for each in made.relations if each.name == "fct_sessions")
    rows = [dict(zip(names, row, strict=True)) for row in made.rows("fct_sessions")]
    rows.sort(key=lambda row: str(row["visitor_id"]))
    asked = ("source", "medium", "campaign", "channel")
    found = [tuple(row[name] or "" for name in asked) for row in rows]
    assert dict(zip(SPELLINGS, found, strict=True)) == SPELLINGS


@needs_postgres
@pytest.mark.long  # `make test` asks of the demo's tags, in Postgres's own locale.
@pytest.mark.parametrize(("encoding", "is_green"), [("UTF8", True), ("LATIN1", False)])
def test_postgres_folds_in_any_locale_or_says_so(
    shared: Path, tmp_path: Path, encoding: str, is_green: bool
) -> None:
    """A database of locale C knows no É; one that holds no É stops the run."""
    project = once(folder_of(shared, "spellings"), told)
    command = [str(Path(sys.executable).parent / "dbt"), "--quiet", "build"]
    command += ["--profiles-dir", ".", "--select", "+int_traffic_sources__named"]
    command += ["--exclude-resource-types", "test", "unit_test"]
    command += ["--vars", json.dumps(settings()), "--target-path", str(tmp_path)]
    with postgres_started(tmp_path) as environment:
        with postgres_cursor(environment) as cursor:
            cursor.connection.rollback()
            cursor.connection.autocommit = True
            cursor.execute(
                "create database plain template template0 locale_provider libc"
                f" locale 'C' encoding '{encoding}'"
            )
        theirs = environment | {"FOOTFALL_POSTGRES_DATABASE": "plain"}
        done = subprocess.run(
            command,
            cwd=project,
            env=os.environ | theirs,
            check=False,
            capture_output=True,
            text=True,
        )
        assert (done.returncode == 0) == is_green, done.stdout
        if not is_green:
            assert "the encoding of the database plain is LATIN1" in done.stdout
            return
        with postgres_cursor(theirs) as cursor:
            cursor.execute(
                "select distinct campaign from footfall.int_traffic_sources__named"
                " where campaign is not null"
            )
            campaigns = {row[0] for row in cursor.fetchall()}
    assert campaigns == {each[2] for each in SPELLINGS.values()} - {""}


def made(
    build: Builder,
    folder: Path,
    rows: Iterable[Mapping[str, object]],
    select: str = "+fct_sessions",
    **options: object,
) -> Build:
    """A build of page views, each of a visitor of its own unless it says whose."""
    events = [
        {
            "event_id": f"event {nth:02}",
            "visitor_id": f"visitor {nth:02}",
            "occurred_at": "2026-05-04 10:00:00",
            "event_name": "page_view",
            "page_url": None,
            **row,
        }
        for nth, row in enumerate(rows)
    ]
    path = write_parquet(folder / "events.parquet", events)
    columns = [*EVENT, "page_url"]
    found = build(one_source(path, columns) | options, select=select)
    assert found.is_green, found.said
    return found


# Parameters of a page -> source, medium, campaign and channel of the visit.
PAGES: dict[str, tuple[str, str, str | None, str]] = {
    "?utm_source=Lettre&utm_medium=email&utm_campaign=%C3%89t%C3%A9+%C3%A0+Nice": (
        "lettre",
        "email",
        "été à nice",
        "Email",
    ),
    "#utm_source=Acme-Letter&utm_medium=email&utm_campaign=may": (
        "acme-letter",
        "email",
        "may",
        "Email",
    ),
    "#/cart?UTM_SOURCE=acme&utm_medium=email": ("acme", "email", None, "Email"),
    "?utm%5Fsource=acme&amp;utm_medium=email": ("acme", "email", None, "Email"),
    "?utm_source=%E9t%E9&utm_medium=email": ("%e9t%e9", "email", None, "Email"),
    "?fbclid=IwAR&gclid=Cj0K": ("google", "cpc", None, "Paid Search"),
    "?mc_cid=1&msclkid=2": ("bing", "cpc", None, "Paid Search"),
    "?fbclid=IwAR": ("facebook", "referral", None, "Organic Social"),
    "?utm_medium=email": ("(not set)", "email", None, "Email"),
    "?utm_campaign=may": ("(not set)", "(none)", "may", "Unassigned"),
    "?utm_medium=cpc&gclid=1": ("google", "cpc", None, "Paid Search"),
    "?utm_source=&utm_source=x": ("(direct)", "(none)", None, "Direct"),
    "?utm_source=(direct)&utm_medium=(none)": ("(direct)", "(none)", None, "Direct"),
    "": ("(direct)", "(none)", None, "Direct"),
}


def test_an_address_gives_a_visit_its_source(build: Builder, tmp_path: Path) -> None:
    """Tags however they are written; an ad's click id before one that rides along."""
    found = made(build, tmp_path, [{"page_url": HOME + each} for each in PAGES])
    rows = found.rows(
        "select source, medium, campaign, channel from fct_sessions order by visitor_id"
    )
    assert dict(zip(PAGES, rows, strict=True)) == PAGES


@pytest.mark.long  # `make test` asks of the own rules alone.
def test_under_plausibles_rules_source_and_ref_are_tags(
    build: Builder, tmp_path: Path
) -> None:
    """In this order after utm_source; under other rules a ref may be anything."""
    pages = ["?ref=a", "?ref=a&source=B", "?source=b&utm_source=c", "?preference=d"]
    rows = [{"page_url": HOME + each} for each in pages]
    asked = "select source from fct_sessions order by visitor_id"
    found = made(build, tmp_path, rows, channel_preset="plausible")
    assert found.rows(asked) == [("a",), ("b",), ("c",), ("(direct)",)]
    found = made(build, tmp_path, rows)
    assert found.rows(asked) == [("(direct)",)] * 2 + [("c",), ("(direct)",)]


def test_a_reason_quotes_a_macro_that_nobody_filled(
    build: Builder, tmp_path: Path
) -> None:
    """It names the source as it came, and not the campaign."""
    url = HOME + "?utm_source={campaign}&utm_medium=cpc&utm_campaign=spring"
    found = made(build, tmp_path, [{"page_url": url}])
    assert found.rows("select channel_reason from fct_sessions") == [
        ("medium cpc is paid, source {campaign} is of no known kind",)
    ]


def test_a_campaign_in_other_letters_splits_no_session(
    build: Builder, tmp_path: Path
) -> None:
    """Another campaign does."""
    pages: Sequence[tuple[str, str]] = [
        ("10:00", "?utm_source=Google&utm_medium=cpc&utm_campaign=%C3%89T%C3%89"),
        ("10:05", "?utm_source=google&utm_medium=CPC&utm_campaign=%C3%A9t%C3%A9+"),
        ("10:10", "?UTM_SOURCE=google&utm_medium=cpc&utm_campaign=summer"),
    ]
    rows = [
        {
            "visitor_id": "v",
            "occurred_at": f"2026-05-04 {time}:00",
            "page_url": HOME + page,
        }
        for time, page in pages
    ]
    found = made(build, tmp_path, rows, session_splits_on_campaign_change=True)
    assert found.rows(
        "select page_view_count, campaign from fct_sessions order by started_at"
    ) == [(2, "été"), (1, "summer")]


def test_spend_meets_the_visits_of_its_campaign(build: Builder, tmp_path: Path) -> None:
    """However either is written."""
    events = write_parquet(
        tmp_path / "events.parquet",
        [
            {
                "event_id": "e",
                "visitor_id": "v",
                "occurred_at": "2026-05-05 11:00:00",
                "event_name": "page_view",
                "page_url": HOME + "?utm_source=Lettre&utm_medium=email"
                "&utm_campaign=%C3%89t%C3%A9+%C3%A0+P%C3%A2ques",
            }
        ],
    )
    spend = write_parquet(
        tmp_path / "spend.parquet",
        [
            {
                "spend_date": "2026-05-05",
                "source": "LETTRE\u00a0",
                "medium": "Email\n",
                "campaign": " ÉTÉ à Pâques",
                "currency": "EUR",
                "cost": "20.00",
                "clicks": "3",
                "impressions": "9",
            }
        ],
    )
    given = one_source(events, [*EVENT, "page_url"], spend=str(spend))
    found = build(given, select="+mart_channel__campaigns_daily")
    assert found.is_green, found.said
    assert found.rows(
        "select campaign, sessions, spend from mart_channel__campaigns_daily"
    ) == [("été à pâques", 1, 20)]
