"""How much is tried of each claim: some of it in `make test`, all in `make test-all`.

What is repeated for confidence is a number here, small and large. A test that has no
small form of its own carries the mark `long`: `make test-all` alone runs it. Beside the
mark stands what `make test` asks instead, or that it asks nothing.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

Case = TypeVar("Case")


@dataclass(frozen=True)
class Trials:
    """The numbers of one tier."""

    killed_builds: int
    """Builds of each engine that are killed, each at another moment."""
    killed_publishes: int
    """Publishes that are killed, each at another moment."""
    publishes: int
    """Publishes during which readers never rest."""
    trees: int
    """Drawn folders of other people's files among which publishes are killed."""
    histories: int
    """Drawn sets of events of which every batch is compared with a full refresh."""
    history_batches: int
    """Deliveries of one such set; the last one brings nothing."""
    mutants: int
    """Mistakes planted in copies of the project, of those listed in one test."""
    changes: int
    """Kinds of what a project is changed in between two runs."""
    courses: int
    """Drawn sequences of batches, rules, settings and runs of a part."""
    course_steps: int
    """Runs of one such sequence before the last, which is of all."""
    course_visitors: int
    """Visitors of one such sequence."""
    path_sets: int
    """Drawn sets of paths whose removal effects are solved by other means."""
    crawlers: int
    """User agents of crawlers in which every engine looks for every pattern."""
    hostile_files: int
    """Drawn files of events, odd in every way, of which each line is accounted for."""
    urls: int
    """Drawn URLs of which every part is compared with what urllib makes of it."""
    funnels: int
    """Drawn funnels of every kind whose attempts are compared with a loop's."""
    agreements: int
    """Drawn questions to which report, dashboard, metrics and SQL say one number."""
    hosts: int
    """Drawn hosts whose registrable domain is compared with a package's."""
    share_of_visitors: int
    """Of the demo's visitors one in so many is there where builds are broken off."""


QUICK = Trials(
    killed_builds=1,
    killed_publishes=3,
    publishes=4,
    trees=1,
    histories=1,
    history_batches=3,
    mutants=1,
    changes=1,
    courses=1,
    course_steps=4,
    course_visitors=30,
    path_sets=25,
    crawlers=100,
    hostile_files=18,
    urls=400,
    funnels=40,
    agreements=8,
    hosts=3_000,
    share_of_visitors=9,
)
ALL = Trials(
    killed_builds=2,
    killed_publishes=15,
    publishes=200,
    trees=5,
    histories=2,
    history_batches=4,
    mutants=99,
    changes=99,
    courses=4,
    course_steps=8,
    course_visitors=80,
    path_sets=100,
    crawlers=400,
    hostile_files=200,
    urls=20_000,
    funnels=150,
    agreements=60,
    hosts=20_000,
    share_of_visitors=1,
)
IS_ALL = os.environ.get("FOOTFALL_TESTS", "quick") == "all"
TRIALS = ALL if IS_ALL else QUICK


def some(cases: Sequence[Case], wanted: int) -> list[Case]:
    """As many as wanted, spread evenly from the first on; all where there are fewer."""
    wanted = min(wanted, len(cases))
    return [cases[nth * len(cases) // wanted] for nth in range(wanted)]
