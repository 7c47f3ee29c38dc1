"""The demo on Postgres, on a server that is started for it."""

import shutil
from pathlib import Path

import pytest
from engines import EngineBuilder
from harness import generic

from parity import engines
from parity.engines import ALL, postgres_missing, postgres_started


@pytest.mark.longest
def test_the_demo_builds_with_all_its_tests(engine_build: EngineBuilder) -> None:
    """Every model, unit test and data test, without a warning."""
    built = engine_build("postgres")
    assert built.is_green, built.said
    assert built.said == ""
    assert set(built.results.values()) <= {"success", "pass", "no-op"}


def test_a_file_as_input_is_refused_in_a_sentence(engine_build: EngineBuilder) -> None:
    """The server could not see it."""
    columns = ["visitor_id", "occurred_at", "event_name"]
    built = engine_build("postgres", generic("events.parquet", columns))
    assert not built.is_green
    said = "'events.parquet' is a file, and files are read on DuckDB alone"
    assert said in built.said


@pytest.mark.skipif(postgres_missing() is not None, reason=str(postgres_missing()))
def test_the_server_is_gone_even_after_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No process and no folder stays behind."""
    folders: list[Path] = []
    remember = shutil.rmtree

    def removed(path: Path, ignore_errors: bool) -> None:
        folders.append(Path(path))
        assert not (Path(path) / "data" / "postmaster.pid").exists()
        remember(path, ignore_errors=ignore_errors)

    monkeypatch.setattr(shutil, "rmtree", removed)
    with pytest.raises(ZeroDivisionError), postgres_started(tmp_path):
        raise ZeroDivisionError
    assert [folder.exists() for folder in folders] == [False]


def test_a_missing_server_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With what to install."""
    monkeypatch.setattr(engines, "postgres_programs", lambda: None)
    assert "apt-get install postgresql" in str(ALL["postgres"].missing())
