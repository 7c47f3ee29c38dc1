"""Builds that the tests share: one per distinct input and session."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from engines import EngineBuilder, engine_builder, with_rows
from harness import (
    ROOT,
    Build,
    Builder,
    by_content,
    folder_of,
    has_seeds_of_the_project,
    one_source,
    run_dbt,
    write_parquet,
)
from nightly import Served, nightly
from playwright.sync_api import Browser, sync_playwright
from shop import Key, Table, persons_of, raw_of, sessions_of
from tiers import IS_ALL

from parity.parsing import once
from scripts.browser import launched
from scripts.test_runs import RUNS
from simulator.demo import simulate_demo

# What a source must have, be it read or not.
NEEDED = ["visitor_id", "occurred_at", "event_name"]


def pytest_configure(config: pytest.Config) -> None:
    """A folder for what dbt read of the project, which all workers share."""
    if "FOOTFALL_PARSED" not in os.environ:
        folder = tempfile.mkdtemp(prefix="footfall-parsed-")
        os.environ["FOOTFALL_PARSED"] = folder
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Of `make test` the tests of `make test-all` alone are no part.

    The longest come first, in each of the equal parts that workers begin with. Else one
    worker is left alone with a long one at the end.
    """
    if not IS_ALL:
        left_out = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    longest = [item for item in items if item.get_closest_marker("longest")]
    others = iter([item for item in items if item not in longest])
    ordered: list[pytest.Item] = []
    for worker in range(workers):
        size = (len(items) - len(ordered)) // (workers - worker)
        first = longest[worker::workers]
        ordered += first + list(islice(others, max(0, size - len(first))))
    items[:] = ordered + list(others)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
    exitstatus: int,
    config: pytest.Config,
) -> None:
    """Keep what a whole green run did, file by file, for CONTRIBUTING's table."""
    chosen = config.option
    is_whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not any(
        (chosen.keyword, chosen.markexpr, chosen.deselect, chosen.ignore)
    )
    if exitstatus != pytest.ExitCode.OK or chosen.collectonly or not is_whole:
        return
    files: dict[str, dict[str, float]] = {}
    for outcome, reports in terminalreporter.stats.items():
        for report in reports if outcome in ("", "passed", "failed") else ():
            name = Path(report.nodeid.split("::")[0]).name
            found = files.setdefault(name, {"tests": 0, "seconds": 0})
            found["tests"] += report.when == "call"
            found["seconds"] += report.duration
    RUNS.mkdir(parents=True, exist_ok=True)
    (RUNS / f"{'all' if IS_ALL else 'quick'}.json").write_text(
        json.dumps(files, indent=1)
    )


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run have in common."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"


def seeds_for(shared: Path, settings: Mapping[str, Any], project: Path) -> Path | None:
    """A database of the seeds alone, for builds that do not change them."""
    sources = settings.get("sources", {"demo": {"preset": "demo"}})
    try:
        is_demo = any(source["preset"] == "demo" for source in sources.values())
    except (AttributeError, TypeError, KeyError):
        return None
    if not has_seeds_of_the_project(project):
        return None

    def load(folder: Path) -> Build:
        event = dict.fromkeys(NEEDED)
        none = write_parquet(folder / "events.parquet", [event])
        alike = {} if is_demo else one_source(none, NEEDED)
        return run_dbt(folder, alike, "resource_type:seed tag:gate", ROOT)

    loaded = once(folder_of(shared, "seeds", is_demo), load)
    assert loaded.is_green, loaded.said
    return loaded.database


@pytest.fixture(scope="session")
def build(shared: Path) -> Builder:
    """Build on demand, and never twice with equal arguments, whichever worker asks."""

    def builder(
        settings: Mapping[str, object] | None = None,
        select: str | None = None,
        project: Path = ROOT,
        prepare: str | None = None,
        runs_tests: bool = False,
        exclude: str | None = None,
        is_first: bool = False,
    ) -> Build:
        chosen = dict(settings or {})
        return once(
            folder_of(
                shared,
                by_content(chosen),
                select,
                project,
                prepare,
                runs_tests,
                exclude,
                is_first,
            ),
            lambda folder: run_dbt(
                folder,
                chosen,
                select,
                project,
                prepare,
                runs_tests,
                exclude=exclude,
                seeds=None if is_first else seeds_for(shared, chosen, project),
            ),
        )

    return builder


@pytest.fixture(scope="session")
def served(shared: Path) -> Served:
    """The demo, as it is cloned, built with its data tests and published."""
    return once(folder_of(shared, "nightly"), nightly)


@pytest.fixture(scope="session")
def demo(served: Served) -> Build:
    """That build's own database."""
    assert served.code == 0, served.lines[-2:]
    return Build(served.folder, True, "")


@pytest.fixture(scope="session")
def engine_build(shared: Path, request: pytest.FixtureRequest) -> EngineBuilder:
    """Build on any engine, in a process of its own."""
    return engine_builder(shared, lambda: with_rows(request.getfixturevalue("demo")))


@pytest.fixture(scope="session")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the demo's raw files and, below truth/, what they mean."""
    folder = tmp_path_factory.mktemp("truth")
    simulate_demo(folder)
    return folder


@pytest.fixture(scope="module")
def raw(truth: Path) -> Table:
    """Raw events, each with its truth."""
    return raw_of(truth)


@pytest.fixture(scope="module")
def sessions(truth: Path) -> dict[str, dict[str, Any]]:
    """True sessions by the simulator's name for them."""
    return sessions_of(truth)


@pytest.fixture(scope="module")
def persons(raw: Table, sessions: dict[str, dict[str, Any]]) -> dict[Key, str]:
    """Who is behind each session."""
    return persons_of(raw, sessions)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium of the system, for all: Playwright starts but once in a process."""
    with sync_playwright() as playwright:
        yield launched(playwright)
