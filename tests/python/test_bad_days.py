"""A full disk, a server that is down, no language: a run works, or says a sentence."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from harness import ROOT

from serving import build
from serving.errors import INTERRUPTED, INTERRUPTED_CODE, guarded, sentence, tell

# What nobody may write to, whoever they are.
NOWHERE = "/sys/footfall"


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (
            'IO Error: Could not set lock on file "/a/b.duckdb": Conflicting lock is'
            " held in /usr/bin/python (PID 42). See also",
            "Another process (PID 42) has /a/b.duckdb open: wait until its run is done",
        ),
        (
            "Runtime Error in model x\n  TransactionContext Error: Failed to commit:"
            ' Could not write file "/a/b.duckdb.wal": No space left on device',
            "There is no room left on a disk that the run writes to",
        ),
        (
            "Out of Memory Error: could not allocate 30.5 MiB\n\nPossible",
            "DuckDB may use 4GB of memory, which was not enough",
        ),
        (
            'IO Error: Cannot open file "/a/b.duckdb": No such file or directory',
            "There is no folder for /a/b.duckdb: make it",
        ),
        (
            'IO Error: Cannot open file "/a/b.duckdb": Permission denied',
            "/a/b.duckdb cannot be written to (Permission denied)",
        ),
        (
            "[Errno 30] Read-only file system: '/a b/logs'",
            "/a b/logs cannot be written to (Read-only file system)",
        ),
        (
            'Database Error\n  connection to server at "db" (127.0.0.1), port 5432'
            " failed: Connection refused\n  \tIs the server running?",
            "Postgres at db, port 5432, cannot be reached (Connection refused)",
        ),
        (
            'connection to server at "db", port 1 failed: FATAL:  password'
            ' authentication failed for user "x"',
            'port 1, cannot be reached (password authentication failed for user "x")',
        ),
        ("Path '/a' does not exist.", "There is no /a: name the project's folder"),
        # What is none of these is told as it was said, without where it was called.
        (
            "Compilation Error in operation x (./dbt_project.yml)\n  footfall:"
            " seeds/a.csv, row 2:\n  bad.\n  \n  > in macro a\n  > called by macro b",
            "footfall: seeds/a.csv, row 2: bad.",
        ),
        # Nor is a cause looked for in what footfall found itself.
        (
            "Compilation Error in x\n  footfall: it says Permission denied: '/a'.",
            "footfall: it says Permission denied: '/a'.",
        ),
        ("Runtime Error\n  Odd\n   things", "Odd things"),
        ("Odd things", "Odd things"),
    ],
)
def test_what_stops_a_run_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, said: str, wanted: str
) -> None:
    """Of the causes that have nothing to do with the project in words of our own."""
    monkeypatch.delenv("FOOTFALL_DUCKDB_MEMORY", raising=False)
    told = sentence(RuntimeError(said))
    assert wanted in told
    assert "\n" not in told


def failing(error: BaseException) -> Callable[[], int]:
    """A command that something stops."""

    def command() -> int:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "wanted"),
    [
        (KeyboardInterrupt(), INTERRUPTED_CODE, INTERRUPTED),
        (OSError(28, "No space left on device"), 7, "There is no room left"),
        (ValueError("odd"), 7, "odd"),
        (ValueError(), 7, "ValueError"),
        (SystemExit("there is none"), 7, "there is none"),
    ],
)
def test_no_command_ends_in_a_traceback(
    capsys: pytest.CaptureFixture[str], error: BaseException, code: int, wanted: str
) -> None:
    """But in a sentence and an exit code."""
    assert guarded(failing(error), 7) == code
    assert capsys.readouterr().err.startswith(wanted)


def test_a_line_that_nobody_reads_stops_nothing(tmp_path: Path) -> None:
    """After `| head -1` the build goes on, and publishes."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stream:
        for _ in range(2):
            tell("a line", stream)


