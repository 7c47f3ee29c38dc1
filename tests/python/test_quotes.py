"""A quote, a brace, a backslash or a blank in a setting, a rule or a name is data."""

import csv
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from engines import EngineBuilder
from harness import copy_project, folder_of, once

from parity.build import Built

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
    at(0, "fay", page_url="https://shop.example/?o'id=1"),
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
        "click_id_type": "o'id",
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
        "reason": "it's {source}, \\ ${us}",
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


@pytest.mark.parametrize(
    "engine",
    ["duckdb", "postgres", "sail", pytest.param("spark", marks=pytest.mark.long)],
)
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
    assert ("eve", "it's o'hare.example, \\ ${us}") in told(
        made, "fct_sessions", "visitor_id", "channel_reason"
    )
    assert told(made, "mart_quality__event_ledger", "received", "accepted", "bot") == [
        ("11", "10", "1")
    ]


def told(made: Built, name: str, *columns: str) -> list[tuple[str | None, ...]]:
    """What a mart says in these columns."""
    (relation,) = (each for each in made.relations if each.name == name)
    places = [list(relation.columns).index(each) for each in columns]
    return sorted(tuple(row[place] for place in places) for row in made.rows(name))
