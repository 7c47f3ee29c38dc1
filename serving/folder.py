"""A dbt project that has footfall as a package, from the wheel that is installed.

Where that is stands in the project's packages.yml, in a line that is looked at before
each run: so a newer wheel, or an environment that moved, is what the next run uses.
"""

import argparse
import json
import os
import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from dbt.cli.main import dbtRunner

from serving.checks import shortened
from serving.errors import sentence, tell
from serving.places import ROOT
from serving.sources import UnclearError, files_at, look, read_as

MARK = "# written by footfall: where its wheel is"
LINE = re.compile(rf"^( *- local: ).*{re.escape(MARK)}$", re.MULTILINE)
# What a business says of itself; everything else is footfall's until it is copied too.
OWN_RULES = {
    "rules": (
        "annotations",
        "audiences",
        "channel_rules_custom",
        "conversion_definitions",
        "funnel_exclusions",
        "funnel_steps",
        "funnels",
        "internal_traffic",
        "targets",
    ),
    "rates": ("currency_rates",),
}
PROJECT = """\
# A dbt project of your own, with footfall as a package. `footfall build` builds it, and
# so does dbt itself: `dbt deps` once, then `dbt build`.
name: {name}
version: 1.0.0
profile: footfall

flags:
  send_anonymous_usage_stats: false
  source_freshness_run_project_hooks: false
  # So that tests of footfall's models do not look at yours of the same name.
  require_ref_searches_node_package_before_root: true

vars:
  footfall:
    # {comment}
    sources:
{sources}

seeds:
  # The rules that are yours to edit, in seeds/rules.
  {name}:
    rules: {{+full_refresh: true}}
  # Those that they stand for. To edit another, copy it from the wheel and add it here.
  footfall:
{replaced}
"""
DEMO = "A made-up shop. `footfall look FILE` says what to write here for your events."
IGNORED = """\
target/
logs/
dbt_packages/
warehouse/*
!warehouse/.gitkeep
.user.yml
"""


class FolderError(Exception):
    """One sentence: what keeps a folder from being a project that uses footfall."""


def use(folder: Path) -> None:
    """Have the project of a folder use this wheel: what it names, and what dbt linked.

    Raises:
        FolderError: where there is no project, its packages.yml has no line for the
            wheel, or `dbt deps` fails.
    """
    if not (folder / "dbt_project.yml").is_file():
        raise FolderError(
            f"There is no dbt_project.yml in {folder}: go into the folder of a project,"
            " or make one by `footfall init FOLDER`."
        )
    path = folder / "packages.yml"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if not LINE.search(text):
        raise FolderError(
            f"{path} has no line for the wheel of footfall: write `- local: .  {MARK}`"
            " there, below packages."
        )
    if (told := LINE.sub(lambda found: found[1] + place(), text)) != text:
        unfinished = path.with_name(f".{path.name}.unfinished")
        unfinished.write_text(told, encoding="utf-8")
        unfinished.replace(path)
    if (folder / "dbt_packages" / "footfall").resolve() != ROOT:
        options = ["--quiet", "--log-level", "none"]
        outcome = dbtRunner().invoke(["deps", *options, "--project-dir", str(folder)])
        if not outcome.success:
            said = sentence(outcome.exception or "dbt did not say why.")
            raise FolderError(f"`dbt deps` failed in {folder}. {said}")


def place() -> str:
    """What packages.yml says of this wheel."""
    return f"{json.dumps(str(ROOT), ensure_ascii=False)}  {MARK}"


def init(arguments: Sequence[str] | None = None) -> int:
    """Make a project; the exit code."""
    parser = argparse.ArgumentParser(
        prog="footfall init",
        description="Make a dbt project that has footfall as a package. It writes"
        " dbt_project.yml, packages.yml, profiles.yml, .gitignore, warehouse/ and, in"
        " seeds/rules, the rules that are yours to edit; no file that is there is"
        " written over.",
    )
    parser.add_argument("folder", type=Path, help="an empty one, or one to be made")
    parser.add_argument(
        "--events",
        metavar="PLACE",
        help="files or a folder of events; without, the source is the made-up shop",
    )
    parser.add_argument("--name", default="web", help="of the source, in the entry")
    options = parser.parse_args(arguments)
    folder = Path(os.path.abspath(options.folder))
    sources, note = {"demo": {"preset": "demo"}}, DEMO
    try:
        if options.events is not None:
            sources, note = read_as_source(options.name, options.events, folder)
        make(folder, sources, note)
    except FolderError as error:
        tell(str(error), sys.stderr)
        return 2
    is_here = folder == Path.cwd()
    there = "" if is_here else f"`cd {shlex.quote(str(options.folder))}`, "
    tell(
        f"Made {folder}, a dbt project that has footfall as a package. Next: {there}"
        "look at dbt_project.yml, then `footfall build` and `footfall report`.",
        sys.stdout,
    )
    return 0


