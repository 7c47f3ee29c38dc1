"""Sources of several presets in one build, from tables: on every engine the same."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import test_presets_posthog as posthog
import test_presets_segment as segment
import test_presets_shopify_orders as shopify
from engines import OTHER_ENGINES, EngineBuilder
from harness import folder_of
from trackers import SELECT, project_with

from parity.parsing import once

BROKEN = [
    posthog.web(f"b{number}", "click", f"broken {number}", "10:00:00")
    | {"properties": text}
    for number, text in enumerate(posthog.BROKEN)
]
PERSONS = [
    {"distinct_id": "u-42", "person_id": "P1", "version": 1},
    {"distinct_id": "u-42", "person_id": "P0", "version": 0},
]
TABLES = {
    "segment_web": segment.TABLES,
    "posthog": {"events": [*posthog.EVENTS, *BROKEN], "persons": PERSONS},
    "shopify": shopify.TABLES,
}


def settings() -> Mapping[str, Any]:
    """One source of each, and one more."""
    sources = (
        segment.settings("segment_web.*", passthrough=["items"])["sources"]
        | posthog.settings("posthog.events")["sources"]
        | shopify.settings("shopify.*")["sources"]
    )
    merged = sources["product"] | {"persons": "posthog.persons"}
    return {"sources": sources | {"merged": merged}}


@pytest.fixture(scope="session")
def project(shared: Path) -> Path:
    """The project over these tables."""
    return once(
        folder_of(shared, "tables of trackers"),
        lambda folder: project_with(folder, TABLES),
    )


@pytest.mark.parametrize("engine", OTHER_ENGINES)
def test_the_marts_are_equal_on_every_engine(
    engine: str,
    engine_build: EngineBuilder,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those of DuckDB, which the tests of each preset hold to figures by hand.

    Postgres is led to use its parallel workers, as it does for large tables.
    """
    free = (
        "parallel_setup_cost",
        "parallel_tuple_cost",
        "min_parallel_table_scan_size",
    )
    monkeypatch.setenv("PGOPTIONS", " ".join(f"-c {name}=0" for name in free))
    built = engine_build(engine, settings(), project, False, SELECT + " +fct_events")
    one = engine_build("duckdb", settings(), project, False, SELECT + " +fct_events")
    assert one.is_green, one.said
    assert built.is_green, built.said
    for mart in (
        "fct_events",
        "fct_sessions",
        "fct_conversions",
        "fct_reversals",
        "fct_page_views",
        "mart_quality__event_ledger",
    ):
        rows = sorted(built.rows(mart), key=str)
        assert rows
        assert rows == sorted(one.rows(mart), key=str), mart
    columns = next(
        list(relation.columns)
        for relation in built.relations
        if relation.name == "fct_conversions"
    )
    sold = [
        (row[columns.index("source_name")], Decimal(row[columns.index("revenue")] or 0))
        for row in built.rows("fct_conversions")
    ]
    assert sorted(sold) == [
        ("merged", Decimal("49.9")),
        *[("shop", Decimal(amount)) for amount in (10, 40, 80, 120)],
        ("site", Decimal(20)),
        ("site", Decimal(100)),
    ]