def test_the_project_is_found_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And its profiles beside it, unless somebody named them."""
    for name in ("DBT_PROJECT_DIR", "DBT_PROFILES_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(ROOT)
    assert build.located([])[1] == []
    monkeypatch.chdir(tmp_path)
    profiles = ["--profiles-dir", str(ROOT)]
    assert build.located([])[1] == ["--project-dir", str(ROOT), *profiles]
    assert build.located(["--project-dir", str(ROOT)])[1] == profiles
    assert build.located([f"--project-dir={ROOT}", "--profiles-dir", "x"])[1] == []
    monkeypatch.setenv("DBT_PROFILES_DIR", "x")
    assert build.located([])[1] == ["--project-dir", str(ROOT)]
    # A project of one's own, without profiles, has them in the home folder.
    (tmp_path / "dbt_project.yml").touch()
    monkeypatch.delenv("DBT_PROFILES_DIR")
    assert build.located([])[1] == []


def run(
    folder: Path,
    *arguments: str,
    environment: Mapping[str, str | None] | None = None,
    limit: Callable[[], None] | None = None,
    module: str = "serving.build",
) -> subprocess.CompletedProcess[str]:
    """A command, all of whose files are in a folder of their own."""
    return subprocess.run(
        command(folder, module, *arguments),
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=surroundings(folder, environment or {}),
        preexec_fn=limit,
    )


def command(folder: Path, module: str, *arguments: str) -> list[str]:
    """The command as a list of words."""
    paths = ["--target-path", str(folder / "target")]
    paths += ["--log-path", str(folder / "logs")]
    own = paths if module == "serving.build" else []
    return [sys.executable, "-m", module, *own, *arguments]


def surroundings(folder: Path, changes: Mapping[str, str | None]) -> dict[str, str]:
    """The variables of the environment of a command; None takes one away."""
    own = {"DO_NOT_TRACK": "1", "FOOTFALL_DUCKDB_PATH": str(folder / "footfall.duckdb")}
    return {
        name: value
        for name, value in {**os.environ, **own, **changes}.items()
        if value is not None
    }


def assert_one_sentence(said: str) -> None:
    """Nothing of Python's, and not a word of where in the code it was."""
    assert "Traceback" not in said
    assert not re.search(r'File "[^"]+\.py"|Errno|> in macro', said)


@pytest.mark.parametrize(
    ("variables", "arguments", "wanted"),
    [
        (
            {"FOOTFALL_TARGET": "postgres", "FOOTFALL_POSTGRES_PORT": "1"},
            [],
            "port 1, cannot be reached (Connection refused): start it, or set",
        ),
        # `make test` asks of one such run, and above of the sentences of the others.
        pytest.param(
            {}, ["--log-path", NOWHERE], "cannot be written to", marks=pytest.mark.long
        ),
        pytest.param(
            {"FOOTFALL_DUCKDB_PATH": f"{NOWHERE}/a.duckdb"},
            [],
            f"There is no folder for {NOWHERE}/a.duckdb: make it",
            marks=pytest.mark.long,
        ),
        pytest.param(
            {"DBT_PROFILES_DIR": "/nowhere"},
            [],
            "There is no /nowhere: name the project's folder with --project-dir",
            marks=pytest.mark.long,
        ),
        pytest.param(
            {"FOOTFALL_DUCKDB_PATH": str(ROOT / "README.md")},
            [],
            "README.md is no DuckDB database: name another file",
            marks=pytest.mark.long,
        ),
        pytest.param(
            {"FOOTFALL_DUCKDB_PATH": str(ROOT / "docs")},
            [],
            "docs is a folder: name a file in FOOTFALL_DUCKDB_PATH",
            marks=pytest.mark.long,
        ),
    ],
)
def test_a_build_that_cannot_start_says_why(
    tmp_path: Path, variables: dict[str, str], arguments: list[str], wanted: str
) -> None:
    """With exit code 2, before anything is touched."""
    done = run(tmp_path, *arguments, environment=variables)
    assert done.returncode == build.NOT_STARTED, done.stderr
    assert done.stderr.startswith("The build did not start. ")
    assert wanted in done.stderr
    assert_one_sentence(done.stderr)


