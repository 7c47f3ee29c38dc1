"""A build that dies leaves nothing to repair, and two at once do not mix."""

import csv
import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import duckdb
import pytest
from engines import needs_postgres
from harness import copy_project
from test_incremental import BOOKKEEPING, BOOKS, passing_models
from tiers import IS_ALL, TRIALS

from parity.engines import postgres_cursor, postgres_started

# What a run on Postgres says of another one that is still at work.
OTHER_RUN = "another run writes to the schema"
SESSIONS = "models/intermediate/sessions/int_sessions__aggregated.sql"
# Enough of the project where it is not what it makes that counts.
TO_SESSIONS = ("--select", "+fct_sessions")
# What is built in part here: everything, or in `make test` what all else is made of.
WHOLE = () if IS_ALL else TO_SESSIONS
# A float's last bits hang on how rows happen to lie, and on those the number of steps
# that the chain takes. What it comes to is rounded in the marts, which are compared.
FLOATS, STEPS = "DOUBLE", "int_removals__stepped"
# In `make test` builds are broken off on DuckDB alone.
ENGINES = [
    "duckdb",
    pytest.param("postgres", marks=[needs_postgres, pytest.mark.long]),
]


@dataclass(frozen=True)
class Site:
    """A project of its own, whose demo events arrive in parts, and its database."""

    folder: Path
    environment: dict[str, str]

    def deliver(self, first_day_missing: str) -> None:
        """Leave in the demo's seeds what had arrived before a day."""
        for name in ("raw_events", "raw_consents"):
            seed = Path("seeds") / "demo" / f"{name}.csv"
            with (self.folder / "all" / seed).open(newline="") as file:
                header, *rows = csv.reader(file)
            received = header.index("received_at")
            with (self.folder / "project" / seed).open("w", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(header)
                writer.writerows(r for r in rows if r[received] < first_day_missing)

    def database(self, schema: str) -> Path:
        """The file of this schema on DuckDB."""
        return self.folder / f"{schema}.duckdb"

    def start(
        self,
        schema: str,
        *arguments: str,
        command: str = "build",
        kilobytes_per_file: int | None = None,
    ) -> subprocess.Popen[str]:
        """Begin `dbt build`, or another command, of this schema, on DuckDB this file.

        No file can grow above `kilobytes_per_file`: what a full disk is to a program.
        """
        project = str(self.folder / "project")
        called = [str(Path(sys.executable).parent / "dbt"), "--quiet", command]
        called += ["--project-dir", project, "--profiles-dir", project]
        # One for all, so that the project is parsed once.
        called += ["--target-path", str(self.folder / "target")]
        called += ["--log-path", str(self.folder / "logs"), *arguments]
        if command == "build":
            called += ["--exclude-resource-types", "test", "unit_test"]
        if kilobytes_per_file is not None:
            limited = f'ulimit -f {kilobytes_per_file}; exec "$@"'
            called = ["bash", "-c", limited, "bash", *called]
        return subprocess.Popen(
            called,
            env=os.environ
            | self.environment
            | {
                "FOOTFALL_DUCKDB_PATH": str(self.database(schema)),
                "FOOTFALL_POSTGRES_SCHEMA": schema,
                "DO_NOT_TRACK": "1",
            },
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def start_and_see_begun(self, schema: str) -> subprocess.Popen[str]:
        """Begin `dbt build` of this schema, and return once it is at a node."""
        log = self.folder / "logs" / "dbt.log"
        process = self.start(schema, *TO_SESSIONS)
        while "Began executing node" not in (log.read_text() if log.exists() else ""):
            assert process.poll() is None
            time.sleep(0.1)
        return process

    def build(self, schema: str, *arguments: str) -> None:
        """Build to the end, once a server has noticed that its last client is dead."""
        said = OTHER_RUN
        while OTHER_RUN in said:
            process = self.start(schema, *arguments)
            said, _ = process.communicate()
        assert process.returncode == 0, said

    @staticmethod
    def ended(process: subprocess.Popen[str]) -> tuple[str, int]:
        """What a command said, and its exit code."""
        said, _ = process.communicate()
        return said, process.returncode

    @contextmanager
    def suspended(self, process: subprocess.Popen[str]) -> Iterator[None]:
        """A build stands still while it is connected, as on DuckDB it always is."""
        process.send_signal(signal.SIGSTOP)
        try:
            while not self.is_connected():
                assert process.poll() is None
                process.send_signal(signal.SIGCONT)
                time.sleep(0.05)
                process.send_signal(signal.SIGSTOP)
            yield
        finally:
            process.send_signal(signal.SIGCONT)

    @property
    def is_on_postgres(self) -> bool:
        """Else it is on DuckDB."""
        return "FOOTFALL_POSTGRES_PORT" in self.environment

    def is_connected(self) -> bool:
        """Whether a build is, at this moment."""
        if not self.is_on_postgres:
            return True
        with postgres_cursor(self.environment) as cursor:
            cursor.execute(
                "select 1 from pg_stat_activity where application_name like 'footfall%'"
            )
            return bool(cursor.rowcount)

    def contents(self, schema: str) -> dict[str, str]:
        """Relation -> digest of its rows, without what tells runs apart."""
        if self.is_on_postgres:
            with postgres_cursor(self.environment) as cursor:
                return self.digests(cursor, schema)
        with duckdb.connect(str(self.database(schema)), read_only=True) as connection:
            return self.digests(connection, "main")

    @staticmethod
    def digests(cursor: Any, schema: str) -> dict[str, str]:
        """What `contents` gives, asked of either engine."""
        cursor.execute(
            "select table_name, column_name from information_schema.columns"
            f" where table_schema = '{schema}'"
            f" and upper(data_type) not like '{FLOATS}%'"
            " order by table_name, ordinal_position"
        )
        apart = {*BOOKS, *passing_models(), STEPS}
        columns: dict[str, list[str]] = {}
        for relation, column in cursor.fetchall():
            if relation not in apart and column not in BOOKKEEPING:
                columns.setdefault(relation, []).append(column)
        digests = {}
        for relation, names in columns.items():
            cursor.execute(f"select {', '.join(names)} from {schema}.{relation}")
            rows = sorted(map(repr, cursor.fetchall()))
            digests[relation] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
        return digests


def thin_out(project: Path, share: int) -> None:
    """Leave one visitor in so many in the demo's seeds: Postgres loads all in 14 s."""
    for name in ("raw_events", "raw_consents"):
        seed = project / "seeds" / "demo" / f"{name}.csv"
        with seed.open(newline="") as file:
            header, *rows = csv.reader(file)
        visitor = header.index("visitor_id")
        with seed.open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(r for r in rows if crc32(r[visitor].encode()) % share == 0)


@pytest.fixture(params=ENGINES)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A built part of the demo, with the rest still to come."""
    for name in ("project", "all"):
        (tmp_path / name).mkdir()
        copy_project(tmp_path / name)
        if request.param != "duckdb, all visitors":
            on_postgres = 3 * (request.param == "postgres")
            thin_out(tmp_path / name, max(TRIALS.share_of_visitors, on_postgres))
    if request.param == "postgres":
        with postgres_started(tmp_path) as environment:
            yield Site(tmp_path, {"FOOTFALL_TARGET": "postgres", **environment})
    else:
        yield Site(tmp_path, {"FOOTFALL_TARGET": "duckdb"})


@pytest.mark.longest
def test_batches_and_killed_builds_equal_one_full_refresh(site: Site) -> None:
    """At whatever moment the builds died."""
    chance = random.Random(1)
    site.deliver("2026-06-20")
    started = time.monotonic()
    site.build("kept", *WHOLE)
    seconds = time.monotonic() - started
    site.deliver("2027")
    for _ in range(TRIALS.killed_builds):
        process = site.start("kept", *WHOLE)
        time.sleep(seconds * chance.uniform(0.4, 1))
        process.kill()
        with process:
            process.communicate()
    site.build("kept", *WHOLE)
    site.build("whole", *WHOLE)
    expected = site.contents("whole")
    assert len(expected) > (40 if IS_ALL else 15)
    assert site.contents("kept") == expected


@pytest.mark.long  # `make test` asks of a build whose database another process holds.
def test_a_second_build_at_once_stops(site: Site) -> None:
    """It says so, and the first goes on."""
    with site.start_and_see_begun("kept") as first:
        # Else it could end before the second asks.
        with site.suspended(first):
            second = site.start("kept", "--select", "channels")
            said, _ = second.communicate()
        first_said, _ = first.communicate()
    assert second.returncode != 0
    assert "Conflicting lock is held" in said or OTHER_RUN in said
    assert first.returncode == 0, first_said


# A part of the visitors may find room within the file.
# `make test` asks of killed builds, above, and of a publish and a full disk.
@pytest.mark.long
@pytest.mark.longest
@pytest.mark.parametrize("site", ["duckdb, all visitors"], indirect=True)
def test_a_full_disk_ends_the_build_and_loses_nothing(site: Site) -> None:
    """The build says so; with space again, a plain run equals a full refresh."""
    site.deliver("2026-06-20")
    site.build("kept", *WHOLE)
    site.deliver("2027")
    full = site.start(
        "kept",
        *WHOLE,
        # What earlier runs left free in the file is written to first.
        kilobytes_per_file=site.database("kept").stat().st_size // 1024 // 2,
    )
    said, _ = full.communicate()
    assert full.returncode != 0
    assert "File too large" in said
    site.build("kept", *WHOLE)
    site.build("whole", *WHOLE)
    assert site.contents("kept") == site.contents("whole")


# `make test` asks of drawn runs of parts, and of a run that ended on the way.
@pytest.mark.long
@pytest.mark.parametrize("site", ["duckdb"], indirect=True)
def test_half_a_full_refresh_is_gone_on_with(site: Site) -> None:
    """What it did not reach is filled anew by the next run, which is a plain one."""
    site.build("kept", *TO_SESSIONS)
    site.build("kept", "--full-refresh", "--select", "+int_events__flagged")
    site.build("kept", *TO_SESSIONS)
    site.build("whole", *TO_SESSIONS)
    assert site.contents("kept") == site.contents("whole")


# A model is mended as it was before it broke, or in other words.
@pytest.mark.long
@pytest.mark.parametrize("site", ["duckdb"], indirect=True)
@pytest.mark.parametrize(
    ("mended", "is_as_before"), [("", True), ("where true\n", False)]
)
def test_a_retry_goes_on_or_says_why_not(
    site: Site, mended: str, is_as_before: bool
) -> None:
    """What is defined otherwise is not filled from what the failed run looked at."""
    model = site.folder / "project" / SESSIONS
    written = model.read_text()
    site.deliver("2026-06-20")
    site.build("kept", *TO_SESSIONS)
    site.deliver("2027")
    model.write_text(f"{written}where no_such_column\n")
    said, code = site.ended(site.start("kept", *TO_SESSIONS))
    assert code != 0
    assert "no_such_column" in said
    model.write_text(written + mended)
    said, code = site.ended(site.start("kept", command="retry"))
    assert (code == 0) == is_as_before, said
    if not is_as_before:
        assert "dbt retry would fill it from what the last run looked at" in said
        site.build("kept", *TO_SESSIONS)
    site.build("whole", *TO_SESSIONS)
    assert site.contents("kept") == site.contents("whole")
