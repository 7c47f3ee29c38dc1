"""What is published is the build, whole, and readers never notice how it came there."""

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from harness import ROOT, Row, copy_project
from nightly import Served, environment
from tiers import TRIALS

from serving import build as runner
from serving import made
from serving import publish as publisher
from serving.checks import GreenBuild, PublishError, is_published, opened
from serving.contents import Relation
from serving.made import BUILD, RELATIONS
from serving.places import Places, places
from serving.summary import READ, figures, seconds_by_layer

# Asks for the publish, for the number of its build, and of two marts at once for the
# number that each build wrote in both.
QUERY = """
    with numbered as (
        select build_id, cast(cast(left(run_id, 8) as integer) as varchar) as number
        from published_build
    )

    select
        (select build_id from numbered),
        (select number || '-' || number from numbered),
        (select min(visitor_id) || '-' || max(visitor_id) from fct_conversions),
        (select min(visitor_id) || '-' || max(visitor_id) from fct_page_views)
"""
READER = """
import json, os, sys, time
import duckdb
kind, path, stop, query, ready = sys.argv[1:]
# Never at rest, but behind the publish where cores are few.
os.nice(10)
seen, failed, mixed, asked = set(), [], 0, 0
connection, inode = None, None
while not os.path.exists(stop):
    try:
        if kind == "reopened" and inode != os.stat(path).st_ino and connection:
            connection.close()
            connection = None
        if connection is None:
            inode = os.stat(path).st_ino
            connection = duckdb.connect(path, read_only=True)
        ((first, second, third, fourth),) = connection.execute(query).fetchall()
        mixed += not second == third == fourth
        seen.add(first)
        asked += 1
        if kind == "each":
            connection.close()
            connection = None
    except Exception as error:
        failed.append(repr(error))
    open(ready, "a").close()
print(json.dumps({"seen": len(seen), "failed": failed, "mixed": mixed, "asked": asked}))
"""


def ask(database: Path, sql: str) -> list[Row]:
    """Answer a query of a file that nobody writes to."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


class Scratch:
    """A copy of a build, in which later builds are played."""

    def __init__(self, served: Served, folder: Path) -> None:
        self.folder = folder
        self.target = folder / "target"
        self.where = Places(folder / "serving.duckdb")
        shutil.copy(served.database, folder)
        self.target.mkdir()
        for name in ("manifest.json", "run_results.json"):
            shutil.copy(served.target / name, self.target)

    def build(self, number: int) -> None:
        """Write to the database as a build does, and say as dbt does that it is green.

        The number stands in every row of two marts, and in the run's id.
        """
        run_id = f"{number:08}-played"
        with duckdb.connect(str(self.folder / "footfall.duckdb")) as connection:
            # The marts are views of these.
            for model in ("int_conversions__valued", "int_page_views__numbered"):
                connection.execute(f"update {model} set visitor_id = '{number}'")
            connection.execute(
                f"update footfall_states set definition = '{run_id}'"
                " where relation_name = 'last run'"
            )
        for name in ("manifest.json", "run_results.json"):
            self.change(name, lambda content: content["metadata"].update(id_of(run_id)))

    def change(self, name: str, change: Callable[[dict[str, Any]], object]) -> None:
        """Change what dbt wrote."""
        content = json.loads((self.target / name).read_text())
        change(content)
        (self.target / name).write_text(json.dumps(content))

    def command(self) -> list[str]:
        """The publish as a process."""
        command = [sys.executable, "-m", "serving.publish"]
        return [*command, "--target-path", str(self.target)]

    def publish(
        self, limit: Callable[[], None] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end, under a limit that the process sets itself."""
        return subprocess.run(
            self.command(),
            cwd=ROOT,
            env=environment(self.folder),
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=limit,
        )

    def refused(self) -> str:
        """Why a publish was, once it is known that readers have what they had."""
        before = self.where.serving.stat() if self.where.serving.exists() else None
        done = self.publish()
        assert done.returncode == 1, done.stdout
        after = self.where.serving.stat() if self.where.serving.exists() else None
        assert (before and before.st_ino) == (after and after.st_ino)
        said = done.stderr.strip()
        assert said.startswith("Not published. ")
        assert "Traceback" not in said
        return said

    def leftovers(self) -> list[str]:
        """Names of files that no reader asked for."""
        found = [*self.folder.rglob(".*"), *self.folder.rglob("*.wal")]
        return sorted(path.name for path in found)

    def builds(self) -> list[str]:
        """Names of the folders of Parquet files, by the time in them."""
        return sorted(path.name for path in self.where.versions.glob("2*"))