@pytest.mark.long  # `make test` asks of the sentences alone, above.
@pytest.mark.parametrize(
    ("memory", "size", "wanted"),
    [
        ("50MB", None, "failed: DuckDB may use 50MB of memory, which was not enough"),
        # More than what dbt writes down of the project, and less than the database,
        # which may fail within a model or, where its log is written, between two.
        ("4GB", 20_000_000, "There is no room left on a disk"),
    ],
)
def test_a_build_without_room_says_so_once(
    tmp_path: Path, memory: str, size: int | None, wanted: str
) -> None:
    """However many models it stopped; and the next build, with room, goes on."""

    def limit() -> None:
        if size:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    done = run(tmp_path, environment={"FOOTFALL_DUCKDB_MEMORY": memory}, limit=limit)
    assert done.returncode == build.FAILED, done.stderr
    assert done.stderr.count(wanted) == 1, done.stderr
    assert_one_sentence(done.stderr)
    again = run(tmp_path)
    assert again.returncode == build.GREEN, again.stderr


LATIN: dict[str, str | None] = {"LANG": "C", "LC_ALL": "C"}
EVENTS = "besucher,id,zeit,ereignis,plattform\n" + "".join(
    f"Jürgen{nth % 3},{nth},2026-01-02 10:{nth:02}:00,page_view,büro\n"
    for nth in range(30)
)


@pytest.mark.long  # `make test` asks whether the words of a table are found, below.
def test_a_build_needs_neither_a_language_nor_a_home(tmp_path: Path) -> None:
    """Nor plain letters in paths, columns, settings and names of sources."""
    folder = tmp_path / "Größe o's {x} [y]"
    folder.mkdir()
    file = folder / "Käufe.csv"
    file.write_text(EVENTS, encoding="utf-8")
    columns = {"event_id": "id", "visitor_id": "besucher", "occurred_at": "zeit"}
    columns |= {"event_name": "ereignis", "platform": "plattform"}
    source = {"preset": "columns", "events": str(file), "columns": columns}
    settings = json.dumps(
        {
            "sources": {"o's Büro": source},
            "session_timeout_minutes_by_platform": {"büro": 1},
        }
    )
    without_home = {"HOME": None} | LATIN
    built = run(folder, "--vars", settings, environment=without_home)
    assert built.returncode == build.GREEN, built.stderr
    # A visitor's events are three minutes apart, and a session ends after one.
    assert "sessions     30\n" in built.stdout
    told = run(folder, module="serving.report", environment=without_home)
    assert told.returncode == 0, told.stderr


def test_letters_are_read_in_any_language(tmp_path: Path) -> None:
    """What a file is, is said under LANG=C too, with its brackets and its umlauts."""
    folder = tmp_path / "Größe [y]"
    folder.mkdir()
    file = folder / "Käufe.csv"
    file.write_text(EVENTS, encoding="utf-8")
    found = run(tmp_path, str(file), module="serving.sources", environment=LATIN)
    assert found.returncode == 2
    assert f"{file} has the columns besucher, id, zeit, ereignis" in found.stderr


@pytest.mark.long  # `make test` asks what an interrupted command says, above.
@pytest.mark.parametrize("seconds", [0.5, 3, 12, 25])
def test_an_interrupted_build_says_one_line(tmp_path: Path, seconds: float) -> None:
    """Whether Python still imports, dbt reads the project, or a model is being made."""

    def listen() -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)

    process = subprocess.Popen(
        command(tmp_path, "serving.build"),
        cwd=ROOT,
        env=surroundings(tmp_path, {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A process that was begun in the background is deaf to it.
        preexec_fn=listen,  # noqa: PLW1509 (no other thread runs here)
    )
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    # A shell shows both as 130.
    assert process.returncode in (INTERRUPTED_CODE, -signal.SIGINT), said
    assert said.startswith("Interrupted"), said
    assert_one_sentence(said)


def test_without_a_build_a_publish_and_a_report_say_what_to_run(
    tmp_path: Path,
) -> None:
    """In one sentence each."""
    for module, wanted in {
        "serving.publish": "Not published. There is no",
        "serving.report": "There are no published marts at",
    }.items():
        paths = ["--target-path", str(tmp_path)] if module == "serving.publish" else []
        done = run(tmp_path, *paths, module=module)
        assert done.returncode == 1
        assert done.stderr.startswith(wanted)
        assert "run `make build`" in done.stderr
        assert_one_sentence(done.stderr)
