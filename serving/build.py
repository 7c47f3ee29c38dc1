"""Build and test everything, say what came of it, and publish the marts.

`python -m serving.build [arguments of dbt build]` runs `dbt build` without unit tests,
which test the project and not its input, unless resource types are chosen, by option or
by dbt's variables. `--vars` takes the path of a file too, `--vars my_settings.yml`. It
writes the database, FOOTFALL_DUCKDB_PATH or else warehouse/footfall.duckdb, and dbt's
folders target/ and logs/. On DuckDB a green build of everything is then published as by
`python -m serving.publish`; on Postgres and Spark the warehouse's own schema serves.
With `--log-format json` each line on the standard output is one of JSON.

Exit codes:
  0  green, and published where that is asked for
  1  a model or a test failed; readers have what they had
  2  the run could not start: a wrong setting or rule, a database in use
  3  green, but not published: a build of a part, something in the way, no room
  130  interrupted; the next run goes on
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.adapters.factory import get_adapter_by_type
from dbt.cli.main import dbtRunner
from tqdm import tqdm

from serving.checks import FINE, PublishError, artifact, green_build, shortened
from serving.errors import (
    INTERRUPTED,
    INTERRUPTED_CODE,
    cause,
    guarded,
    sentence,
    tell,
)
from serving.findings import READ, TARGETS, Findings, findings
from serving.places import IS_CLONE, ROOT, Places, build_database, called, places
from serving.publish import publish
from serving.rows import Row
from serving.seeds import unreadable
from serving.settings import SettingsError, assert_project_vars, chosen_vars
from serving.summary import (
    Figures,
    Summary,
    as_json,
    as_text,
    figures,
    log_line,
    seconds_by_layer,
)

GREEN, FAILED, NOT_STARTED, NOT_PUBLISHED = range(4)


class Listener:
    """Hears what dbt does: moves the bar, and reads the figures before dbt lets go."""

    def __init__(self, bar: "tqdm[Any]") -> None:
        self.bar = bar
        self.target: Path | None = None
        """dbt's target folder, once it wrote there."""
        self.figures: Figures | None = None
        self.findings: Findings | None = None
        self.built: list[str] = []
        self.notes: list[str] = []
        """What macros tell: what is filled anew and why, what a source took back."""

    def __call__(self, event: Any) -> None:
        """Take in one of dbt's events."""
        if event.info.name == "ArtifactWritten":
            self.target = Path(event.data.artifact_path).resolve().parent
        elif event.info.name == "ConcurrencyLine":
            self.bar.total = event.data.node_count
            self.bar.set_description("building")
        elif event.info.name == "JinjaLogInfo":
            self.notes.append(event.data.msg)
        elif event.info.name == "NodeFinished":
            self.bar.update()
            if event.data.run_result.status == "success":
                self.built.append(event.data.node_info.unique_id)
        elif event.info.name == "EndRunResult" and self.target:
            self.read(self.target)

    def read(self, target: Path) -> None:
        """Ask the engine that was built on, through dbt's own connection."""
        manifest = artifact(target / "manifest.json")
        engine = manifest["metadata"]["adapter_type"]
        adapter = get_adapter_by_type(engine)  # type: ignore[no-untyped-call]

        def ask(sql: str) -> list[Row]:
            with adapter.connection_named("footfall_summary"):
                _, table = adapter.execute(sql, fetch=True)
            return [tuple(row.values()) for row in table.rows]

        self.figures = figures(manifest["nodes"], self.built, ask)
        relations = {
            node["name"]: node["relation_name"]
            for key, node in manifest["nodes"].items()
            if key in self.built and node["name"] in (*READ, TARGETS)
        }
        if relations.keys() >= set(READ):
            self.findings = findings(relations, ask)


def run(dbt_arguments: Sequence[str], is_json: bool) -> int:
    """Build, summarise, publish; the exit code."""
    started = time.monotonic()
    quiet = ["--log-format", "json"] if is_json else ["--quiet", "--log-level", "none"]
    disable = True if is_json else None
    with tqdm(desc="reading the project", unit="node", disable=disable) as bar:
        listener = Listener(bar)
        outcome = dbtRunner(callbacks=[listener]).invoke(
            [*quiet, "build", *dbt_arguments, *types(dbt_arguments)]
        )
    # dbt holds the database open for writing as long as its process lives.
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if isinstance(outcome.exception, KeyboardInterrupt):
        say(is_json, "error", INTERRUPTED)
        return INTERRUPTED_CODE
    if outcome.exception or listener.target is None:
        message = sentence(outcome.exception or "dbt did not say why.")
        if listener.built:
            say(is_json, "error", f"The build broke off. {message}")
            return FAILED
        say(is_json, "error", f"The build did not start. {message}")
        return NOT_STARTED
    results = artifact(listener.target / "run_results.json")["results"]
    if wrong := wrong_rules(listener.target, results):
        say(is_json, "error", f"The build did not start. {' '.join(wrong)}")
        return NOT_STARTED
    failed = failures(results)
    seconds = time.monotonic() - started
    summary = summarise(listener, results, [name for name, _ in failed], seconds)
    for message, names in by_message(failed).items():
        say(is_json, "error", f"{shortened(names)} failed: {message}")
    if not is_json:
        for note in listener.notes:
            tell(note, sys.stdout)
    tell(as_json(summary) if is_json else as_text(summary), sys.stdout)
    if not summary.is_green:
        say(is_json, "error", "Not published: readers have what they had.")
        return FAILED
    return serve(listener.target, listener.figures, is_json)


