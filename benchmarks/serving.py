"""What publishing the marts takes, against the builds that made them.

`python -m benchmarks.serving` simulates about a million events and, round after round
from an empty folder, builds and tests all but the last 1 % to arrive and publishes;
then builds with nothing new and publishes; then with that 1 %. Each is a process of its
own. A build is what `make build` runs: with its data tests, without which nothing is
published, and without unit tests, which are the project's. It leaves the figures in
benchmarks/results/publishing, and writes docs/benchmarks.md.
"""

import shutil
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb
from tqdm import tqdm

from benchmarks import report
from benchmarks.footfall import dbt
from benchmarks.inputs import apart, split
from benchmarks.measure import ROOT, measure, rounded
from benchmarks.rounds import MEMORY, environment_of, store_rounds

# What is delivered before each build.
STEPS = {
    "first": ["latest_base"],
    "none": ["latest_base"],
    "latest": ["latest_base", "latest_batch"],
}
CHANGED = (
    "select count(*) from published_relations, published_build"
    " where unchanged_since = build_id"
)


def run(raw: Path, rounds: int, folder: Path) -> dict[str, Any]:
    """Build and publish, step by step, `rounds` times; what is stored of it."""
    parts = folder / "parts"
    parts.mkdir()
    number = apart(split, raw, parts, ["latest"], MEMORY)
    runs: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    with tqdm(total=rounds * len(STEPS), disable=None) as bar:
        for nth in range(rounds):
            place = folder / f"round{nth}"
            place.mkdir()
            for name, delivered in STEPS.items():
                bar.set_description(name)
                built, published = step(place, [parts / each for each in delivered])
                runs[f"{name}_build"].append(built)
                runs[f"{name}_publish"].append(published)
                bar.update()
            counts = apart(counted, place / "serving.duckdb")
            shutil.rmtree(place)
    return {"events": number, **counts, "runs": runs}


def step(
    place: Path, delivered: Sequence[Path]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Build with what is delivered, and publish."""
    inputs, target = place / "inputs", place / "target"
    inputs.mkdir(exist_ok=True)
    for path in delivered:
        link = inputs / f"{path.name}.parquet"
        if not link.is_symlink():
            link.symlink_to(path.with_name(link.name))
    environment = {
        "DBT_PROFILES_DIR": str(ROOT),
        **environment_of(place / "footfall.duckdb"),
    }
    build = dbt(
        inputs, target, "--exclude-resource-types", "unit_test", with_tests=True
    )
    publish = [sys.executable, "-m", "serving.publish", "--target-path", str(target)]
    built, published = (measure(each, environment).cost for each in (build, publish))
    changed = apart(ask, place / "serving.duckdb", CHANGED)
    sizes = {
        "tables_mib": mebibytes([place / "serving.duckdb"]),
        "parquet_mib": mebibytes((place / "serving" / "latest").iterdir()),
    }
    return rounded(built), {**rounded(published), "changed": changed, **sizes}


def ask(serving: Path, query: str) -> int:
    """The one number that a query of a published file answers."""
    with duckdb.connect(str(serving), read_only=True) as connection:
        ((value,),) = connection.execute(query).fetchall()
    return int(value)


def counted(serving: Path) -> dict[str, int]:
    """How much was published."""
    return {
        "sessions": ask(serving, "select count(*) from fct_sessions"),
        "marts": ask(serving, "select count(*) from published_relations"),
    }


def mebibytes(paths: Iterable[Path]) -> float:
    """The size of files together."""
    return round(sum(path.stat().st_size for path in paths) / 2**20, 1)


if __name__ == "__main__":
    store_rounds(__doc__, run, report.PUBLISHING)
