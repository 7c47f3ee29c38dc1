"""What a full build costs at two commits, as a ratio.

`python -m benchmarks.commits OLD [NEW]` checks both out beside each other, builds the
demo of each in turns, without tests, in a process of its own each time, and prints a
Markdown table of medians. With `--visitors` it builds that many simulated visitors
instead, whose events lie in Parquet. With `--select channels` it is one small seed, so
that the cost is that of starting a build of a project that has been read.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tqdm import tqdm

from benchmarks.inputs import COLUMN_MAP, simulate
from benchmarks.measure import ROOT, Cost, measure


def checked_out(project: Path, commit: str) -> Path:
    """The files of a commit, in a folder of their own."""
    project.mkdir()
    archive = subprocess.run(
        ["git", "archive", commit], cwd=ROOT, check=True, stdout=subprocess.PIPE
    )
    subprocess.run(["tar", "-x"], cwd=project, input=archive.stdout, check=True)
    return project


def built(project: Path, settings: str, select: str | None) -> Cost:
    """What a full build or that of a part takes, seeds included and tests left out."""
    dbt = str(Path(sys.executable).parent / "dbt")
    command = [dbt, "--quiet", "build", "--full-refresh", "--vars", settings]
    command += ["--exclude-resource-types", "test", "unit_test"]
    command += ["--project-dir", str(project), "--profiles-dir", str(project)]
    command += ["--target-path", str(project / "target")]
    command += ["--log-path", str(project / "logs")]
    command += ["--select", select] if select else []
    database = project / "footfall.duckdb"
    database.unlink(missing_ok=True)
    return measure(command, {"FOOTFALL_DUCKDB_PATH": str(database)}).cost


def settings_of(folder: Path, visitors: int | None) -> str:
    """Vars that read the events of so many simulated visitors; of none, the demo."""
    if visitors is None:
        return "{}"
    events = str(simulate(visitors, folder))
    source = {"preset": "columns", "events": events, "columns": COLUMN_MAP}
    return json.dumps({"sources": {"own": source}})


def main() -> None:
    """Build both in turns, and print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks.commits", description=__doc__)
    parser.add_argument("old")
    parser.add_argument("new", nargs="?", default="HEAD")
    parser.add_argument("--runs", type=int, default=3, help="of each commit")
    parser.add_argument("--visitors", type=int, help="to simulate; without it the demo")
    parser.add_argument("--select", help="a part to build; without it all")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = settings_of(folder, options.visitors)
        projects = [
            checked_out(folder / "old", options.old),
            checked_out(folder / "new", options.new),
        ]
        costs: list[list[Cost]] = [[], []]
        steps = tqdm(total=2 * options.runs, disable=not sys.stderr.isatty())
        for _ in range(options.runs):
            for place, project in enumerate(projects):
                costs[place].append(built(project, settings, options.select))
                steps.update()
        steps.close()
    print(f"| | {options.old} | {options.new} | ratio |\n|---|--:|--:|--:|")
    for kind in ("wall", "cpu", "peak"):
        old, new = (
            statistics.median(getattr(cost, kind) for cost in each) for each in costs
        )
        print(f"| {kind} | {old:.1f} | {new:.1f} | {new / old:.2f} |")


if __name__ == "__main__":
    main()
