"""The project as dbt reads it, once for all who build it.

Reading takes dbt twelve seconds, longer than most builds of a test. What it made of the
project is kept; of a copy with a change in it, dbt reads the change alone.
"""

import atexit
import fcntl
import hashlib
import json
import os
import pickle
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import SeedNode

from parity.engines import ROOT

Made = TypeVar("Made")
# What dbt keeps of what it read.
PARTIAL = "partial_parse.msgpack"
# Where a machine has its servers and files is no part of what is read, but dbt reads
# all of it anew where that differs.
ANYWHERE = {
    "FOOTFALL_DUCKDB_PATH": "footfall.duckdb",
    "FOOTFALL_POSTGRES_HOST": "localhost",
    "FOOTFALL_POSTGRES_PORT": "5432",
    "FOOTFALL_SPARK_FOLDER": "spark",
}

# What makes the models that look for other bounds than gaps part of a build.
SPLITTERS = (
    "session_splits_at_midnight",
    "session_splits_on_campaign_change",
    "session_splits_on_user_change",
    "session_end_events",
    "session_limit_minutes",
    "session_limit_events",
)


def once(folder: Path, make: Callable[[Path], Made]) -> Made:
    """What `make` makes in this folder; whoever asks later, or meanwhile, is given it.

    A process that asks while another one makes it waits.
    """
    folder.parent.mkdir(exist_ok=True)
    made = folder.with_suffix(".pickle")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            # Another one may have failed on the way.
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            made.write_bytes(pickle.dumps(make(folder)))
    answer: Made = pickle.loads(made.read_bytes())
    return answer


@cache
def kept() -> Path:
    """The folder of what was read: of the tests of one run, or of this process."""
    if folder := os.environ.get("FOOTFALL_PARSED"):
        return Path(folder)
    folder = tempfile.mkdtemp(prefix="footfall-parsed-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@cache
def parse(project: Path, sources: str) -> Manifest | None:
    """The project as dbt reads it with these vars, as JSON; None where it cannot.

    Only `sources` and whether sessions are split change what is read (test_architecture
    holds it to that); other vars count when a model is run.
    """
    engine = os.environ.get("FOOTFALL_TARGET", "duckdb")

    def place(of: Path) -> Path:
        named = f"{sys.prefix} {engine} {of} {sources}"
        return kept() / hashlib.sha256(named.encode()).hexdigest()[:16]

    first = once(place(ROOT), lambda folder: read(ROOT, sources, folder))
    if project == ROOT or first is None:
        return looked_up_anew(first)

    def read_copy(folder: Path) -> Manifest | None:
        shutil.copy(place(ROOT) / PARTIAL, folder)
        return read(project, sources, folder)

    return looked_up_anew(once(place(project), read_copy))


def looked_up_anew(manifest: Manifest | None) -> Manifest | None:
    """In a copy, what dbt looks up by name is mixed up unless it is made anew."""
    for name in vars(manifest) if manifest else ():
        if name.endswith("_lookup"):
            setattr(manifest, name, None)
    return manifest


def read(project: Path, sources: str, folder: Path) -> Manifest | None:
    """Have dbt read a project: what differs from the one of which the folder knows."""
    arguments = ["--quiet", "--log-level", "none", "parse"]
    arguments += ["--project-dir", str(project), "--profiles-dir", str(project)]
    arguments += ["--target-path", str(folder), "--log-path", str(folder)]
    arguments += ["--vars", sources]
    with mock.patch.dict(os.environ, ANYWHERE):
        manifest = dbtRunner().invoke(arguments).result
    if not isinstance(manifest, Manifest):
        return None
    for node in manifest.nodes.values():
        # Of a file that did not change dbt remembers where the first project has it.
        if isinstance(node, SeedNode):
            node.root_path = str(project)
    return manifest


def parsed_sources(settings: Mapping[str, Any]) -> str:
    """Of the vars what changes how dbt reads, as JSON, for many builds to share it.

    That is which presets there are, whether a source of columns passes any through,
    what a source names by ref or source, and whether anything but a gap splits
    sessions. Where the sources are none at all, they are read as they are.
    """
    sources = settings.get("sources", {"demo": {"preset": "demo"}})
    splits = {SPLITTERS[0]: True} if any(map(settings.get, SPLITTERS)) else {}
    try:
        presets = {source["preset"] for source in sources.values()}
        places = {
            str(place) for source in sources.values() for place in source.values()
        }
    except (AttributeError, TypeError, KeyError):
        return json.dumps({"sources": sources} | splits)
    folders = {path.name for path in (ROOT / "models" / "staging").iterdir()}
    if any("(" in place for place in places) or not presets <= folders - {"files"}:
        return json.dumps({"sources": sources} | splits)
    stands: dict[str, dict[str, object]] = {
        name: {"preset": name} | ({"events": "none.parquet"} if name != "demo" else {})
        for name in sorted(presets)
    }
    if "columns" in stands:
        needed = ("visitor_id", "occurred_at", "event_name")
        columns = {name: name for name in needed}
        stands["columns"] |= {"columns": columns}
        # What there is of this, views over what is passed through, is tested by it.
        if any(
            source.get("passthrough")
            for source in sources.values()
            if source["preset"] == "columns"
        ):
            stands["columns"] |= {"passthrough": ["visitor_id"]}
    return json.dumps({"sources": stands} | splits)
