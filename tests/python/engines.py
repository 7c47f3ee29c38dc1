"""Builds on the engines beside DuckDB, for tests; a missing engine skips its tests."""

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from harness import CHAIN, Build, folder_of
from tiers import IS_ALL

from parity.build import Built, build, build_on, write_rows
from parity.engines import ALL, ROOT, postgres_missing
from parity.parsing import once

EngineBuilder = Callable[..., Built]

# `make test` asks the demo of every engine, by the comparison of all marts, and other
# inputs of DuckDB alone.
OTHER_ENGINES = [
    pytest.param("postgres", marks=pytest.mark.long),
    pytest.param("sail", marks=pytest.mark.long),
    pytest.param("spark", marks=pytest.mark.long),
]
EVERY_ENGINE = ["duckdb", *OTHER_ENGINES]
# What the demo's tracker has delivered by and by: of a few rows nobody heard at first,
# though they were received in time.
DELIVERIES = [
    "received_at < '2026-08-26' and event_id >= '1'",
    "received_at < '2026-08-28'",
]
SQL_ON_SAIL = """
import sys
from pyspark.sql import SparkSession
session = SparkSession.builder.getOrCreate()
for statement in sys.argv[1:]:
    session.sql(statement)
"""

needs_postgres = pytest.mark.skipif(
    postgres_missing() is not None, reason=str(postgres_missing())
)


def with_rows(demo: Build) -> Built:
    """The demo's build on DuckDB, once its marts are written down for a comparison."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOOTFALL_DUCKDB_PATH", str(demo.database))
        write_rows(demo.folder, "duckdb")
    return Built("duckdb", demo.folder, demo.said, demo.is_green, 0)


def on_sail(environment: Mapping[str, str], *statements: str) -> None:
    """Run statements in the session that dbt builds in."""
    subprocess.run(
        [str(ALL["sail"].python), "-c", SQL_ON_SAIL, *statements],
        check=True,
        env={**os.environ, **environment},
    )


def in_batches(folder: Path) -> Built:
    """The demo on Sail in three deliveries; the last is built with all tests."""
    engine = ALL["sail"]
    with engine.started(folder) as environment:
        loaded = build_on(
            engine, environment, folder, select="resource_type:seed tag:gate"
        )
        assert loaded.is_green, loaded.said
        on_sail(
            environment,
            "create table footfall.all_events using iceberg as"
            " select * from footfall.raw_events",
        )
        for delivered in DELIVERIES:
            on_sail(
                environment,
                "create or replace table footfall.raw_events using iceberg as"
                f" select * from footfall.all_events where {delivered}",
            )
            built = build_on(
                engine,
                environment,
                folder,
                exclude=CHAIN if IS_ALL else f"{CHAIN} mart_*",
                loads_seeds=False,
            )
            assert built.is_green, built.said
        return build_on(
            engine,
            environment,
            folder,
            runs_tests=True,
            # Unit tests `make test` asks of Postgres.
            exclude=None if IS_ALL else "resource_type:unit_test",
        )


def engine_builder(shared: Path, demo: Callable[[], Built]) -> EngineBuilder:
    """Build on demand, and never twice with equal arguments, whichever worker asks.

    The demo on DuckDB is the one that other tests have.
    """

    def builder(
        engine: str,
        settings: Mapping[str, Any] | None = None,
        project: Path = ROOT,
        runs_tests: bool = True,
        select: str | None = None,
    ) -> Built:
        if reason := ALL[engine].missing():
            pytest.skip(reason)
        if (engine, settings, project) == ("duckdb", None, ROOT):
            return once(folder_of(shared, "rows of the demo"), lambda _: demo())
        if (engine, settings, project, select) == ("sail", None, ROOT, None):
            return once(folder_of(shared, "the demo on Sail"), in_batches)
        return once(
            folder_of(shared, engine, settings, project, runs_tests, select),
            lambda folder: build(
                ALL[engine], folder, settings, runs_tests, project, select=select
            ),
        )

    return builder
