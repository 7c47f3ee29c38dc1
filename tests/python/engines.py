"""Builds on the engines beside DuckDB, for tests; a missing engine skips its tests."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from harness import folder_of, once

from parity.build import Built, build
from parity.engines import ALL, ROOT, postgres_missing

EngineBuilder = Callable[..., Built]

needs_postgres = pytest.mark.skipif(
    postgres_missing() is not None, reason=str(postgres_missing())
)


def engine_builder(shared: Path) -> EngineBuilder:
    """Build on demand, and never twice with equal arguments, whichever worker asks."""

    def builder(
        engine: str,
        settings: Mapping[str, Any] | None = None,
        project: Path = ROOT,
        runs_tests: bool = True,
        select: str | None = None,
    ) -> Built:
        if reason := ALL[engine].missing():
            pytest.skip(reason)
        return once(
            folder_of(shared, engine, settings, project, runs_tests, select),
            lambda folder: build(
                ALL[engine], folder, settings, runs_tests, project, select=select
            ),
        )

    return builder
