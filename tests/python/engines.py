"""Builds on the engines beside DuckDB, for tests; a missing engine skips its tests."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from harness import Build, folder_of

from parity.build import Built, build, write_rows
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

needs_postgres = pytest.mark.skipif(
    postgres_missing() is not None, reason=str(postgres_missing())
)


def with_rows(demo: Build) -> Built:
    """The demo's build on DuckDB, once its marts are written down for a comparison."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOOTFALL_DUCKDB_PATH", str(demo.database))
        write_rows(demo.folder, "duckdb")
    return Built("duckdb", demo.folder, demo.said, demo.is_green, 0)


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
        return once(
            folder_of(shared, engine, settings, project, runs_tests, select),
            lambda folder: build(
                ALL[engine], folder, settings, runs_tests, project, select=select
            ),
        )

    return builder
