"""What each topic of marts adds to a full build of those that stood first.

`python -m benchmarks.topics` simulates about a million events and builds them, round
after round: with channel, device, funnel, attribution and quality alone, with each
further topic beside those, and with all. A topic is off as whoever needs it not has it,
with what it alone is made of. It leaves the figures in benchmarks/results/topics, and
writes docs/benchmarks.md.
"""

import shutil
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks import report
from benchmarks.footfall import dbt
from benchmarks.inputs import apart, number, opened
from benchmarks.measure import ROOT, measure, rounded
from benchmarks.rounds import environment_of, store_rounds

FURTHER = ("audience", "content", "experiment", "journey", "product", "retention")
NONE, EVERY = report.TOPIC_SETS


def settings_without(topics: Sequence[str]) -> str:
    """The text of dbt_project.yml in which these topics are off.

    Raises:
        ValueError: where a topic has not one switch.
    """
    text = (ROOT / "dbt_project.yml").read_text()
    for topic in topics:
        if text.count(f"&{topic} true") != 1:
            raise ValueError(f"dbt_project.yml has not one switch of {topic}.")
        text = text.replace(f"&{topic} true", f"&{topic} false")
    return text


def project_with(topics: Sequence[str], folder: Path) -> Path:
    """A copy of what dbt builds, in which all further topics but these are off."""
    for name in ("macros", "models", "seeds"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "profiles.yml", folder)
    off = [topic for topic in FURTHER if topic not in topics]
    (folder / "dbt_project.yml").write_text(settings_without(off))
    return folder


def run(raw: Path, rounds: int, folder: Path) -> dict[str, Any]:
    """Build with each set of topics, `rounds` times; what is stored of it."""
    inputs = folder / "inputs"
    inputs.mkdir()
    (inputs / "events.parquet").symlink_to(raw)
    sets = {NONE: (), **{topic: (topic,) for topic in FURTHER}, EVERY: FURTHER}
    database = folder / "footfall.duckdb"
    environment = environment_of(database)
    commands: dict[str, list[str]] = {}
    for name, topics in sets.items():
        project = str(project_with(topics, folder / name))
        commands[name] = dbt(inputs, folder / name / "target")
        commands[name] += ["--project-dir", project, "--profiles-dir", project]
        # dbt reads the project once before: that is no part of what a topic costs.
        measure([*commands[name], "--select", "channels"], environment)
    runs: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    with tqdm(total=rounds * len(sets), disable=None) as bar:
        for _ in range(rounds):
            for name, command in commands.items():
                bar.set_description(name)
                database.unlink(missing_ok=True)
                runs[name].append(rounded(measure(command, environment).cost))
                bar.update()
    return {
        "events": apart(counted, database, "int_events__logged"),
        "sessions": apart(counted, database, "fct_sessions"),
        "runs": runs,
    }


def counted(database: Path, relation: str) -> int:
    """How many rows a relation has."""
    with opened(database) as connection:
        return number(connection, f"select count(*) from {relation}")


if __name__ == "__main__":
    store_rounds(__doc__, run, report.TOPICS)