def id_of(run_id: str) -> dict[str, str]:
    """dbt's metadata of a run."""
    return {"invocation_id": run_id}


@pytest.fixture
def scratch(served: Served, tmp_path: Path) -> Scratch:
    """One's own copy of the build, with nothing published."""
    return Scratch(served, tmp_path)


def test_a_green_build_is_published_and_says_so(served: Served) -> None:
    """0 tells a scheduler that readers have the new rows."""
    assert served.code == 0, served.lines[-2:]
    published, report, refused = (line["info"]["msg"] for line in served.lines[-3:])
    count = len(served.marts())
    pattern = rf"Published {count} marts, [\d,]+ rows, as .*; {count} of the marts"
    assert re.match(pattern, published)
    assert str(served.where.report) in report
    ledger = "select sum(received - accepted) from mart_quality__event_ledger"
    assert f"Refused: {ask(served.where.serving, ledger)[0][0]:,} events" in refused
    assert str(served.where.serving) in published


def test_every_line_is_json_that_one_reader_understands(served: Served) -> None:
    """dbt's lines and our own have the same form."""
    names = {line["info"]["name"] for line in served.lines}
    assert {"LogModelResult", "FootfallSummary", "FootfallSays"} <= names
    assert all({"info", "data"} <= line.keys() for line in served.lines)


def test_the_summary_is_what_the_marts_and_the_input_say(served: Served) -> None:
    """Counted another way: from rows, and not from the ledger's sums."""
    rejected: dict[str, int] = dict(
        ask(
            served.database,
            "select rejection_reason, count(*) from mart_quality__rejected_events"
            " group by all",
        )
    )
    ((received, accepted, sessions, conversions),) = ask(
        served.database,
        "select (select count(*) from (select event_id from raw_events union all"
        " select consent_id from raw_consents)),"
        " (select count(*) from fct_events),"
        " (select count(distinct session_id) from fct_events),"
        " (select count(distinct conversion_id) from fct_conversions)",
    )
    revenue = {
        currency: str(amount)
        for currency, amount in ask(
            served.database,
            "select currency, sum(revenue) from fct_conversions"
            " where revenue <> 0 group by all",
        )
    }
    found = served.summary()["figures"]
    assert {k: n for k, n in found.pop("rejected").items() if n} == rejected
    assert found == {
        "received": received,
        "accepted": accepted,
        "sessions": sessions,
        "conversions": conversions,
        "revenue": revenue,
        "unread_consent": {},
        "unread_amounts": {"1,299": 1},
        "unread_amount_count": 1,
        "amounts_without_currency": 0,
        "revenue_without_currency": "0.000000",
        "left_out": {},
        "set_aside": [],
        "unmatched": [],
    }
    assert min(received, accepted, sessions, conversions) > 100


def test_the_layers_seconds_are_those_of_all_nodes(served: Served) -> None:
    """None is counted twice, and none that works is left out."""
    results = served.artifact("run_results.json")["results"]
    spent = sum(
        result["execution_time"]
        for result in results
        if result["unique_id"].split(".")[0] not in ("operation", "exposure")
    )
    said = served.summary()
    layers = said["layer_seconds"]
    assert set(layers) == {"seeds", "staging", "intermediate", "marts", "tests"}
    assert sum(layers.values()) == pytest.approx(spent, abs=0.05 * len(layers))
    assert sum(said["node_counts"].values()) == len(results)


def test_seconds_go_to_the_layer_of_the_node() -> None:
    """Figures worked by hand."""
    nodes = {"model.f.a": {"fqn": ["f", "marts", "core", "a"]}}
    results = [
        {"unique_id": "model.f.a", "execution_time": 1.5},
        {"unique_id": "model.f.a", "execution_time": 1.0},
        {"unique_id": "unit_test.f.a.b", "execution_time": 0.3},
        {"unique_id": "operation.f.hook", "execution_time": 9.0},
    ]
    assert seconds_by_layer(nodes, results) == {"marts": 2.5, "unit tests": 0.3}


def test_there_are_no_figures_of_marts_that_were_not_built(served: Served) -> None:
    """A selection would show those of the run before."""
    nodes = served.artifact("manifest.json")["nodes"]
    built = [key for key, node in nodes.items() if node["name"] in READ[1:]]
    assert len(built) == len(READ) - 1
    assert (
        figures(nodes, built, lambda _: pytest.fail("nothing is to be asked")) is None
    )


