"""Whose a relation or a file is: a run touches footfall's own alone."""

import os
import subprocess
from pathlib import Path

import pytest
from harness import ROOT, Build, copy_project, run_dbt

from parity.engines import ALL

# Seeds alone: what is asked here is asked before the first of them is loaded.
SEEDS = "channels device_codes"
STOPPED = (
    "footfall: the schema main holds channels, fct_sessions, which footfall did not"
    " build there and would replace: use a schema or a database of its own for it."
)


def seeded(folder: Path, prepare: str) -> Build:
    """A run of two seeds in a database in which there is something already."""
    return run_dbt(folder, {}, SEEDS, ROOT, prepare)


def test_what_others_made_under_our_names_is_not_replaced(tmp_path: Path) -> None:
    """Neither a table nor a view, of a model or of a seed; and nothing is added."""
    made = seeded(
        tmp_path,
        "create table fct_sessions as select 42 as answer;"
        "create view channels as select 7 as answer;"
        "create table customers as select 1 as answer",
    )
    assert not made.is_green
    assert STOPPED in made.said
    assert made.relations() == ["channels", "customers", "fct_sessions"]
    assert made.rows("from fct_sessions union all from channels") == [(42,), (7,)]


def test_a_sentence_names_three_of_many(tmp_path: Path) -> None:
    """With the number of the others: nobody reads forty names."""
    names = ["funnels", "channels", "dim_visitors", "raw_events", "fct_events"]
    made = seeded(
        tmp_path, ";".join(f"create table {name} as select 1 as one" for name in names)
    )
    assert (
        "the schema main holds channels, dim_visitors, fct_events and 2 more, which"
    ) in made.said


# `make test` asks of empty databases by all builds, and of no other names.
@pytest.mark.long
def test_other_names_and_an_empty_database_are_no_obstacle(tmp_path: Path) -> None:
    """Tables of one's own may stand beside footfall's, in that run and the next."""
    made = seeded(tmp_path, "create table customers as select 1 as answer")
    assert made.is_green, made.said
    again = seeded(tmp_path, "drop table if exists funnels")
    assert again.is_green, again.said
    assert made.value("select answer from customers") == 1


@pytest.mark.parametrize(
    ("columns", "is_ours"),
    [
        ("'x' as definition_hash", True),
        ("'x' as visitor_id", False),
        # A copy that was published is no place to build in.
        ("'x' as definition_hash, 'y' as build_id", False),
    ],
)
def test_what_an_earlier_version_built_is_ours(
    tmp_path: Path, columns: str, is_ours: bool
) -> None:
    """Where it kept no states its rows say by which definition they were made."""
    made = seeded(
        tmp_path,
        f"create table dim_visitors as select {columns};"
        "create table channels as select 1 as one",
    )
    stopped = "schema main holds channels, dim_visitors, which footfall did not build"
    assert (stopped in made.said) == (not is_ours)


FORGOTTEN = """
{% macro forget_states() -%}
    {%- do run_query('drop table ' ~ states_relation()) -%}
{%- endmacro %}
"""


@pytest.mark.parametrize(
    "engine",
    [
        # `make test` asks DuckDB alone, by the tests above.
        pytest.param("sail", marks=pytest.mark.long),
        pytest.param("postgres", marks=pytest.mark.long),
        pytest.param("spark", marks=pytest.mark.long),
    ],
)
def test_every_engine_marks_its_schema(tmp_path: Path, engine: str) -> None:
    """With the mark a second run goes on; without it the seeds are anybody's."""
    project = copy_project(tmp_path)
    dbt = [str(ALL[engine].python), "-c", "from dbt.cli.main import cli; cli()"]
    (project / "macros" / "forgotten.sql").write_text(FORGOTTEN)
    if reason := ALL[engine].missing():
        pytest.skip(reason)
    (tmp_path / engine).mkdir()
    with ALL[engine].started(tmp_path / engine) as environment:

        def said(command: str, *arguments: str) -> tuple[int, str]:
            done = subprocess.run(
                [*dbt, command, *arguments, "--project-dir", str(project)],
                check=False,
                cwd=project,
                capture_output=True,
                text=True,
                env={**os.environ, **environment, "DO_NOT_TRACK": "1"},
            )
            return done.returncode, " ".join(done.stdout.split())

        for _ in range(2):
            code, text = said("seed", "--select", SEEDS)
            assert code == 0, text
        code, text = said("run-operation", "forget_states")
        assert code == 0, text
        code, text = said("seed", "--select", SEEDS)
        assert code != 0, text
        assert "holds channels, device_codes, which footfall did not build" in text
