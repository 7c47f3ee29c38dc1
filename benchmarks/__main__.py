"""Measure footfall against the least that any pipeline has to do, and against others.

`python -m benchmarks` simulates a million events and measures, each run in a process of
its own and all of them in turn, round after round: the floor, footfall's builds, its
incremental runs, and the shapes in which others find sessions. It leaves the figures in
benchmarks/results, and writes docs/benchmarks.md, its chart, and the README's table.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
from tqdm import tqdm

from benchmarks import report
from benchmarks.footfall import SELECTIONS, dbt, layers
from benchmarks.inputs import (
    BATCHES,
    RAW,
    apart,
    export_accepted,
    recount,
    simulate,
    split,
)
from benchmarks.measure import (
    ROOT,
    CommandError,
    Measured,
    machine,
    measure,
    rounded,
    versions,
)
from benchmarks.shapes import DATABASE, SHAPES

PEERS = ("polars", "polars_streaming", "pandas", "spark", "wide")
PARTS = ("whole", "tested", "incremental", "peers", "tenth")
NEED_WHOLE = {"tested", "peers"}
NEED_BUILT = {"whole", "incremental"}


@dataclass(frozen=True)
class Run:
    """One thing to measure."""

    name: str
    prepare: Callable[[], None]
    """Puts inputs and database in place; not measured."""
    command: list[str]
    check: Callable[[Measured], None]
    """Stops where the outcome is not what it must be."""
    target: Path | None = None
    """The folder in which dbt says what each model took."""
    environment: Mapping[str, str] = field(default_factory=dict)


class Bench:
    """One benchmark's folder: its inputs, databases, and the runs over them."""

    def __init__(self, chosen: argparse.Namespace, folder: Path) -> None:
        self.chosen = chosen
        self.selections = ["sessions", *(["whole"] if "whole" in chosen.parts else [])]
        self.parts, self.kept = folder / "parts", folder / "kept"
        self.inputs, self.shape = folder / "input", folder / "shape"
        self.database = folder / DATABASE
        self.target = folder / "target"
        for made in (self.parts, self.kept, self.inputs, self.shape):
            made.mkdir(parents=True)
        self.environment = {
            "DBT_PROFILES_DIR": str(ROOT),
            "DO_NOT_TRACK": "1",
            "FOOTFALL_TARGET": "duckdb",
            "FOOTFALL_DUCKDB_PATH": str(self.database),
            "FOOTFALL_DUCKDB_MEMORY": chosen.memory,
            "FOOTFALL_THREADS": chosen.threads,
            "POLARS_MAX_THREADS": chosen.threads,
        }
        given: Path | None = chosen.events
        self.raw = given.resolve() if given else folder / "events" / RAW
        self.events = self.accepted = 0
        self.sessions: dict[str, int] = {}
        """How many there must be of each delivery."""
        self.recounted: set[str] = set()

    def deliver(self, *names: str) -> None:
        """Let the input folder hold these files alone."""
        for link in self.inputs.iterdir():
            link.unlink()
        for name in names:
            path = self.raw if name == "raw" else self.parts / f"{name}.parquet"
            (self.inputs / f"{name}.parquet").symlink_to(path)

    def restore(self, name: str | None, database: Path) -> None:
        """Put a copy of a kept database in place, or none."""
        database.unlink(missing_ok=True)
        Path(f"{database}.wal").unlink(missing_ok=True)
        if name:
            shutil.copyfile(self.kept / f"{name}.duckdb", database)
        # What was written is not to be paid for by the next run.
        os.sync()

    def keep(self, name: str, database: Path) -> None:
        """Set a database aside, to be restored."""
        shutil.move(database, self.kept / f"{name}.duckdb")

    def preparations(self) -> list[tuple[str, Callable[[], None]]]:
        """What comes before the first round, and is not measured."""
        steps: list[tuple[str, Callable[[], None]]] = [
            ("simulate", self.simulate),
            ("split", self.split),
            ("parse", self.stage),
        ]
        if NEED_BUILT.intersection(self.chosen.parts):
            steps += [("build", partial(self.build, "all", "raw"))]
        if "incremental" in self.chosen.parts:
            steps += [
                (f"build {batch} base", partial(self.build, *[f"{batch}_base"] * 2))
                for batch in BATCHES
            ]
        if "peers" in self.chosen.parts:
            steps += [("export", self.export)]
            steps += [
                (f"wide {batch} base", partial(self.wide_base, batch))
                for batch in BATCHES
            ]
        return steps

    def simulate(self) -> None:
        """Draw the events, unless they are given."""
        if not self.chosen.events:
            simulate(self.chosen.visitors, self.raw.parent)

    def split(self) -> None:
        """Cut the batches."""
        names = [*BATCHES] if "incremental" in self.chosen.parts else []
        names += ["tenth"] if "tenth" in self.chosen.parts else []
        self.events = apart(split, self.raw, self.parts, names, self.chosen.memory)

    def stage(self) -> None:
        """Parse the project, and keep a database with nothing but the staging view."""
        self.deliver("raw")
        self.restore(None, self.database)
        self.must(dbt(self.inputs, self.target, "--select", "+stg_columns__events"))
        self.keep("staged", self.database)

    def build(self, name: str, delivered: str) -> None:
        """Build every model that is measured, check, and keep the database."""
        selection = self.selections[-1]
        self.deliver(delivered)
        self.restore(None, self.database)
        self.must(dbt(self.inputs, self.target, *SELECTIONS[selection]))
        self.check_sessions(name, selection)
        self.keep(name, self.database)

    def check_sessions(self, delivery: str, selection: str) -> None:
        """Stop where the database has not the sessions that it must have.

        Start-up makes none. The first whole build of a delivery is counted a second
        way.
        """
        if selection == "nothing":
            return
        self.agree(delivery, f"the selection {selection}", self.counted())
        if selection == "whole" and delivery not in self.recounted:
            counted = apart(recount, self.database)
            self.agree(delivery, "the gaps of the accepted events", counted)
            self.recounted.add(delivery)

    def export(self) -> None:
        """Write what the peers read."""
        # Views name the database, so it goes where it was built.
        self.restore("all", self.database)
        self.accepted = apart(
            export_accepted, self.database, self.parts, self.chosen.memory
        )

    def wide_base(self, batch: str) -> None:
        """What whole-visitor reprocessing finds in place."""
        self.restore(None, self.shape / DATABASE)
        self.must(self.shape_command("wide", f"accepted_{batch}_base"))
        self.keep(f"wide_{batch}", self.shape / DATABASE)

    def must(self, command: Sequence[str]) -> Measured:
        """Run what everything else needs."""
        return measure(command, self.environment)

    def counted(self) -> int:
        """Sessions in the database."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            ((count,),) = connection.execute(
                "select count(*) from fct_sessions"
            ).fetchall()
        return int(count)

    def agree(self, delivery: str, who: str, found: int) -> None:
        """Stop where two ways find another number of sessions in one delivery.

        Raises:
            SystemExit: with both numbers.
        """
        expected = self.sessions.setdefault(delivery, found)
        if found != expected:
            raise SystemExit(
                f"{who}: {found:,} sessions of the delivery {delivery}, where"
                f" footfall has {expected:,}."
            )

    def shape_command(self, shape: str, source: str) -> list[str]:
        """The command of one of the shapes."""
        command = [sys.executable, "-m", "benchmarks.shapes", shape]
        return [*command, str(self.parts / f"{source}.parquet"), str(self.shape)]

    def dbt_run(
        self,
        name: str,
        selection: str,
        delivered: Sequence[str],
        delivery: str,
        held: str | None = None,
        with_tests: bool = False,
        memory: str | None = None,
    ) -> Run:
        """A run of footfall over what is held."""
        # Another memory limit is another profile, for which dbt parses anew.
        target = self.target.with_name(f"target_{memory}") if memory else self.target

        def prepare() -> None:
            self.deliver(*delivered)
            if memory and not target.exists():
                limited = {**self.environment, "FOOTFALL_DUCKDB_MEMORY": memory}
                measure(dbt(self.inputs, target, *SELECTIONS["nothing"]), limited)
            self.restore(held, self.database)

        return Run(
            name,
            prepare,
            dbt(self.inputs, target, *SELECTIONS[selection], with_tests=with_tests),
            lambda _: self.check_sessions(delivery, selection),
            target,
            {"FOOTFALL_DUCKDB_MEMORY": memory} if memory else {},
        )

    def floor_run(self, name: str, delivered: str, events: str) -> Run:
        """Store what staging says, or the raw columns."""
        shape = "copy" if name == "copy" else "floor"

        def prepare() -> None:
            self.deliver(delivered)
            held = None if shape == "copy" else "staged"
            self.restore(held, self.shape / DATABASE)

        source = "*.parquet" if shape == "copy" else "stg_columns__events"
        command = [sys.executable, "-m", "benchmarks.shapes", shape]
        command += [str(self.inputs / source), str(self.shape)]
        return Run(name, prepare, command, lambda done: self.stored(events, done))

    def stored(self, delivery: str, done: Measured) -> None:
        """Stop where a floor stored another number of rows than there are events."""
        expected = self.sessions.setdefault(f"{delivery} events", done.answer["found"])
        if done.answer["found"] != expected:
            raise SystemExit(f"{done.answer['found']:,} rows stored of {expected:,}.")

    def shape_run(self, shape: str, batch: str | None = None) -> Run:
        """A peer's shape over the accepted events, or over a batch of them."""
        source = f"accepted_{batch}_batch" if batch else "accepted"
        held = f"wide_{batch}" if batch else None

        def prepare() -> None:
            shutil.rmtree(self.shape)
            self.shape.mkdir()
            self.restore(held, self.shape / DATABASE)

        return Run(
            f"{shape}_{batch}" if batch else shape,
            prepare,
            self.shape_command(shape, source),
            lambda done: self.agree("all", shape, done.answer["found"]),
        )

    def runs(self) -> list[Run]:
        """What every round measures, in turn."""
        parts = self.chosen.parts
        built = "all" if NEED_BUILT.intersection(parts) else "staged"
        runs = [
            self.floor_run("copy", "raw", "raw"),
            self.floor_run("floor", "raw", "raw"),
            *(self.dbt_run(name, name, ["raw"], "all") for name in self.selections),
            self.dbt_run("startup", "nothing", ["raw"], "all", held=built),
        ]
        if "tested" in parts:
            runs.append(
                self.dbt_run("tested", "whole", ["raw"], "all", with_tests=True)
            )
        if "incremental" in parts:
            for selection in self.selections:
                for batch in BATCHES:
                    delivered = [f"{batch}_base", f"{batch}_batch"]
                    runs.append(
                        self.dbt_run(
                            f"{batch}_{selection}",
                            selection,
                            delivered,
                            # The last to arrive, and those before: that is all.
                            "all" if batch == "latest" else batch,
                            held=f"{batch}_base",
                        )
                    )
                runs.append(
                    self.dbt_run(
                        f"none_{selection}", selection, ["raw"], "all", held="all"
                    )
                )
        if "peers" in parts:
            runs += [self.shape_run(shape) for shape in PEERS]
            runs += [self.shape_run("whole_visitors", batch) for batch in BATCHES]
        if "tenth" in parts:
            runs.append(self.floor_run("tenth_floor", "tenth", "tenth"))
            runs += [
                self.dbt_run(f"tenth_{name}", name, ["tenth"], "tenth")
                for name in self.selections
            ]
        if self.chosen.tight:
            runs.append(
                self.dbt_run("tight", "whole", ["raw"], "all", memory=self.chosen.tight)
            )
        return runs

    def measured(self) -> Iterator[dict[str, Any]]:
        """What is known after each run, as it is stored."""
        steps, runs = self.preparations(), self.runs()
        taken: dict[str, list[dict[str, Any]]] = {run.name: [] for run in runs}
        failed = {
            run.name: reason
            for run in runs
            if run.name in SHAPES and (reason := SHAPES[run.name].missing())
        }
        total = len(steps) + self.chosen.rounds * len(runs)
        with tqdm(total=total) as bar:
            for title, prepare in steps:
                bar.set_description(title)
                prepare()
                bar.update()
            for _ in range(self.chosen.rounds):
                for run in runs:
                    bar.set_description(run.name)
                    if run.name not in failed:
                        try:
                            taken[run.name].append(self.once(run))
                        except CommandError as error:
                            # A peer may run out of memory; footfall may not.
                            if run.name not in PEERS:
                                raise
                            failed[run.name] = str(error).splitlines()[-1]
                            taken[run.name].clear()
                    bar.update()
                    yield self.known(taken, failed)

    def known(
        self,
        taken: Mapping[str, Sequence[Mapping[str, Any]]],
        failed: Mapping[str, str],
    ) -> dict[str, Any]:
        """The figures, and what they depend on."""
        runs = {name: each for name, each in taken.items() if each}
        return {
            "taken_on": time.strftime("%Y-%m-%d"),
            "rounds": min(len(each) for each in runs.values()),
            "events": self.events,
            "accepted": self.accepted,
            "sessions": self.sessions.get("all", 0),
            "machine": machine(),
            "threads": int(self.chosen.threads),
            "memory": self.chosen.memory,
            "tight": self.chosen.tight,
            "versions": versions(),
            "runs": runs,
            "failed": failed,
        }

    def once(self, run: Run) -> dict[str, Any]:
        """Prepare, measure and check."""
        run.prepare()
        done = measure(run.command, {**self.environment, **run.environment})
        run.check(done)
        cost = rounded(done.cost)
        return {**cost, "layers": layers(run.target)} if run.target else cost


def read_arguments() -> argparse.Namespace:
    """What to measure."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--visitors", type=int, default=92_500, help="about 11 events each")
    add("--events", type=Path, help="a raw_events.parquet of the simulator instead")
    add("--rounds", type=int, default=3)
    add("--parts", nargs="*", choices=PARTS, default=PARTS, help="beside fct_sessions")
    add("--memory", default="4GB", help="DuckDB's limit")
    add("--tight", help="a lower limit, e.g. 2GB, for one more whole build")
    add("--threads", default="2")
    add("--folder", type=Path, help="where databases go; default: a temporary one")
    add("--results", type=Path, default=report.RESULTS, help="where figures go")
    chosen = parser.parse_args()
    if "whole" not in chosen.parts and NEED_WHOLE.intersection(chosen.parts):
        parser.error("the parts tested and peers need the part whole")
    return chosen


def main() -> None:
    """Measure, store the figures, and write what shows them."""
    chosen = read_arguments()
    try:
        with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
            for known in Bench(chosen, Path(folder)).measured():
                # After every run, so that one that fails loses no other.
                report.store(known, chosen.results)
    except CommandError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
