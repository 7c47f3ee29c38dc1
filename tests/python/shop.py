"""What the simulator says of a shop, read from its files by plain loops."""

import csv
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

Table = list[dict[str, Any]]
Key = tuple[str, datetime]
"""A session by its visitor and start: what its id is made of."""


def read(path: Path) -> Table:
    """Rows of a CSV file; empty is null."""
    with path.open(newline="") as file:
        return [
            {name: value or None for name, value in row.items()}
            for row in csv.DictReader(file)
        ]


def at(text: str) -> datetime:
    """A time that must be one."""
    return datetime.fromisoformat(text)


def raw_of(folder: Path) -> Table:
    """Raw events, each with its truth."""
    return [
        {
            **event,
            "true_at": true["true_occurred_at"],
            "reason": true["rejection_reason"],
            "session_id": true["session_id"],
        }
        for event, true in zip(
            read(folder / "raw_events.csv"),
            read(folder / "truth" / "events.csv"),
            strict=True,
        )
    ]


def sessions_of(folder: Path) -> dict[str, dict[str, Any]]:
    """True sessions by the simulator's name for them, each with its key."""
    return {
        row["session_id"]: {**row, "key": (row["visitor_id"], at(row["started_at"]))}
        for row in read(folder / "truth" / "sessions.csv")
    }


def persons_of(raw: Table, sessions: dict[str, dict[str, Any]]) -> dict[Key, str]:
    """Who is behind each session, as far as its events alone can tell."""
    accepted = [row for row in raw if row["reason"] is None]
    users: dict[str, set[str]] = defaultdict(set)
    seen: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in accepted:
        if row["user_id"]:
            users[row["visitor_id"]].add(row["user_id"])
            if row["session_id"]:
                order = (at(row["true_at"]), at(row["received_at"]), row["event_id"])
                seen[row["session_id"]].append((*order, row["user_id"]))
    return {
        session["key"]: min(seen[name])[-1]
        if seen[name]
        else next(iter(users[visitor]))
        if len(users[visitor]) == 1
        else visitor
        for name, session in sessions.items()
        for visitor in [session["visitor_id"]]
    }
