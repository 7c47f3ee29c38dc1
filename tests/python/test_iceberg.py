"""On Spark's tables of Iceberg every batch equals DuckDB's build of all that came."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from engines import on_sail
from harness import CHAIN, ROOT, copy_project, one_source, write_parquet
from test_incremental import COLUMNS, PACE, Event, arrived, visitor_events

from parity.build import Built, build_on
from parity.compare import differences
from parity.engines import ALL, sail_missing

# Rows of the whole source are compared, so that any of them may be corrected.
SETTINGS = PACE | {"source_rewrite_days": None}
# A model of each scope, in an order in which one run comes by them. That of scope `all`
# is made of the one before: else it would be done by the time that it should die.
KILLED_AFTER = [
    "int_events__logged",
    "int_hosts__registered",
    "int_events__copied",
    "int_orders__claimed",
    "int_conversions__valued",
    "int_conversions__explained",
    "int_credits__weighted",
]
STATES = "macros/incremental/states.sql"
RECORDS = (
    "    {%- set scope = scope_of(model) -%}\n    {%- set plan = increment() -%}\n"
)
DIES = """
    {%- if model.name == env_var('KILLED_AFTER', '') -%}
        {%- do exceptions.raise_compiler_error('killed before the state') -%}
    {%- endif -%}
"""

pytestmark = pytest.mark.skipif(sail_missing() is not None, reason=str(sail_missing()))


@dataclass(frozen=True)
class Site:
    """A source whose rows come in batches, on Sail and on DuckDB."""

    folder: Path
    environment: Mapping[str, str]

    def deliver(self, rows: list[Event]) -> Path:
        """Leave these rows as all that the source has."""
        events = write_parquet(
            self.folder / "events.parquet",
            [{name: row.get(name) for name in COLUMNS} for row in rows],
        )
        on_sail(
            self.environment,
            "create schema if not exists raw",
            "drop table if exists raw.events",
            "create table raw.events using parquet as"
            f" select * from parquet.`{events}`",
        )
        return events

    def build(
        self,
        project: Path = ROOT,
        killed_after: str = "",
        is_first: bool = False,
    ) -> Built:
        """Build on Sail what there is now."""
        return build_on(
            ALL["sail"],
            {**self.environment, "KILLED_AFTER": killed_after},
            self.folder / "sail",
            one_source("raw.events", COLUMNS) | SETTINGS,
            project=project,
            exclude=CHAIN,
            loads_seeds=is_first,
        )

    def unlike_duckdb(self, built: Built, events: Path, name: str) -> list[str]:
        """How marts differ from those that DuckDB makes of all rows at once."""
        folder = self.folder / f"duckdb {name}"
        folder.mkdir()
        with ALL["duckdb"].started(folder) as database:
            whole = build_on(
                ALL["duckdb"],
                database,
                folder,
                one_source(events, COLUMNS) | SETTINGS,
                exclude=CHAIN,
            )
        assert whole.is_green, whole.said
        assert built.is_green, built.said
        compared = [each for each in whole.relations if each.name in whole.results]
        assert len(compared) > 20
        return [
            f"{difference} after {name}"
            for relation in compared
            for difference in differences(whole, built, relation)
        ]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A Sail of its own."""
    with ALL["sail"].started(tmp_path) as environment:
        yield Site(tmp_path, environment)


def histories(seed: int, visitors: int, batches: int) -> list[Event]:
    """Rows of some visitors: late, repeated, denied, and such that join sessions."""
    chance = random.Random(seed)
    return [
        row
        for visitor in range(visitors)
        for row in visitor_events(chance, visitor, batches)
    ]


def corrected(rows: list[Event], batch: int) -> list[Event]:
    """Every tenth row of before is another one from the batch on."""
    return [
        row | {"revenue": "7.00", "page_url": f"https://shop.example/{batch}"}
        if nth % 10 == batch and int(str(row["batch"])) < batch
        else row
        for nth, row in enumerate(rows)
    ]


# `make test` asks it of the demo in three batches, with the Markov chain.
@pytest.mark.long
@pytest.mark.longest
def test_every_batch_equals_duckdb(site: Site) -> None:
    """Five after the first: late, repeated, merging, denied and corrected rows."""
    rows = histories(seed=7, visitors=60, batches=6)
    found = []
    for batch in range(6):
        rows = corrected(rows, batch)
        events = site.deliver(arrived(rows, batch))
        built = site.build(is_first=batch == 0)
        found += site.unlike_duckdb(built, events, f"batch {batch}")
    assert found == []


# `make test` asks nothing of runs that are killed on Sail.
@pytest.mark.long
@pytest.mark.longest
def test_a_run_killed_before_a_state_is_repeated(site: Site, tmp_path: Path) -> None:
    """A batch, broken off after the rows of one model after the other were written."""
    project = tmp_path / "project"
    project.mkdir()
    copy_project(project)
    states = project / STATES
    text = states.read_text()
    assert text.count(RECORDS) == 1
    states.write_text(text.replace(RECORDS, DIES + RECORDS))
    rows = histories(seed=8, visitors=40, batches=2)
    site.deliver(arrived(rows, 0))
    assert site.build(is_first=True).is_green
    events = site.deliver(rows)
    for name in KILLED_AFTER:
        killed = site.build(project, killed_after=name)
        assert not killed.is_green
        assert killed.results[name] == "error", killed.said
    assert site.unlike_duckdb(site.build(), events, "the kills") == []
