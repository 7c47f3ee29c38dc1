"""footfall as a package of a project that has models, seeds and settings of its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest
from engines import needs_postgres
from harness import ROOT, Row

from parity.engines import postgres_cursor, postgres_started

HOST = ROOT / "tests" / "host"
OWN_RULE = "10,our_news,Display,,,^our_news$,,,,,,,,,,source {source} is ours\n"
LATE = "e4,ann,2026-05-04 10:20:00,page_view,https://shop.example/cart,,,\n"
SESSIONS = (
    "select visitor_id, started_at, channel, revenue"
    " from main_web_marts.fct_sessions order by started_at"
)


@dataclass(frozen=True)
class Host:
    """A copy of the host project with a database of its own."""

    folder: Path
    environment: Mapping[str, str]

    def dbt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run dbt as its people would, in its folder."""
        command = [str(Path(sys.executable).parent / "dbt"), *arguments]
        command += [] if arguments[0] == "deps" else ["--profiles-dir", "."]
        return subprocess.run(
            command,
            check=False,
            cwd=self.folder,
            env={**os.environ, **self.environment, "DO_NOT_TRACK": "1"},
            capture_output=True,
            text=True,
        )

    def built(self, *arguments: str) -> str:
        """Build all that the host has up to footfall's sessions; what dbt said."""
        done = self.dbt(
            "build",
            *("--select", "package:shop", "+footfall.marts.core.fct_sessions"),
            *("--exclude-resource-types", "test", "unit_test"),
            *arguments,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def rows(self, query: str) -> list[Row]:
        """Answer a query."""
        if self.environment["SHOP_TARGET"] == "postgres":
            with postgres_cursor(self.environment) as cursor:
                cursor.execute(query)
                return list(cursor.fetchall())
        with duckdb.connect(str(self.folder / "shop.duckdb")) as connection:
            return connection.execute(query).fetchall()

    def schemas(self) -> set[str]:
        """Those that hold anything."""
        query = (
            "select distinct table_schema from information_schema.tables"
            " where table_schema like 'main%'"
        )
        return {str(name) for (name,) in self.rows(query)}


@pytest.fixture(
    params=[
        "duckdb",
        # `make test` asks it of DuckDB.
        pytest.param("postgres", marks=[needs_postgres, pytest.mark.long]),
    ]
)
def host(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Host]:
    """The host project, with footfall installed from this checkout."""
    folder = tmp_path / "shop"
    shutil.copytree(HOST, folder)
    (folder / "packages.yml").write_text(f"packages:\n  - local: {ROOT}\n")
    with ExitStack() as stack:
        environment = {"SHOP_TARGET": request.param}
        if request.param == "postgres":
            environment |= stack.enter_context(postgres_started(tmp_path))
        made = Host(folder, environment)
        assert made.dbt("deps").returncode == 0
        yield made


def add(path: Path, line: str) -> None:
    """Write one more line."""
    text = path.read_text()
    path.write_text(text if text.endswith("\n") else f"{text}\n")
    with path.open("a") as file:
        file.write(line)


@pytest.mark.longest
def test_a_host_keeps_what_is_its_own(host: Host) -> None:
    """Schemas, an incremental model, vars, a metric, a time spine, models of our names.

    Its own models run before ours are there, and nothing of ours is written then. Ours
    read its model, go where it says, and are added to by later runs; the rules that it
    has in the place of ours count in the next run once they are edited.
    """
    own = ("--vars", "{shop_opened_on: 2021-02-03}")
    assert host.dbt("run", "--select", "orders_daily", *own).returncode == 0
    assert host.schemas() == {"main_shop"}
    host.built(*own)
    schemas = {"main", "main_shop", "main_web", "main_web_marts", "main_web_rules"}
    assert host.schemas() == schemas
    first = [(row[0], row[2]) for row in host.rows(SESSIONS)]
    assert first == [("ann", "Email"), ("bob", "Direct")]
    assert host.rows("select session_count from main_shop.sessions_told") == [(2,)]

    add(host.folder / "seeds" / "web_events.csv", LATE)
    add(host.folder / "seeds" / "channel_rules_custom.csv", OWN_RULE)
    said = host.built(*own)
    assert "since rules channel_rules_custom changed: " in said
    second = host.rows(SESSIONS)
    assert [(row[0], row[2]) for row in second] == [
        ("ann", "Display"),
        ("bob", "Direct"),
    ]
    host.built(*own, "--full-refresh")
    assert host.rows(SESSIONS) == second
    opened = "select ordered_on from main_shop.orders_daily"
    assert host.rows(opened) == [(date(2021, 2, 3),)]


def test_a_hosts_vars_are_its_own_unless_they_look_like_ours(host: Host) -> None:
    """A misspelt one would change nothing, and nobody would notice."""
    select = ("--select", "footfall.marts.core.fct_sessions")
    done = host.dbt("run", *select, "--vars", "{session_timout_minutes: 5}")
    assert done.returncode != 0
    assert "there is no var session_timout_minutes" in done.stdout
    assert host.schemas() == set()


def test_metrics_and_exposures_are_those_of_the_root_project(host: Host) -> None:
    """A host has its own, whose names may be ours."""
    kinds = ("metric", "semantic_model", "exposure")
    listed = host.dbt("--quiet", "ls", "--resource-types", *kinds)
    assert listed.returncode == 0, listed.stdout
    found = {line for line in listed.stdout.splitlines() if ":" in line}
    assert found == {"metric:shop.revenue", "semantic_model:shop.orders"}