def test_every_mart_is_there_with_the_builds_rows(served: Served) -> None:
    """As a table, as a view over Parquet: row by row, of one build."""
    for file in (served.where.serving, served.where.views):
        with duckdb.connect(str(file), read_only=True) as connection:
            names = [row[0] for row in connection.execute("show tables").fetchall()]
            ours = sorted([*served.marts(), BUILD.name, RELATIONS.name])
            assert sorted(names) == ours
            connection.execute(f"attach '{served.database}' as footfall (read_only)")
            for name in served.marts():
                published = f"select * from {name}"
                built = f"select * from footfall.main.{name}"
                for one, other in ((published, built), (built, published)):
                    differing = connection.execute(
                        f"select count(*) from ({one} except all {other})"
                    ).fetchall()
                    assert differing == [(0,)], name
            ((build_id, at, version),) = connection.execute(
                "select build_id, cast(published_at as varchar), footfall_version"
                " from published_build"
            ).fetchall()
            assert build_id == served.where.latest.readlink().name
            assert re.sub(r"\D", "", build_id[:19]).startswith(re.sub(r"\D", "", at))
            assert f"version: {version}" in (ROOT / "dbt_project.yml").read_text()
            counted = " union all ".join(
                f"select '{name}', count(*), '{build_id}' from {name}"
                for name in served.marts()
            )
            relations = connection.execute(
                "select relation_name, row_count, unchanged_since"
                " from published_relations order by relation_name"
            ).fetchall()
            assert relations == connection.execute(counted).fetchall()


def test_every_relation_and_column_is_explained(served: Served) -> None:
    """In both files, in the words of the docs."""
    nodes = served.artifact("manifest.json")["nodes"].values()
    said = {n["name"]: n["description"] for n in nodes if is_published(n)}
    said |= {each.name: each.comment for each in (BUILD, RELATIONS)}
    for file in (served.where.serving, served.where.views):
        relations = ask(
            file,
            "select table_name, comment from duckdb_tables() union all"
            " select view_name, comment from duckdb_views() where not internal",
        )
        assert dict(relations) == said
        # What could not be read may be anything.
        assert "mart_quality__unread_lines" not in said
        bare = ask(
            file,
            "select table_name, column_name from duckdb_columns()"
            " where not internal and coalesce(trim(comment), '') = ''",
        )
        assert bare == []


def test_the_files_are_of_the_oldest_format(served: Served) -> None:
    """Drivers of years ago read them."""
    for file in (served.where.serving, served.where.views):
        with opened() as connection:
            connection.execute(f"attach '{file}' as published (read_only)")
            tags = connection.execute(
                "select tags from duckdb_databases() where database_name = 'published'"
            ).fetchall()
        assert tags == [({"storage_version": "v1.0.0+"},)]


