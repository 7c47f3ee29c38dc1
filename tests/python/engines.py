"""Builds on the engines beside DuckDB, for tests; a missing engine skips its tests."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from parity.build import Built, build
from parity.engines import ALL, ROOT

EngineBuilder = Callable[..., Built]


def engine_builder(tmp_path_factory: pytest.TempPathFactory) -> EngineBuilder:
    """Build on demand, and never twice with equal arguments."""
    made: dict[str, Built] = {}

    def builder(
        engine: str,
        settings: Mapping[str, Any] | None = None,
        project: Path = ROOT,
        runs_tests: bool = True,
    ) -> Built:
        if reason := ALL[engine].missing():
            pytest.skip(reason)
        key = repr((engine, settings, project, runs_tests))
        if key not in made:
            folder = tmp_path_factory.mktemp(engine)
            made[key] = build(ALL[engine], folder, settings, runs_tests, project)
        return made[key]

    return builder
