"""What each topic of marts adds to a full build of those that stood first.

`python -m benchmarks.topics` simulates about a million events and builds them, round
after round: with channel, device, funnel, attribution and quality alone, with each
further topic beside those, and with all. A topic is off as whoever needs it not has it,
with what it alone is made of. It leaves the figures in benchmarks/results/topics, and
writes docs/benchmarks.md.
"""

import shutil
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks import report
from benchmarks.footfall import dbt
from benchmarks.inputs import apart, number, opened, simulate
from benchmarks.measure import ROOT, machine, measure, rounded, versions
from benchmarks.rounds import store_rounds

MEMORY, THREADS = "4GB", 2
FURTHER = ("audience", "content", "experiment", "journey", "product", "retention")
NONE, EVERY = "none", "every"


def project_with(topics: Sequence[str], folder: Path) -> Path:
    """A copy of what dbt builds, in which all further topics but these are off."""
    for name in ("macros", "models", "seeds"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "profiles.yml", folder)
    text = (ROOT / "dbt_project.yml").read_text()
    for topic in FURTHER:
        if topic not in topics:
            if text.count(f"&{topic} true") != 1:
                raise SystemExit(f"dbt_project.yml has no switch of {topic}.")
            text = text.replace(f"&{topic} true", f"&{topic} false")
    (folder / "dbt_project.yml").write_text(text)
    return folder


def run(
    events: Path | None, visitors: int, rounds: int, folder: Path
) -> dict[str, Any]:
    """Build with each set of topics, `rounds` times; what is stored of it."""
    inputs = folder / "inputs"
    inputs.mkdir()
    raw = events or simulate(visitors, folder / "drawn")
    (inputs / "events.parquet").symlink_to(raw)
    sets = {NONE: (), **{topic: (topic,) for topic in FURTHER}, EVERY: FURTHER}
    runs: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    database = folder / "footfall.duckdb"
    environment = {
        "DO_NOT_TRACK": "1",
        "FOOTFALL_DUCKDB_PATH": str(database),
        "FOOTFALL_DUCKDB_MEMORY": MEMORY,
        "FOOTFALL_THREADS": str(THREADS),
    }
    with tqdm(total=rounds * len(sets), disable=None) as bar:
        for nth in range(rounds):
            for name, topics in sets.items():
                bar.set_description(name)
                project = folder / name
                if nth == 0:
                    project.mkdir()
                    project_with(topics, project)
                database.unlink(missing_ok=True)
                command = dbt(inputs, project / "target")
                command += ["--project-dir", str(project)]
                command += ["--profiles-dir", str(project)]
                # Read once before: that is no part of what a topic costs.
                if nth == 0:
                    measure([*command, "--select", "channels"], environment)
                    database.unlink(missing_ok=True)
                runs[name].append(rounded(measure(command, environment).cost))
                bar.update()
    return {
        "taken_on": time.strftime("%Y-%m-%d"),
        "rounds": rounds,
        "events": apart(counted, database, "int_events__logged"),
        "sessions": apart(counted, database, "fct_sessions"),
        "machine": machine(),
        "threads": THREADS,
        "memory": MEMORY,
        "versions": versions(),
        "runs": runs,
    }


def counted(database: Path, relation: str) -> int:
    """How many rows a relation has."""
    with opened(database) as connection:
        return number(connection, f"select count(*) from {relation}")


if __name__ == "__main__":
    store_rounds(__doc__, run, report.TOPICS)