def read_as_source(
    name: str, events: str, folder: Path
) -> tuple[dict[str, dict[str, Any]], str]:
    """The entry of a source as `footfall look` has it, and what to know of it.

    Raises:
        FolderError: where it is not clear how to read the events.
    """
    try:
        reading = read_as(look(events))
    except UnclearError as unclear:
        raise FolderError(f"Nothing was made. {unclear}") from unclear
    entry = dict(reading.entry)
    if files_at(entry["events"]):
        # As it is called from the project's folder.
        at = Path(os.path.abspath(entry["events"]))
        inside = at.is_relative_to(folder)
        entry["events"] = str(at.relative_to(folder) if inside else at)
    return {name: entry}, f"As `footfall look` has it: {reading.note or 'complete'}."


def make(folder: Path, sources: dict[str, dict[str, Any]], comment: str) -> None:
    """Write a project's files.

    Raises:
        FolderError: where one of them is there already, or cannot be written.
    """
    files = contents(folder, sources, comment)
    there = [name for name in files if os.path.lexists(folder / name)]
    if there:
        raise FolderError(
            f"{folder} has {shortened(there)} already, and nothing is written over:"
            " name another folder."
        )
    try:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise FolderError(
            f"{error.filename} cannot be written ({error.strerror}): name another"
            " folder."
        ) from error


def contents(
    folder: Path, sources: dict[str, dict[str, Any]], comment: str
) -> dict[str, str]:
    """The files of a project, by their paths in it."""
    told = yaml.safe_dump(sources, sort_keys=False, allow_unicode=True, width=88)
    replaced = [
        line
        for part, names in OWN_RULES.items()
        for line in (f"{part}:", *(f"  {name}: {{+enabled: false}}" for name in names))
    ]
    # With a word before: dbt has names of its own, such as target and var, that a
    # folder may be called by.
    name = re.sub("[^a-z0-9]+", "_", f"my {folder.name.lower()}").strip("_")
    files = {
        "dbt_project.yml": PROJECT.format(
            name=name,
            comment=comment,
            sources=indented(told.splitlines(), 6),
            replaced=indented(replaced, 4),
        ),
        "packages.yml": f"packages:\n  - local: {place()}\n",
        "profiles.yml": shipped("profiles.yml"),
        ".gitignore": IGNORED,
        "warehouse/.gitkeep": "",
    }
    # Without YAML: that of the package describes them, and gives their columns types.
    for part, names in OWN_RULES.items():
        for seed in names:
            files[f"seeds/rules/{seed}.csv"] = shipped(f"seeds/{part}/{seed}.csv")
    return files


def shipped(name: str) -> str:
    """A file of footfall's own project."""
    return (ROOT / name).read_text(encoding="utf-8")


def indented(lines: Sequence[str], blanks: int) -> str:
    """Lines, further to the right."""
    return "\n".join(" " * blanks + line for line in lines)


def docs(arguments: Sequence[str] | None = None) -> int:
    """Have dbt write its page; the exit code."""
    parser = argparse.ArgumentParser(
        prog="footfall docs",
        description="Write what dbt knows of every model as one page:"
        " target/static_index.html. What it does not know are arguments of"
        " `dbt docs generate`.",
        allow_abbrev=False,
    )
    _, for_dbt = parser.parse_known_args(arguments)
    outcome = dbtRunner().invoke(["--quiet", "docs", "generate", "--static", *for_dbt])
    if outcome.exception:
        tell(sentence(outcome.exception), sys.stderr)
    if not outcome.success:
        return 1
    page = Path("target", "static_index.html").absolute()
    tell(f"Wrote {page}: open it in a browser.", sys.stdout)
    return 0
