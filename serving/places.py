"""Where things are: the project, and the published marts that others read.

Of a clone both are in its folder. A wheel holds a copy of what a clone has, `ROOT`,
which nothing is written to: what is built is in the folder that its command is called
in.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IS_CLONE = (ROOT / "Makefile").is_file()
# How sentences call the steps of a clone, and those that a wheel calls otherwise.
CALLS = re.compile(r"`make (?=[a-z])|(?:[.]venv/bin/)?python -m serving[.](\w+)")
OTHERWISE = {"sources": "look", "metrics": "ask"}


@dataclass(frozen=True)
class Places:
    """Where readers look, all beside the serving file."""

    serving: Path
    """The DuckDB file with every mart as a table."""

    @property
    def views(self) -> Path:
        """The DuckDB file with a view per mart, over the latest Parquet files."""
        return self.serving.with_name(f"{self.serving.stem}_views.duckdb")

    @property
    def versions(self) -> Path:
        """The folder with all that is Parquet."""
        return self.serving.with_suffix("")

    @property
    def files(self) -> Path:
        """The folder of the Parquet files, named by mart and content."""
        return self.versions / "files"

    @property
    def latest(self) -> Path:
        """The symbolic link to the last publish's folder, with a link per mart."""
        return self.versions / "latest"

    @property
    def builds(self) -> Path:
        """What publishes made here; one that is at work has it locked."""
        return self.versions / "builds.txt"

    @property
    def report(self) -> Path:
        """The page that `make report` writes, by FOOTFALL_REPORT_PATH else here."""
        return chosen("FOOTFALL_REPORT_PATH", self.serving.with_name("report.html"))

    def parquet(self, file: str) -> Path:
        """The Parquet file of a relation, by its name and content."""
        return self.files / f"{file}.parquet"

    def work(self, build_id: str) -> Path:
        """The folder in which a publish makes everything until it is whole."""
        return self.versions / f".{build_id}.unfinished"


def home() -> Path:
    """The folder of what is built: warehouse/, dbt's target/ and the profiles."""
    return ROOT if IS_CLONE else Path.cwd()


def called(text: str) -> str:
    """A text in which steps are called as they are here: `make build` in a clone.

    A wheel has no make: there it is `footfall build`.
    """

    def as_here(found: re.Match[str]) -> str:
        step = found[1]
        return f"footfall {OTHERWISE.get(step, step)}" if step else "`footfall "

    return text if IS_CLONE else CALLS.sub(as_here, text)


def build_database() -> Path:
    """The build's own file, by FOOTFALL_DUCKDB_PATH as in profiles.yml."""
    return chosen("FOOTFALL_DUCKDB_PATH", Path("warehouse") / "footfall.duckdb")


def places() -> Places:
    """Where to publish: FOOTFALL_SERVING_PATH, else beside the build's database.

    A database of another name publishes under its own, so that nobody's marts take the
    place of the demo's, or the demo's theirs.
    """
    built = build_database()
    name = "serving" if built.stem == "footfall" else f"{built.stem}_serving"
    beside = built.with_name(f"{name}.duckdb")
    return Places(chosen("FOOTFALL_SERVING_PATH", beside))


def chosen(variable: str, otherwise: Path) -> Path:
    """A path by a variable of the environment, which is as good as unset if empty."""
    return home() / os.path.expanduser(os.environ.get(variable) or otherwise)
