"""Builds that the tests share: one per distinct input and session."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from engines import EngineBuilder, engine_builder
from harness import ROOT, Build, Builder, run_dbt
from playwright.sync_api import Browser, sync_playwright

from scripts.browser import launched
from simulator.demo import simulate_demo


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    """Build on demand, and never twice with equal arguments."""
    made: dict[str, Build] = {}

    def builder(
        settings: Mapping[str, object] | None = None,
        select: str | None = None,
        project: Path = ROOT,
        prepare: str | None = None,
        runs_tests: bool = False,
    ) -> Build:
        chosen = dict(settings or {})
        key = json.dumps(
            [chosen, select, str(project), prepare, runs_tests], sort_keys=True
        )
        if key not in made:
            folder = tmp_path_factory.mktemp("build")
            made[key] = run_dbt(folder, chosen, select, project, prepare, runs_tests)
        return made[key]

    return builder


@pytest.fixture(scope="session")
def demo(build: Builder) -> Build:
    """The demo, as it is cloned."""
    made = build()
    assert made.is_green, made.said
    return made


@pytest.fixture(scope="session")
def engine_build(tmp_path_factory: pytest.TempPathFactory) -> EngineBuilder:
    """Build on any engine, in a process of its own."""
    return engine_builder(tmp_path_factory)


@pytest.fixture(scope="session")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the demo's raw files and, below truth/, what they mean."""
    folder = tmp_path_factory.mktemp("truth")
    simulate_demo(folder)
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium of the system, for all: Playwright starts but once in a process."""
    with sync_playwright() as playwright:
        yield launched(playwright)
