"""The command `footfall` of the wheel: a project that uses it, and the steps in there.

`footfall init FOLDER` makes a dbt project that has footfall as a package. The other
steps are called in its folder, and are the same code that make calls in a clone. Before
a step that runs dbt, the project is made to use this wheel, so that a newer one is an
upgrade.

Exit codes:
  0  done
  2  nothing was done: no project is here, or something is in its place
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path

from serving.errors import guarded, tell

NOT_DONE = 2


@dataclass(frozen=True)
class Step:
    """One of the things that the command does, in a module of its own."""

    says: str
    """What it does, and what it writes."""
    module: str
    function: str = "main"
    failed: int = 1
    """The exit code where it ends in what nobody foresaw."""
    runs_dbt: bool = False
    """In the project here, which has to use this wheel then."""


STEPS: Mapping[str, Step] = {
    "init": Step(
        "Make a dbt project that has footfall as a package; writes FOLDER alone",
        "serving.folder",
        "init",
        NOT_DONE,
    ),
    "look": Step(
        "Say what a file, folder or table of events is; writes nothing",
        "serving.sources",
        failed=NOT_DONE,
    ),
    "build": Step(
        "Build and test every model, then publish; writes warehouse/ and target/",
        "serving.build",
        runs_dbt=True,
    ),
    "publish": Step(
        "Publish the marts of the last build again; writes warehouse/serving*",
        "serving.publish",
    ),
    "report": Step(
        "Write the published marts as one page: warehouse/report.html",
        "serving.report.__main__",
    ),
    "ask": Step(
        "Ask the published marts for metrics by name; writes nothing",
        "serving.metrics",
    ),
    "docs": Step(
        "Write what dbt knows of every model as one page: target/static_index.html",
        "serving.folder",
        "docs",
        runs_dbt=True,
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Find the step, and take it; the exit code."""
    width = max(map(len, STEPS))
    parser = argparse.ArgumentParser(
        prog="footfall",
        description="Sessions, channels and attribution from raw events, by dbt.",
        epilog="\n".join(
            [
                "steps:",
                *(f"  {name:<{width}}  {step.says}" for name, step in STEPS.items()),
                "",
                "`footfall STEP --help` says more. All but init and look are called in"
                " the folder of a project.",
            ]
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="say it and end")
    parser.add_argument("step", nargs="?", choices=STEPS, metavar="STEP")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, metavar="...")
    chosen = parser.parse_args(arguments)
    if chosen.version:
        print(metadata.version("footfall"))
        return 0
    if chosen.step is None:
        parser.error("name a step")
    step = STEPS[chosen.step]
    return guarded(lambda: take(step, chosen.arguments), step.failed)


def take(step: Step, arguments: Sequence[str]) -> int:
    """A step, once its project is known to use this wheel."""
    if step.runs_dbt and not {"-h", "--help"} & {*arguments}:
        folder = import_module("serving.folder")
        try:
            folder.use(Path.cwd())
        except folder.FolderError as error:
            tell(str(error), sys.stderr)
            return NOT_DONE
    code: int = getattr(import_module(step.module), step.function)(arguments)
    return code
