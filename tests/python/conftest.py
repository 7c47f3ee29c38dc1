"""Builds that the tests share: one per distinct input and session."""

import os
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

import pytest
from engines import EngineBuilder, engine_builder
from harness import ROOT, Build, Builder, folder_of, once, run_dbt
from playwright.sync_api import Browser, sync_playwright

from scripts.browser import launched
from simulator.demo import simulate_demo


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests first, in each of the equal parts that workers begin with.

    Else one worker is left alone with a long one at the end.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    longest = [item for item in items if item.get_closest_marker("longest")]
    others = iter([item for item in items if item not in longest])
    ordered: list[pytest.Item] = []
    for worker in range(workers):
        size = (len(items) - len(ordered)) // (workers - worker)
        first = longest[worker::workers]
        ordered += first + list(islice(others, max(0, size - len(first))))
    items[:] = ordered + list(others)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run have in common."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"


@pytest.fixture(scope="session")
def build(shared: Path) -> Builder:
    """Build on demand, and never twice with equal arguments, whichever worker asks."""

    def builder(
        settings: Mapping[str, object] | None = None,
        select: str | None = None,
        project: Path = ROOT,
        prepare: str | None = None,
        runs_tests: bool = False,
    ) -> Build:
        chosen = dict(settings or {})
        return once(
            folder_of(shared, chosen, select, project, prepare, runs_tests),
            lambda folder: run_dbt(
                folder, chosen, select, project, prepare, runs_tests
            ),
        )

    return builder


@pytest.fixture(scope="session")
def demo(build: Builder) -> Build:
    """The demo, as it is cloned."""
    made = build()
    assert made.is_green, made.said
    return made


@pytest.fixture(scope="session")
def engine_build(shared: Path) -> EngineBuilder:
    """Build on any engine, in a process of its own."""
    return engine_builder(shared)


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
