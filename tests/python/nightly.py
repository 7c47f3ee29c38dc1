"""The demo as a scheduler builds and publishes it, by the line that the docs give."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import ROOT

from serving.checks import is_published
from serving.places import Places


@dataclass(frozen=True)
class Served:
    """A build by the runner, and what it said."""

    folder: Path
    code: int
    lines: list[dict[str, Any]]

    @property
    def database(self) -> Path:
        """The build's own file."""
        return self.folder / "footfall.duckdb"

    @property
    def target(self) -> Path:
        """dbt's target folder."""
        return self.folder / "target"

    @property
    def where(self) -> Places:
        """Where readers look."""
        return Places(self.folder / "serving.duckdb")

    def artifact(self, name: str) -> dict[str, Any]:
        """What dbt wrote of the build."""
        found: dict[str, Any] = json.loads((self.target / name).read_text())
        return found

    def summary(self) -> dict[str, Any]:
        """What the runner summed up, in the form for machines."""
        (found,) = (
            line["data"]
            for line in self.lines
            if line["info"]["name"] == "FootfallSummary"
        )
        return dict(found)

    def marts(self) -> list[str]:
        """Names of the public models, by the manifest."""
        nodes = self.artifact("manifest.json")["nodes"].values()
        return sorted(n["name"] for n in nodes if is_published(n))


def environment(folder: Path) -> dict[str, str]:
    """Of a process that builds in a folder, and publishes there."""
    chosen = {
        "FOOTFALL_DUCKDB_PATH": str(folder / "footfall.duckdb"),
        "DBT_PROFILES_DIR": str(ROOT),
        "DO_NOT_TRACK": "1",
    }
    kept = {k: v for k, v in os.environ.items() if not k.startswith("FOOTFALL_SERVING")}
    return {**kept, **chosen}


def nightly(folder: Path) -> Served:
    """The demo, built and published by the line that the docs give to cron."""
    log = folder / "nightly.log"
    page = (ROOT / "docs" / "operations.md").read_text()
    (line,) = re.findall(r"^0 3 \* \* \* (.*)$", page, re.MULTILINE)
    for ours, here in (
        ("/path/to/footfall", ROOT),
        (".venv/bin/python", sys.executable),
        ("warehouse/nightly.log", log),
    ):
        assert line.count(ours) == 1
        line = line.replace(ours, str(here))
    done = subprocess.run(
        line,
        shell=True,
        env=environment(folder)
        | {
            "DBT_LOG_FORMAT": "json",
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
        },
        check=False,
    )
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return Served(folder, done.returncode, lines)
