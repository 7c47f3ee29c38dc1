"""Where the published marts are: for those who write them, and those who read them."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


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
    return ROOT / os.path.expanduser(os.environ.get(variable) or otherwise)
