"""footfall's own runs: the dbt commands, and what dbt says of each model's time."""

import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.inputs import COLUMN_MAP

MAP_AND_SESSIONS = "map and sessions alone"
SELECTIONS = {
    # One small seed: what remains is dbt's own start.
    "nothing": ["--select", "channels"],
    "sessions": ["--select", "+fct_sessions"],
    "whole": [],
}


def dbt(
    inputs: Path, target: Path, *arguments: str, with_tests: bool = False
) -> list[str]:
    """A dbt command over the Parquet files in a folder.

    Vars, database and target folder are the same in all runs, so that dbt reads what
    it parsed before.
    """
    settings = {
        "sources": {
            "simulated": {
                "preset": "columns",
                "events": str(inputs / "*.parquet"),
                "columns": COLUMN_MAP,
            }
        }
    }
    command = [str(Path(sys.executable).parent / "dbt"), "--quiet", "build"]
    command += arguments
    command += ["--vars", json.dumps(settings)]
    command += ["--target-path", str(target), "--log-path", str(target / "logs")]
    if not with_tests:
        command += ["--exclude-resource-types", "test", "unit_test"]
    return command


def layers(target: Path) -> dict[str, float]:
    """Seconds of the last run, summed over the nodes of each folder."""
    manifest = json.loads((target / "manifest.json").read_text())
    results = json.loads((target / "run_results.json").read_text())["results"]
    return seconds_by_folder(manifest["nodes"], results)


def seconds_by_folder(
    nodes: dict[str, Any], results: Sequence[dict[str, Any]]
) -> dict[str, float]:
    """Sums by folder of models; seeds and tests by kind; and the map and sessions.

    Two threads work at once and slow each other down: the sum is more than the wall.
    """
    seconds: defaultdict[str, float] = defaultdict(float)
    narrow = up_to(nodes, "int_sessions__aggregated", "sessions")
    for result in results:
        node = nodes.get(result["unique_id"], {})
        kind = result["unique_id"].split(".")[0]
        folder = "/".join(node["fqn"][1:-1]) if kind == "model" else f"{kind}s"
        seconds[folder] += result["execution_time"]
        if result["unique_id"] in narrow:
            seconds[MAP_AND_SESSIONS] += result["execution_time"]
    return {name: round(value, 3) for name, value in sorted(seconds.items())}


def up_to(nodes: dict[str, Any], name: str, folder: str) -> set[str]:
    """A model and its ancestors, as far as they are in a folder."""
    found: set[str] = set()
    wanted = {key for key, node in nodes.items() if node["name"] == name}
    while wanted:
        key = wanted.pop()
        if key in nodes and key not in found and nodes[key]["fqn"][-2] == folder:
            found.add(key)
            wanted.update(nodes[key]["depends_on"].get("nodes", []))
    return found
