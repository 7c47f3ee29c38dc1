"""What a source passes through: with its events, first of its sessions, in columns."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from engines import OTHER_ENGINES, EngineBuilder
from harness import ROOT, Build, folder_of, parse, run_dbt, write_parquet
from trackers import project_with

from parity.parsing import once, parsed_sources

Event = dict[str, object]

ODD = 'it\'s "a.b"/c~d'
POINTED = "site.section of"
# Sail writes a view down without the quotes around its columns' names.
ON_SAIL = "site_section"
SIGNS = 'a "quote", a \\, \u00fc\nand a page\x0c.'
COLUMNS = {
    "event_id": "id",
    "visitor_id": "cookie",
    "occurred_at": "moment",
    "received_at": "seen",
    "event_name": "what",
    "platform": "platform",
    "analytics_consent": "consent",
}
SELECT = "+fct_events_unpacked +fct_sessions_unpacked +dim_visitors +dim_pages"
SELECT += " +mart_quality__rejected_events"
SESSIONS = f"""
    select visitor_id, properties, property_plan,
        "property_{ODD.replace('"', '""')}", "property_größe"
    from fct_sessions_unpacked
    order by visitor_id
"""


def event(
    event_id: str, cookie: str, at: str, seen: str | None = None, **other: object
) -> Event:
    """A page view of a day, by its time, which arrived at once or later."""
    return {
        "id": event_id,
        "cookie": cookie,
        "moment": f"2026-05-04 {at}",
        "seen": f"2026-05-04 {seen or at}",
        "what": "page_view",
        "platform": "web",
        "consent": None,
        "plan": None,
        "section": None,
        "size": None,
        **other,
    }


WEB = [
    # Of two at one moment the one that arrived first is the first.
    event("a1", "ann", "10:00:00", "10:00:02", plan="free"),
    event("a2", "ann", "10:00:00", "10:00:01", plan="trial", section=SIGNS),
    event("a3", "ann", "10:10:00", plan="pro", size="xl"),
    # A server's call begins no session.
    event("a0", "ann", "09:59:00", platform="server", plan="called"),
    event("b1", "bob", "11:00:00"),
    event("d1", "dan", "12:00:00", plan="secret", consent="denied"),
]
APP = [event("c1", "cas", "10:00:00", plan="gold")]
PLAIN = [event("e1", "eve", "10:00:00", plan="unasked")]
LATER = [
    # Late: what was the first event is not.
    event("a9", "ann", "09:58:00", "18:00:00", plan="early"),
    event("b2", "bob", "11:05:00", "18:00:00", plan="pro"),
    event("d2", "dan", "12:05:00", "18:00:00", plan="secret"),
    event("f1", "flo", "13:00:00", "18:00:00", plan="pro"),
]
FIRST_SESSIONS = [
    ("ann", "trial", SIGNS.replace("\x0c", " "), None),
    ("bob", None, None, None),
    ("cas", "GOLD", None, None),
    ("eve", None, None, None),
]


def settings(places: Mapping[str, str]) -> dict[str, Any]:
    """Three sources, of which two pass columns through, one of them as it spells it."""
    passed: Mapping[str, object] = {
        "web": {"plan": "plan", ODD: "section", "Größe": "size"},
        "app": {"PLAN": "upper(plan)"} | {"Größe": "size"},
        "plain": None,
    }
    return {
        "sources": {
            name: {
                "preset": "columns",
                "events": place,
                "columns": COLUMNS,
                "passthrough": passed[name],
            }
            for name, place in places.items()
        }
    }


def built(
    folder: Path, rows: Mapping[str, Sequence[Event]], is_first: bool, *flags: str
) -> Build:
    """Build from what the sources have now."""
    places = {
        name: str(write_parquet(folder / f"{name}.parquet", rows[name]))
        for name in rows
    }
    made = run_dbt(
        folder, settings(places), SELECT, ROOT, loads_seeds=is_first, flags=flags
    )
    assert made.is_green, made.said
    return made


def holding(made: Build, layer: str, text: str) -> list[str]:
    """The relations of a layer that have a text anywhere."""
    there = set(made.relations())
    names = [
        node["name"]
        for node in made.manifest()["nodes"].values()
        if node["resource_type"] == "model"
        and node["fqn"][1] == layer
        and node["name"] in there
    ]
    return [
        name
        for name in names
        if made.value(
            f"select count(*) from {name} as each"
            f" where cast(each as varchar) like '%{text}%'"
        )
    ]


def test_passed_columns_come_with_events_and_the_first_of_sessions(
    tmp_path: Path,
) -> None:
    """In JSON and, beside the facts, in columns, whatever the names and values.

    What is passed through of a visitor who denies is in no mart. A later run has the
    same as a first one would: an event that comes late may be the first.
    """
    rows = {"web": WEB, "app": APP, "plain": PLAIN}
    made = built(tmp_path, rows, is_first=True)
    found = made.rows(SESSIONS)
    assert [(row[0], *row[2:]) for row in found] == FIRST_SESSIONS
    texts = {row[0]: row[1] for row in found}
    assert texts["bob"] == "{}"
    assert texts["cas"] == '{"PLAN": "GOLD"}'
    assert texts["eve"] is None
    assert made.rows(
        "select event_id, property_plan, property_größe from fct_events_unpacked"
        " order by event_id"
    ) == [
        ("a0", "called", None),
        ("a1", "free", None),
        ("a2", "trial", None),
        ("a3", "pro", "xl"),
        ("b1", None, None),
        ("c1", "GOLD", None),
        ("e1", None, None),
    ]
    # Of the first event, as the definition says.
    difference = (
        "select session_id, properties from fct_sessions except all"
        " select session_id, properties from fct_events where event_number = 1"
    )
    assert made.rows(difference) == []
    assert holding(made, "marts", "secret") == []
    assert "int_events__logged" in holding(made, "intermediate", "secret")

    later = built(tmp_path, {**rows, "web": [*WEB, *LATER]}, is_first=False)
    assert [(row[0], row[2]) for row in later.rows(SESSIONS)] == [
        ("ann", "early"),
        ("bob", None),
        ("cas", "GOLD"),
        ("eve", None),
        ("flo", "pro"),
    ]
    assert later.rows(difference) == []
    assert holding(later, "marts", "secret") == []


@pytest.mark.long  # `make test` asks two runs of one, above.
def test_an_increment_passes_through_what_a_full_refresh_does(tmp_path: Path) -> None:
    """Sessions and events, with who said no in between; again where nothing came."""
    rows = {"web": WEB, "app": APP, "plain": PLAIN}
    built(tmp_path, rows, is_first=True)
    denied = event("b3", "bob", "11:20:00", "19:00:00", consent="denied")
    rows = {**rows, "web": [*WEB, *LATER, denied]}
    asked = f"{SESSIONS}; from fct_events_unpacked order by source_name, event_id"
    answers = [
        [built(tmp_path, rows, False, *flags).rows(sql) for sql in asked.split(";")]
        for flags in ((), (), ("--full-refresh",))
    ]
    assert answers[0] == answers[1] == answers[2]
    assert "bob" not in {row[0] for row in answers[0][0]}


def test_the_views_are_there_where_any_source_passes_columns_through() -> None:
    """The demo passes none. No column of the facts could be taken for one of theirs."""
    manifest = parse(ROOT, parsed_sources({}))
    assert manifest
    views = {f"model.footfall.fct_{name}_unpacked" for name in ("events", "sessions")}
    assert views <= manifest.disabled.keys()
    for name in ("events", "sessions"):
        columns = manifest.nodes[f"model.footfall.fct_{name}"].columns
        assert "properties" in columns
        assert not any(column.startswith("property_") for column in columns)


def project_of(folder: Path, name: str) -> Path:
    """The project over tables of these events; a view calls an odd name plainly."""
    tables = {
        # A table has the columns that any of its rows fills.
        source: [
            row | {"consent": row["consent"] or "unknown", "size": "m", "section": "s"}
            for row in rows
        ]
        for source, rows in {"web": WEB, "app": APP, "plain": PLAIN}.items()
    }
    project_with(folder, {"raw": tables})
    core = folder / "models" / "marts" / "core"
    path = core / "fct_sessions_unpacked.sql"
    macro = "quoted_name('property_' ~ odd_name())"
    path.write_text(
        path.read_text().replace(
            "select * from unpacked",
            f"select *, {{{{ {macro} }}}} as odd from unpacked",
        )
    )
    (folder / "macros" / "odd_name.sql").write_text(
        "{% macro odd_name() %}{{ return(" + repr(name) + ") }}{% endmacro %}"
    )
    path = core / "_core__models.yml"
    head, found, rest = path.read_text().partition("  - name: fct_sessions_unpacked\n")
    columns = "".join(
        f"      - {{name: {column}, data_type: text, description: Passed through.}}\n"
        for column in ("visitor_id", "property_plan", "odd")
    )
    rest = rest.replace("    columns:\n", f"    columns:\n{columns}", 1)
    path.write_text(head + found + rest)
    return folder


@pytest.mark.parametrize("engine", ["duckdb", *OTHER_ENGINES])
@pytest.mark.long  # `make test` asks DuckDB, above.
def test_every_engine_unpacks_alike(
    shared: Path, engine_build: EngineBuilder, engine: str
) -> None:
    """By a name with a point and blanks, and with values that JSON has to escape."""
    name = ON_SAIL if engine == "sail" else POINTED
    project = once(
        folder_of(shared, "passing columns through", name),
        lambda folder: project_of(folder, name),
    )
    vars_ = settings({source: f"raw.{source}" for source in ("web", "app", "plain")})
    passed = {"web": {"plan": "plan", name: "plan || '\"'"}, "app": {"PLAN": "'GOLD'"}}
    for source, columns in passed.items():
        vars_["sources"][source]["passthrough"] = columns
    made = engine_build(engine, vars_, project=project, runs_tests=False, select=SELECT)
    assert made.is_green, made.said
    rows = {row[0]: row[1:3] for row in made.rows("fct_sessions_unpacked")}
    assert rows == {
        "ann": ("trial", 'trial"'),
        "bob": (None, None),
        "cas": ("GOLD", None),
        "eve": (None, None),
    }