def types(dbt_arguments: Sequence[str]) -> list[str]:
    """The option that leaves out unit tests, where nobody chose types of resources."""
    options = ("--resource-type", "--exclude-resource-type")
    variables = ("DBT_RESOURCE_TYPES", "DBT_EXCLUDE_RESOURCE_TYPES")
    is_chosen = any(argument.startswith(options) for argument in dbt_arguments)
    if is_chosen or any(os.environ.get(name) for name in variables):
        return []
    return ["--exclude-resource-types", "unit_test"]


def summarise(
    listener: Listener, results: list[dict[str, Any]], failed: list[str], seconds: float
) -> Summary:
    """What dbt's artifacts say of the run."""
    assert listener.target
    nodes = artifact(listener.target / "manifest.json")["nodes"]
    statuses = Counter(str(result["status"]) for result in results)
    return Summary(
        not set(statuses) - FINE,
        round(seconds, 1),
        seconds_by_layer(nodes, results),
        dict(statuses.most_common()),
        failed,
        listener.figures,
        listener.findings,
    )


def failures(results: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Name and message of what failed, what was skipped for it left out."""
    return [
        (str(result["unique_id"]).split(".")[2], str(result["message"]).strip())
        for result in results
        if result["status"] not in FINE and result["status"] != "skipped"
    ]


def wrong_rules(target: Path, results: list[dict[str, Any]]) -> list[str]:
    """What is said of rules that cannot be meant; no model was made then."""
    nodes = artifact(target / "manifest.json")["nodes"]
    return [
        sentence(str(result["message"]))
        for result in results
        if result["status"] == "error"
        and {"rules", "rates", "gate"} & {*nodes[result["unique_id"]]["tags"]}
        and "footfall: " in str(result["message"])
    ]


def by_message(failed: list[tuple[str, str]]) -> dict[str, list[str]]:
    """What is said of what failed, once, where a full disk or the like stopped many."""
    found: dict[str, list[str]] = {}
    for name, message in failed:
        found.setdefault(cause(message) or message, []).append(name)
    return found


def serve(target: Path, found: Figures | None, is_json: bool) -> int:
    """Publish a green build, where its engine is one whose file readers would lock."""
    engine = artifact(target / "manifest.json")["metadata"]["adapter_type"]
    if engine != "duckdb":
        say(is_json, "info", f"Nothing to publish: {engine} serves its own schema.")
        return GREEN
    where = places()
    try:
        published = publish(green_build(build_database(), target), where)
    except PublishError as error:
        say(is_json, "error", f"Not published. {error}")
        return NOT_PUBLISHED
    say(is_json, "info", published.sentence(where))
    for step in next_steps(found, where):
        say(is_json, "info", step)
    return GREEN


def next_steps(found: Figures | None, where: Places) -> list[str]:
    """Where to look now: at the report, and at what was refused."""
    page = f"Next: `make report` writes these marts as one page, {where.report}"
    shown = ", and `make superset` shows them as a dashboard" if IS_CLONE else ""
    steps = [f"{page}{shown}."]
    refused = sum(found.rejected.values()) if found else 0
    if refused:
        steps.append(
            f"Refused: {refused:,} events, each with its reason in"
            " mart_quality__rejected_events."
        )
    return steps


def say(is_json: bool, level: str, message: str) -> None:
    """A sentence: to people errors on the standard error, to machines all on one."""
    if is_json:
        tell(log_line("FootfallSays", level, message, {}), sys.stdout)
    else:
        tell(message, sys.stderr if level == "error" else sys.stdout)


def main(arguments: Sequence[str] | None = None) -> int:
    """Take out what is for us; the rest is for dbt."""
    parser = argparse.ArgumentParser(
        prog=called("python -m serving.build"),
        description=called(str(__doc__)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--log-format",
        choices=["text", "json"],
        default=os.environ.get("DBT_LOG_FORMAT", "text"),
        help="lines for people, or of JSON; DBT_LOG_FORMAT says the same",
    )
    parser.add_argument(
        "--vars",
        help="a file of vars, YAML or JSON, or the vars themselves as dbt takes them",
    )
    chosen, for_dbt = parser.parse_known_args(arguments)
    is_json = chosen.log_format == "json"
    project, options = located(for_dbt)
    try:
        assert_project_vars(project)
        if said := unreadable(project):
            raise SettingsError(said)
        if chosen.vars is not None:
            for_dbt += ["--vars", chosen_vars(chosen.vars)]
    except SettingsError as error:
        say(is_json, "error", f"The build did not start. footfall: {error}")
        return NOT_STARTED
    return guarded(lambda: run([*for_dbt, *options], is_json), FAILED)


def located(dbt_arguments: Sequence[str]) -> tuple[Path, list[str]]:
    """The project, and the options that name it and its profiles where nobody did.

    dbt looks for both where it is called from, and for profiles in the home folder.
    """
    named = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    named.add_argument("--project-dir", default=os.environ.get("DBT_PROJECT_DIR"))
    named.add_argument("--profiles-dir", default=os.environ.get("DBT_PROFILES_DIR"))
    chosen, _ = named.parse_known_args(dbt_arguments)
    options = []
    is_here = Path("dbt_project.yml").exists()
    project = Path(chosen.project_dir or ("." if is_here else ROOT))
    if not chosen.project_dir and not is_here:
        options += ["--project-dir", str(ROOT)]
    here = Path("profiles.yml").exists()
    if not chosen.profiles_dir and not here and (project / "profiles.yml").exists():
        options += ["--profiles-dir", str(project)]
    return project, options


if __name__ == "__main__":
    sys.exit(main())