def test_the_views_are_read_from_any_folder(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A BI tool's working directory is nobody's choice."""
    monkeypatch.chdir(tmp_path)
    assert ask(served.where.views, "select count(*) from fct_sessions") == ask(
        served.database, "select count(*) from fct_sessions"
    )


def test_no_reader_fails_or_sees_two_builds(scratch: Scratch) -> None:
    """Builds and publishes, and four readers that never rest."""
    scratch.build(0)
    assert scratch.publish().returncode == 0
    stop = scratch.folder / "stop"
    kinds = [
        ("each", scratch.where.serving),
        ("held", scratch.where.serving),
        ("reopened", scratch.where.serving),
        ("each", scratch.where.views),
    ]
    readers, ready = [], []
    for number, (kind, path) in enumerate(kinds):
        ready.append(scratch.folder / f"ready{number}")
        command = [sys.executable, "-c", READER, kind, str(path), str(stop), QUERY]
        command.append(str(ready[-1]))
        readers.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    try:
        wait_for(ready)
        for number in range(1, TRIALS.publishes + 1):
            scratch.build(number)
            done = scratch.publish()
            assert done.returncode == 0, done.stderr
    finally:
        stop.touch()
        said = [json.loads(reader.communicate()[0]) for reader in readers]
    for (kind, _), answer in zip(kinds, said, strict=True):
        assert answer["failed"] == [], kind
        assert answer["mixed"] == 0, kind
        assert answer["asked"] > TRIALS.publishes, kind
    each, held, reopened, views = (answer["seen"] for answer in said)
    assert held == 1
    assert min(each, reopened, views) > TRIALS.publishes / 2
    assert scratch.leftovers() == []
    assert len(scratch.builds()) == 2


def test_what_a_build_left_as_it_was_is_not_written_again(scratch: Scratch) -> None:
    """Of all marts two change, and what is a view of them."""
    scratch.build(1)
    assert scratch.publish().returncode == 0
    before = files(scratch.where)
    again = scratch.publish()
    assert "; 0 of the marts changed." in again.stdout
    assert files(scratch.where) == before
    scratch.build(2)
    assert scratch.publish().returncode == 0
    after = files(scratch.where)
    kept = before.items() & after.items()
    gone = {path.name.partition(".")[0] for path in before.keys() - after.keys()}
    assert gone == set()
    new = {path.name.partition(".")[0] for path in after.keys() - before.keys()}
    assert {"fct_conversions", "fct_page_views"} <= new
    assert len(kept) == len(before)
    assert len(new) < len(before) / 4
    for _ in range(2):
        assert scratch.publish().returncode == 0
    # The one before is of the same build, so nobody reads what was before that.
    assert len(files(scratch.where)) == len(before)


def files(where: Places) -> dict[Path, tuple[int, int]]:
    """The Parquet files: which they are, and when they were written."""
    found = {path: path.stat() for path in where.files.iterdir()}
    return {path: (each.st_ino, each.st_mtime_ns) for path, each in found.items()}


def wait_for(paths: list[Path], seconds: float = 30) -> None:
    """Until all are there."""
    end = time.monotonic() + seconds
    while not all(path.exists() for path in paths):
        assert time.monotonic() < end, "a reader did not start"
        time.sleep(0.05)


def test_a_reader_that_sees_two_builds_is_found_out(tmp_path: Path) -> None:
    """The reader of the test above, on a file that mixes them."""
    path, stop, ready = tmp_path / "mixed.duckdb", tmp_path / "stop", tmp_path / "ready"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table published_build as"
            " select 'x' as build_id, '00000001-played' as run_id"
        )
        for name, number in (("fct_conversions", 1), ("fct_page_views", 2)):
            connection.execute(
                f"create table {name} as select '{number}' as visitor_id"
            )
    command = [sys.executable, "-c", READER, "each", str(path), str(stop), QUERY]
    with subprocess.Popen([*command, str(ready)], stdout=subprocess.PIPE) as reader:
        wait_for([ready])
        stop.touch()
        answer = json.loads(reader.communicate()[0])
    assert answer["mixed"] == answer["asked"] > 0


def test_a_publish_that_is_killed_leaves_the_old_files_whole(scratch: Scratch) -> None:
    """At moments from its start to its end; the next one goes through."""
    scratch.build(0)
    started = time.monotonic()
    assert scratch.publish().returncode == 0
    took = time.monotonic() - started
    killed_at_work = 0
    for number in range(1, TRIALS.killed_publishes + 1):
        scratch.build(number)
        process = subprocess.Popen(
            scratch.command(),
            cwd=ROOT,
            env=environment(scratch.folder),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(took * number / TRIALS.killed_publishes)
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed_at_work += scratch.leftovers() != []
        for file in (scratch.where.serving, scratch.where.views):
            ((_, second, third, fourth),) = ask(file, QUERY)
            assert second == third == fourth
            assert int(third.split("-")[0]) <= number
            for mart in ("fct_sessions", "fct_page_views"):
                sql = f"select count(*) from {mart}"
                assert ask(file, sql) == ask(scratch.folder / "footfall.duckdb", sql)
    assert killed_at_work >= TRIALS.killed_publishes // 5
    done = scratch.publish()
    assert done.returncode == 0, done.stderr
    assert scratch.leftovers() == []
    last = TRIALS.killed_publishes
    assert ask(scratch.where.serving, QUERY)[0][2] == f"{last}-{last}"
    assert len(scratch.builds()) == 2
    assert scratch.builds()[-1] == scratch.where.latest.readlink().name


def fail(results: dict[str, Any]) -> None:
    """Have one test fail."""
    next(each for each in results["results"] if each["unique_id"].startswith("test."))[
        "status"
    ] = "fail"


def skip_all(results: dict[str, Any]) -> None:
    """Have nothing but skipped nodes, as after a hook that failed."""
    for each in results["results"]:
        each["status"] = "skipped"


def leave_out(name: str) -> Callable[[dict[str, Any]], None]:
    """Have a node not be part of the run."""

    def change(results: dict[str, Any]) -> None:
        kept = [e for e in results["results"] if e["unique_id"].split(".")[2] != name]
        assert len(kept) == len(results["results"]) - 1
        results["results"] = kept

    return change


WRONG: dict[str, tuple[str, Callable[[dict[str, Any]], object], str]] = {
    "a failed test": ("run_results", fail, "was not green: .* failed"),
    "nothing that ran": ("run_results", skip_all, "was not green: .* did not run"),
    "a mart left out": (
        "run_results",
        leave_out("mart_device__daily"),
        "left out mart_device__daily: ",
    ),
    "a test left out": (
        "run_results",
        leave_out("assert_daily_marts_count_each_session_once"),
        "left out assert_daily_marts_count_each_session_once: ",
    ),
    "rows left out": (
        "run_results",
        lambda content: content["args"].update(empty=True),
        "was of a part, by --empty: ",
    ),
    "another command": (
        "run_results",
        lambda content: content["args"].update(which="test"),
        "was `dbt test`",
    ),
    "another engine": (
        "manifest",
        lambda content: content["metadata"].update(adapter_type="postgres"),
        "was on postgres",
    ),
    "another parse": (
        "manifest",
        lambda content: content["metadata"].update(id_of("x")),
        "different dbt commands",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_green_build_is_refused(scratch: Scratch, name: str) -> None:
    """In one sentence, and readers keep what they have."""
    artifact, change, sentence = WRONG[name]
    scratch.change(f"{artifact}.json", change)
    assert re.search(sentence, scratch.refused())


def test_a_build_of_another_database_is_refused(scratch: Scratch) -> None:
    """As is one that was written to after the build: its last run is another."""
    with duckdb.connect(str(scratch.folder / "footfall.duckdb")) as connection:
        connection.execute("update footfall_states set definition = 'later'")
    assert "is not the one that dbt's artifacts tell of" in scratch.refused()
    with duckdb.connect(str(scratch.folder / "footfall.duckdb")) as connection:
        connection.execute("drop table footfall_states")
    assert "is not the one that dbt's artifacts tell of" in scratch.refused()


def test_what_is_not_there_is_named(scratch: Scratch) -> None:
    """Before the first build, and after an interrupted one."""
    (scratch.target / "run_results.json").write_text('{"metadata"')
    assert "run_results.json is cut off" in scratch.refused()
    (scratch.target / "run_results.json").unlink()
    assert "There is no" in scratch.refused()


def test_a_database_that_is_gone_is_named(scratch: Scratch) -> None:
    """FOOTFALL_DUCKDB_PATH may point elsewhere."""
    (scratch.folder / "footfall.duckdb").unlink()
    assert "There is no database" in scratch.refused()


def test_a_file_that_is_no_database_is_named(scratch: Scratch) -> None:
    """Nothing of the engine's trace is shown."""
    (scratch.folder / "footfall.duckdb").write_text("id,name\n" * 5000)
    assert "cannot be read" in scratch.refused()


def test_a_database_that_is_being_built_is_refused(scratch: Scratch) -> None:
    """The writer is in this process, the publish in another."""
    with duckdb.connect(str(scratch.folder / "footfall.duckdb")):
        assert "Another process is writing" in scratch.refused()


def test_of_two_publishes_at_once_the_second_is_refused(scratch: Scratch) -> None:
    """Two that share the unfinished files would publish each other's."""
    assert scratch.publish().returncode == 0
    with made.alone(scratch.where):
        assert "Another publish" in scratch.refused()
    assert scratch.publish().returncode == 0


def test_a_full_disk_leaves_what_was_there(scratch: Scratch) -> None:
    """Played by a limit on the size of files, below that of the copy."""
    scratch.build(6)
    assert scratch.publish().returncode == 0
    before = ask(scratch.where.serving, QUERY)
    scratch.build(7)
    limit = scratch.where.serving.stat().st_size // 2
    done = scratch.publish(
        lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    )
    assert done.returncode == 1
    assert "the old one or the new" in done.stderr
    assert "Traceback" not in done.stderr
    assert ask(scratch.where.serving, QUERY) == before
    assert scratch.leftovers() == []


def test_a_copy_that_lost_a_row_is_not_published(tmp_path: Path) -> None:
    """Both copies are counted after they are read again from the disk."""
    relation = Relation("lost", 3, "content", "build")
    with opened() as connection:
        connection.execute(f"attach ':memory:' as {publisher.COPIES}")
        for copied, parquet in ((3, 3), (2, 3), (3, 2)):
            connection.execute(
                f"create or replace table {publisher.COPIES}.main.lost as"
                f" from range({copied})"
            )
            file = tmp_path / "lost.parquet"
            connection.execute(f"copy (from range({parquet})) to '{file}'")
            if copied == parquet == 3:
                publisher.verify(connection, relation, file)
                continue
            with pytest.raises(PublishError, match="has 3 rows, but its copies have"):
                publisher.verify(connection, relation, file)


def test_a_build_is_not_published_over_itself(tmp_path: Path) -> None:
    """It would be lost, and with it what the next run adds to."""
    database = tmp_path / "built.duckdb"
    database.write_text("built")
    with pytest.raises(PublishError, match="cannot be what is published too"):
        publisher.publish(
            GreenBuild(database, "built", "main", "12345678", ()), Places(database)
        )
    assert database.read_text() == "built"


def test_the_serving_file_may_be_put_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a variable; else it is beside the build's database."""
    monkeypatch.setenv("FOOTFALL_DUCKDB_PATH", "warehouse/other/x.duckdb")
    monkeypatch.delenv("FOOTFALL_SERVING_PATH", raising=False)
    assert places().serving == ROOT / "warehouse" / "other" / "x_serving.duckdb"
    monkeypatch.setenv("FOOTFALL_SERVING_PATH", "elsewhere/marts.duckdb")
    assert places().views == ROOT / "elsewhere" / "marts_views.duckdb"
    assert places().latest == ROOT / "elsewhere" / "marts" / "latest"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, with a test that fails."""
    copy = copy_project(tmp_path_factory.mktemp("project"))
    (copy / "tests" / "assert_failing.sql").write_text(
        "select 1 from {{ ref('click_ids') }}"
    )
    return copy


RunDbt = Callable[..., int]


@pytest.fixture
def run_build(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RunDbt]:
    """`python -m serving.build` in this process, on the copy of the project."""
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    before = Path.cwd()

    def run(*arguments: str) -> int:
        folders = ["--project-dir", str(project), "--profiles-dir", str(project)]
        folders += ["--target-path", str(project / "target")]
        folders += ["--log-path", str(project / "logs")]
        return runner.main([*arguments, *folders])

    yield run
    os.chdir(before)


def test_a_failed_test_is_1_and_is_named(
    run_build: RunDbt, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is published, and whoever reads the mail knows why."""
    assert run_build("--select", "click_ids") == runner.FAILED == 1
    said = capsys.readouterr()
    assert "assert_failing failed: Got " in said.err
    assert "Not published: readers have what they had." in said.err
    assert said.out.startswith("Build not green in ")


@pytest.mark.long  # `make test` asks the check for the sentence.
def test_a_wrong_setting_is_2_in_the_sentence_that_mends_it(
    run_build: RunDbt, capsys: pytest.CaptureFixture[str]
) -> None:
    """A scheduler need not try it again."""
    code = run_build("--select", "channels", "--vars", "{bot_limit_seconds: 0}")
    assert code == runner.NOT_STARTED == 2
    said = capsys.readouterr().err
    assert "the var bot_limit_seconds is '0'" in said
    assert "macro" not in said


@pytest.mark.long  # `make test` asks 2 of an unknown argument alone.
def test_a_database_in_use_is_2(
    run_build: RunDbt, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """By another build, say: a later try can go through."""
    held = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1); input()"
    command = [sys.executable, "-uc", held, str(tmp_path / "footfall.duckdb")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout
        holder.stdout.readline()
        assert run_build("--select", "channels") == runner.NOT_STARTED
        holder.communicate(b"\n")
    assert "Another process (PID " in capsys.readouterr().err


def test_an_unknown_argument_is_2(
    run_build: RunDbt, capsys: pytest.CaptureFixture[str]
) -> None:
    """dbt's own word on it."""
    assert run_build("--nonsense") == runner.NOT_STARTED
    assert "No such option" in capsys.readouterr().err


@pytest.mark.long  # `make test` asks of a failed test.
def test_a_selection_is_3_and_stays_unpublished(
    run_build: RunDbt, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Green, but nobody knows of the rows and marts that it left out."""
    code = run_build("--select", "channels", "--empty")
    assert code == runner.NOT_PUBLISHED == 3
    said = capsys.readouterr()
    assert said.out.startswith("Build green in ")
    assert "Not published. The last build was of a part, by --empty, --select: " in (
        said.err
    )
    assert list(tmp_path.glob("serving*")) == []
