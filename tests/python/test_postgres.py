"""The demo on Postgres, on a server that is started for it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from engines import EngineBuilder, needs_postgres
from harness import copy_project, one_source

from parity import engines
from parity.engines import ALL, postgres_cursor, postgres_started


@pytest.mark.longest
def test_the_demo_builds_with_all_its_tests(engine_build: EngineBuilder) -> None:
    """Every model, unit test and data test, without a warning."""
    built = engine_build("postgres")
    assert built.is_green, built.said
    assert built.said == ""
    assert set(built.results.values()) <= {"success", "pass", "no-op"}


@pytest.mark.long  # `make test` asks nothing of files on Postgres.
def test_a_file_as_input_is_refused_in_a_sentence(engine_build: EngineBuilder) -> None:
    """The server could not see it."""
    columns = ["visitor_id", "occurred_at", "event_name"]
    built = engine_build("postgres", one_source("events.parquet", columns))
    assert not built.is_green
    assert "names the file events.parquet" in built.said
    assert "files are read on DuckDB alone" in built.said


@pytest.mark.long  # `make test` asks nothing of how the server plans.
@needs_postgres
def test_a_model_is_planned_by_statistics_and_without_loops(tmp_path: Path) -> None:
    """Else it reads page views once for each of them, and a million never end."""
    project = copy_project(tmp_path)
    # What is not read for one model need not be parsed.
    for name in ("marts", "semantic"):
        shutil.rmtree(project / "models" / name)
    for pattern in ("exposures*.yml", "*unit_tests.yml"):
        for path in (project / "models").rglob(pattern):
            path.unlink()
    model = project / "models" / "intermediate" / "planned.sql"
    model.write_text(
        "{{ config(materialized='incremental') }}"
        " select current_setting('enable_nestloop') as loops,"
        " current_setting('jit') as compilation"
        " {% if is_incremental() %}"
        " from generate_series(1, 9) where (select count(*) from {{ this }}) = 1"
        " {% endif %}"
    )
    command = [str(Path(sys.executable).parent / "dbt"), "--quiet", "run"]
    command += ["--profiles-dir", ".", "--select", "planned"]
    with postgres_started(tmp_path) as environment:
        # Below zero rows are expected of a table that was never analyzed. The last run
        # brings nothing.
        for expected_rows, expected_analyses in ((1, 1), (10, 2), (10, 2)):
            subprocess.run(
                command,
                cwd=project,
                env=os.environ | environment | {"FOOTFALL_POSTGRES_SCHEMA": "footfall"},
                check=True,
            )
            with postgres_cursor(environment) as cursor:
                cursor.execute(
                    "select distinct loops, compilation from footfall.planned"
                )
                assert cursor.fetchall() == [("off", "off")]
                cursor.execute(
                    "select reltuples from pg_class where relname = 'planned'"
                )
                assert cursor.fetchall() == [(expected_rows,)]
                cursor.execute(
                    "select analyze_count from pg_stat_user_tables"
                    " where relname = 'planned'"
                )
                assert cursor.fetchall() == [(expected_analyses,)]


@needs_postgres
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
