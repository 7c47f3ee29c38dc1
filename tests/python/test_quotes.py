"""A quote, a brace, a backslash or a blank in a setting, a rule or a name is data."""

import csv
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from engines import EVERY_ENGINE, EngineBuilder
from harness import ROOT, copy_project, folder_of

from parity.build import Built
from parity.build import build as build_on
from parity.engines import ALL
from parity.parsing import once

NOON = datetime(2026, 5, 4, 12)
PLATFORM = "o's \\ {x} ${y}"
SETTINGS: dict[str, Any] = {
    "session_timeout_minutes_by_platform": {PLATFORM: 5},
    "internal_hosts": ["o'hara.example"],
    "session_end_events": ["log'out"],
}

Row = dict[str, Any]


def at(minutes: int, visitor: str, name: str = "page_view", **more: str) -> Row:
    """An event of a visitor, so long after noon."""
    happened = NOON + timedelta(minutes=minutes)
    row: Row = {"event_id": f"{visitor}{minutes}", "visitor_id": visitor}
    row |= {"occurred_at": happened, "received_at": happened, "event_name": name}
    return row | {"platform": "web", "page_url": "https://shop.example/"} | more


EVENTS = [
    # Ten minutes apart: one session on the web, two on a platform of five minutes.
    *(at(minutes, "ann", platform=PLATFORM) for minutes in (0, 10)),
    *(at(minutes, "bea") for minutes in (0, 10)),
    # What comes after the end of a session begins another.
    *(at(0, "cy"), at(1, "cy", "log'out"), at(2, "cy")),
    at(0, "dan", referrer_url="https://o'hara.example/"),
    at(0, "eve", referrer_url="https://o'hare.example/"),
    at(0, "fay", page_url="https://shop.example/?o.id=1"),
    at(0, "gus", user_agent="Mozilla/5.0 it's me"),
]
SESSIONS = [
    ("ann", "Direct"),
    ("ann", "Direct"),
    ("bea", "Direct"),
    ("cy", "Direct"),
    ("cy", "Direct"),
    ("dan", "Direct"),
    ("eve", "It's us"),
    ("fay", "Paid Other"),
]
RULES: dict[str, Row] = {
    "user_agent_rules": {
        "field": "bot_reason",
        "priority": 1,
        "rule_id": "its",
        "pattern": "it's [m]e",
        "value": "o's {x} bot",
    },
    "click_ids": {
        "click_id_type": "o.id",
        "priority": 1,
        "source": "o's",
        "medium": "cpc",
        "is_paid": "true",
        "description": "It's {ours}.",
    },
    "channels": {
        "channel": "It's us",
        "is_direct": "false",
        "is_paid": "false",
        "description": "It's us.",
    },
    "channel_rules_custom": {
        "priority": 5,
        "rule_id": "it's",
        "channel": "It's us",
        "source_pattern": "^o'hare[.]example$",
        "reason": "it's {source}, \\ $us",
    },
}


def quoted(folder: Path) -> Path:
    """A project whose demo is these events, and whose rules are written with quotes."""
    copy_project(folder)
    for name, rows in {"demo/raw_events": EVENTS, "demo/raw_consents": []}.items():
        write(folder / "seeds" / f"{name}.csv", rows, keeps=False)
    for name, row in RULES.items():
        write(folder / "seeds" / "rules" / f"{name}.csv", [row], keeps=True)
    return folder


def write(path: Path, rows: list[Row], keeps: bool) -> None:
    """Rows under the header of a file, after those that it has or in their place."""
    with path.open(newline="") as file:
        header, *kept = list(csv.reader(file))
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *kept] if keeps else [header])
        csv.DictWriter(file, header).writerows(rows)


@pytest.mark.parametrize("engine", EVERY_ENGINE)
def test_quotes_in_settings_and_rules_are_data(
    engine_build: EngineBuilder, shared: Path, engine: str
) -> None:
    """A platform, a host and an event in the vars; a pattern, an id and a reason."""
    made = engine_build(
        engine,
        SETTINGS,
        project=once(folder_of(shared, "quotes"), quoted),
        runs_tests=False,
        select="+fct_sessions +mart_quality__event_ledger",
    )
    assert made.is_green, made.said
    assert told(made, "fct_sessions", "visitor_id", "channel") == SESSIONS
    assert ("eve", "it's o'hare.example, \\ $us") in told(
        made, "fct_sessions", "visitor_id", "channel_reason"
    )
    assert told(made, "mart_quality__event_ledger", "received", "accepted", "bot") == [
        ("11", "10", "1")
    ]


@pytest.mark.parametrize(
    ("engine", "variable", "name", "said"),
    [
        pytest.param(
            "postgres",
            "FOOTFALL_POSTGRES_SCHEMA",
            "My {own} schema",
            None,
            marks=pytest.mark.long,
        ),
        pytest.param(
            "postgres",
            "FOOTFALL_POSTGRES_SCHEMA",
            "o's",
            "the schema o's has a quote in its name, which dbt cannot work with",
            marks=pytest.mark.long,
        ),
        # `make test` asks of quotes in settings and rules alone, above.
        pytest.param(
            "sail",
            "FOOTFALL_SPARK_SCHEMA",
            "my schema",
            "the schema my schema has a name that dbt cannot work with on Spark",
            marks=pytest.mark.long,
        ),
    ],
)
def test_a_schema_of_an_odd_name_is_one_or_is_refused(
    tmp_path: Path, engine: str, variable: str, name: str, said: str | None
) -> None:
    """Before dbt writes the name into SQL of its own."""
    if reason := ALL[engine].missing():
        pytest.skip(reason)
    made = build_on(
        ALL[engine],
        tmp_path,
        {},
        environment={variable: name},
        select="+int_events__classified",
    )
    assert made.is_green == (said is None), made.said
    assert said is None or said in " ".join(made.said.split())


RENAMED = "by the name of its file: give the file of FOOTFALL_DUCKDB_PATH another name"


@pytest.mark.long  # `make test` asks of quotes in settings and rules alone, above.
@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("main.duckdb", RENAMED),
        ("A-b {c}.d.duckdb", None),
        ("temp.duckdb", RENAMED),
        ("memory.duckdb", RENAMED),
        ("system.duckdb", RENAMED),
        (".duckdb", None),
        ("o's.duckdb", "has a quote in its name"),
    ],
)
def test_a_file_of_an_odd_name_is_a_database_or_is_refused(
    tmp_path: Path, file: str, said: str | None
) -> None:
    """By whatever name DuckDB calls it."""
    # In a process of its own: the name is in what dbt parsed, which others share.
    command = [sys.executable, "-c", "from dbt.cli.main import cli; cli()"]
    command += ["--no-use-colors", "seed", "--select", "device_codes"]
    command += ["--target-path", str(tmp_path / "target")]
    command += ["--log-path", str(tmp_path / "logs")]
    done = subprocess.run(
        command,
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "DO_NOT_TRACK": "1",
            "FOOTFALL_DUCKDB_PATH": str(tmp_path / file),
        },
    )
    told_so = " ".join(done.stdout.split())
    assert (done.returncode == 0) == (said is None), told_so
    assert said is None or said in told_so


def told(made: Built, name: str, *columns: str) -> list[tuple[str | None, ...]]:
    """What a mart says in these columns."""
    (relation,) = (each for each in made.relations if each.name == name)
    places = [list(relation.columns).index(each) for each in columns]
    return sorted(tuple(row[place] for place in places) for row in made.rows(name))
