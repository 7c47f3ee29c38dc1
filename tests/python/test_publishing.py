"""Publishing replaces and removes what footfall published, and nothing else, ever."""

import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.cli.main import build as dbt_build
from harness import ROOT
from tiers import TRIALS

from serving import publish as publisher
from serving.checks import NARROWING, GreenBuild, Mart, PublishError, assert_whole
from serving.made import made
from serving.places import Places, places

# More than a publish has, so that one is killed at each of them.
STEPS = 60
BUILD, FOLDER, LINK = (f"2020010{day}T000000.000Z-deadbeef" for day in (1, 2, 3))
UP = "../../../outside/fct_ones"
CHANGES = {
    *("os.chmod", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink"),
    *("fcntl.flock", "shutil.rmtree"),
}


class Killed(BaseException):
    """A process that does nothing any more, not even what it does at its end."""


class Killer:
    """Kills a publish before one of its changes to the disk, and so all that follow."""

    def __init__(self) -> None:
        self.steps_left: int | None = None

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Hear of what Python is about to do."""
        if self.steps_left is None:
            return
        opens = (
            event == "open"
            and isinstance(arguments[1], str)
            and "r" not in arguments[1]
        )
        if event in CHANGES or opens:
            self.steps_left -= 1
            if self.steps_left < 0:
                raise Killed

    def publish(self, build: GreenBuild, where: Places, steps: int) -> bool:
        """Publish, and be killed after so many steps; whether it came to its end."""
        self.steps_left = steps
        try:
            publisher.publish(build, where)
        except Killed:
            return False
        finally:
            self.steps_left = None
        return True


@pytest.fixture(scope="module")
def killer() -> Killer:
    """Hears all that this process does, and is deaf outside its method."""
    made = Killer()
    sys.addaudithook(made)
    return made


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> GreenBuild:
    """Two small marts."""
    database = tmp_path_factory.mktemp("built") / "tiny.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table fct_ones as select 1 as n")
        connection.execute("create table fct_twos as from range(2) as t (n)")
    marts = (Mart("fct_ones", "", {}), Mart("fct_twos", "", {}))
    return GreenBuild(database, "tiny", "main", "12345678-tiny", marts)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the disk: no power fails here."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def where(tmp_path: Path) -> Places:
    """A name that other people's folders have too."""
    return Places(tmp_path / "exports.duckdb")


def sessions(folder: Path, number: int, limit: str | None) -> GreenBuild:
    """A build of so many sessions, and how far they may fall."""
    database = folder / f"{number}.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            f"create table fct_sessions as from range({number}) as t (n)"
        )
    fall_limit = None if limit is None else Decimal(limit)
    marts = (Mart("fct_sessions", "", {}),)
    return GreenBuild(database, str(number), "main", "12345678-n", marts, fall_limit)


@pytest.mark.parametrize(
    ("number", "limit", "said"),
    [
        # Of 1,000 three tenths may go, and not one more.
        (700, "0.3", None),
        (
            699,
            "0.3",
            "30.1% fewer, and publish_fall_limit (0.3) is less. If it is right,",
        ),
        (1, None, None),
        (0, "1", None),
        (999, "0", "0.1% fewer, and publish_fall_limit (0) is less. If it is right,"),
        (2000, "0", None),
    ],
)
def test_a_build_of_far_fewer_sessions_is_not_published(
    tmp_path: Path, where: Places, number: int, limit: str | None, said: str | None
) -> None:
    """Readers keep what they have until somebody says that it is right."""
    # With nothing published there is nothing to fall from.
    publisher.publish(sessions(tmp_path, 1000, "0"), where)
    later = sessions(tmp_path, number, limit)
    before = seen(tmp_path)
    if said:
        wanted = f"The build has {number} sessions, where 1,000 are published: that is "
        with pytest.raises(PublishError, match=re.escape(wanted + said)):
            publisher.publish(later, where)
        assert seen(tmp_path) == before
        publisher.publish(later, where, is_any_fall=True)
    else:
        publisher.publish(later, where)
    with duckdb.connect(str(where.serving), read_only=True) as connection:
        counted = connection.execute("select count(*) from fct_sessions").fetchall()
    assert counted == [(number,)]


@pytest.mark.parametrize("name", ["main", "o's", "my db", "memory"])
def test_a_file_of_any_name_is_published_to(tmp_path: Path, name: str) -> None:
    """And from one that is called as what is published often is."""
    database = tmp_path / "serving.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table fct_ones as select 1 as n")
        connection.execute("create view fct_twos as from serving.main.fct_ones")
    marts = (Mart("fct_ones", "It's one.", {}), Mart("fct_twos", "", {}))
    build = GreenBuild(database, "serving", "main", "12345678-tiny", marts)
    where = Places(tmp_path / f"{name}.duckdb")
    for _ in range(2):
        publisher.publish(build, where)
    for file in (where.serving, where.views):
        with duckdb.connect(str(file), read_only=True) as connection:
            assert connection.execute("select n from fct_twos").fetchall() == [(1,)]


def seen(folder: Path) -> dict[Path, object]:
    """All that is in a folder, with its content."""
    found: dict[Path, object] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            found[path] = path.readlink()
        else:
            found[path] = path.read_bytes() if path.is_file() else "a folder"
    return found


def builds(where: Places) -> list[Path]:
    """The folders of builds in which there are marts."""
    return sorted({path.parent for path in where.versions.glob("2*/fct_*.parquet")})


def is_whole(where: Places) -> bool:
    """Whether readers find one build in each file that is there."""
    for file in filter(Path.exists, (where.serving, where.views)):
        with duckdb.connect(str(file), read_only=True) as connection:
            sql = "select (select n from fct_ones), (select count(*) from fct_twos)"
            if connection.execute(sql).fetchall() != [(1, 2)]:
                return False
    return True


def put(path: Path, draw: random.Random, outside: Path) -> None:
    """A file, a folder with a file, or a link of somebody's."""
    kind = draw.choice(["file", "folder", "link"])
    if kind == "link":
        path.symlink_to(outside)
    elif kind == "file":
        path.write_bytes(draw.randbytes(20))
    else:
        path.mkdir()
        (path / "fct_ones.parquet").write_bytes(draw.randbytes(20))
        (path / f".{BUILD}.unfinished").mkdir()


@pytest.mark.parametrize("seed", range(TRIALS.trees))
def test_nothing_of_others_is_touched(
    build: GreenBuild, tmp_path: Path, killer: Killer, seed: int
) -> None:
    """Whatever its name, wherever it is, and whatever becomes of the publishes."""
    draw = random.Random(seed)
    outside, folder = tmp_path / "outside", tmp_path / "warehouse"
    for path in (outside, folder):
        path.mkdir()
    (outside / "fct_ones.parquet").write_text("precious")
    where = Places(folder / "exports.duckdb")
    publisher.publish(build, where)
    ours = seen(tmp_path).keys() - seen(outside).keys()
    names = ["zzz", "a", "notes.parquet", ".x.unfinished", ".exports.duckdb.unfinished"]
    names += [".exports.lock", ".latest.unfinished", BUILD, f".{BUILD}.unfinished"]
    names += ["99991231T235959.999Z-00000000", ".exports.duckdb.unfinished.wal"]
    for parent in (folder, where.versions):
        for name in draw.sample(names, 7):
            put(parent / name, draw, outside)
    for name in ("notes.txt", "mine.parquet"):
        (where.latest.resolve() / name).write_text("in a build that will go")
    with where.builds.open("a") as file:
        # What a list cannot name is not removed, whoever wrote to it.
        file.write(f"zzz fct_ones\n../outside fct_ones\n{outside} fct_ones\n")
        file.write(
            f"{BUILD}/../../outside fct_ones\n\n{FOLDER} {UP}\n{LINK} fct_ones\n"
        )
        file.write("20200101T000")
    (where.versions / FOLDER).mkdir()
    (where.versions / LINK).symlink_to(outside)
    theirs = {path: found for path, found in seen(tmp_path).items() if path not in ours}
    for steps in (STEPS, *(draw.randrange(STEPS) for _ in range(4)), STEPS):
        killer.publish(build, where, steps)
        now = seen(tmp_path)
        assert {path: now.get(path) for path in theirs} == theirs
        assert is_whole(where)
    builds_left = set(builds(where)) - theirs.keys()
    assert len(builds_left) <= 2
    ours = {where.serving, where.views, where.builds, where.latest, where.versions}
    ours |= {path for path in now if {path, path.parent} & builds_left}
    with_notes = {path.parent for path in theirs if path.name == "notes.txt"}
    assert now.keys() - theirs.keys() <= ours | with_notes | {outside, folder}


def test_a_publish_killed_at_any_step_is_known_to_the_next(
    build: GreenBuild, where: Places, killer: Killer
) -> None:
    """Each begins in what the one before it, killed a step earlier, left behind."""
    steps = 0
    while not killer.publish(build, where, steps):
        steps += 1
        assert steps < STEPS
        # One of which is not in the list would never go.
        listed = where.builds.read_text() if where.builds.exists() else ""
        for path in where.versions.glob("*2*"):
            assert path.name.strip(".").removesuffix(".unfinished") in listed
        assert is_whole(where)
    assert steps > 20
    assert is_whole(where)
    publisher.publish(build, where)
    assert len(builds(where)) == 2
    files = {where.serving, where.views, where.versions, where.builds, where.latest}
    for folder in builds(where):
        files |= {folder, folder / "fct_ones.parquet", folder / "fct_twos.parquet"}
    assert set(seen(where.serving.parent)) == files
    assert len(where.builds.read_text().splitlines()) == 3


def test_a_clock_that_was_set_back_loses_nothing(
    build: GreenBuild, where: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order is that of the publishes."""
    for year in (2023, 2022, 2021):
        name = f"{year}0101T000000.000Z-12345678"
        monkeypatch.setattr(publisher, "build_id_of", lambda _, name=name: name)
        publisher.publish(build, where)
    assert where.latest.readlink().name == "20210101T000000.000Z-12345678"
    assert [path.name[:4] for path in builds(where)] == ["2021", "2022"]


def database(path: Path, sql: str) -> None:
    """Somebody's database."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(sql)


def sqlite(path: Path) -> None:
    """Somebody's database of another engine."""
    with sqlite3.connect(path) as connection:
        connection.execute("create table t (build_id)")


def folder(path: Path, *names: str, builds: str | None = None) -> None:
    """Somebody's folder, with a file of the list's name where its text is given."""
    path.mkdir()
    for name in names:
        (path / name).write_text(name)
    if builds is not None:
        (path / "builds.txt").write_text(builds)


def add(path: Path, sql: str) -> None:
    """Write to what was published, as root can."""
    path.chmod(0o644)
    database(path, sql)


def link(path: Path, to: Path) -> None:
    """Move a thing, and leave a link in its place."""
    path.rename(to)
    path.symlink_to(to)


def replace(path: Path, make: Callable[[Path], object]) -> None:
    """Put something in the place of what was published."""
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    make(path)


UNPUBLISHED: dict[str, Callable[[Places], object]] = {
    "a folder in the file's place": lambda w: folder(w.serving, "a", "b"),
    "a text in the file's place": lambda w: w.serving.write_text("precious"),
    "an empty file": lambda w: w.serving.touch(),
    "a database": lambda w: database(w.serving, "create table t as select 1 as a"),
    "a database without tables": lambda w: database(w.serving, "select 1"),
    "a database with a column of that name": lambda w: database(
        w.serving, "create table t as select 'x' as build_id"
    ),
    "SQLite": lambda w: sqlite(w.serving),
    "a link to nowhere": lambda w: w.serving.symlink_to("nowhere"),
    "a text in the views' place": lambda w: w.views.write_text("precious"),
    "a log in the file's place": lambda w: w.serving.with_name(
        f"{w.serving.name}.wal"
    ).write_text("precious"),
    "a file in the folder's place": lambda w: w.versions.write_text("precious"),
    "a folder of files": lambda w: folder(w.versions, "a.parquet", "b.parquet"),
    "an empty list among others": lambda w: folder(w.versions, "a", builds=""),
    "a list of somebody's": lambda w: folder(w.versions, builds="a"),
    "a folder in the list's place": lambda w: w.builds.mkdir(parents=True),
}
PUBLISHED: dict[str, Callable[[Places], object]] = {
    "a table was added": lambda w: add(w.serving, "create table mine as select 1"),
    "a view was added": lambda w: add(w.serving, "create view mine as select 1"),
    "a macro was added": lambda w: add(w.serving, "create macro mine(a) as a"),
    "a sequence was added": lambda w: add(w.serving, "create sequence mine"),
    "a type was added": lambda w: add(w.serving, "create type mine as enum ('a')"),
    "views in the file's place": lambda w: w.views.replace(w.serving),
    "the file in the views' place": lambda w: w.serving.replace(w.views),
    "the file is elsewhere": lambda w: link(w.serving, w.serving.with_name("x")),
    "the folder is elsewhere": lambda w: link(w.versions, w.serving.with_name("x")),
    "the list is elsewhere": lambda w: link(w.builds, w.serving.with_name("x")),
    "the list is gone": lambda w: w.builds.unlink(),
    "the list is of others": lambda w: w.builds.write_text(f"{BUILD}\n"),
    "a folder in the link's place": lambda w: replace(w.latest, Path.mkdir),
    "a file in the link's place": lambda w: replace(w.latest, Path.touch),
    "a link to others": lambda w: replace(w.latest, lambda p: p.symlink_to("..")),
}


@pytest.mark.parametrize("name", [*UNPUBLISHED, *PUBLISHED])
def test_what_is_in_the_way_stops_it(
    build: GreenBuild, where: Places, name: str
) -> None:
    """In one sentence that names it, and nothing is written, removed or touched."""
    if name in PUBLISHED:
        publisher.publish(build, where)
    {**UNPUBLISHED, **PUBLISHED}[name](where)
    before = seen(where.serving.parent)
    for _ in range(2):
        with pytest.raises(
            PublishError, match=r"exports.*: (move|close|change) "
        ) as error:
            publisher.publish(build, where)
        assert "\n" not in str(error.value)
        assert seen(where.serving.parent) == before


def test_a_folder_of_the_release_before_is_told_of(
    build: GreenBuild, where: Places
) -> None:
    """It had no list. Once the folder is moved, its files are known as footfall's."""
    publisher.publish(build, where)
    where.builds.unlink()
    with pytest.raises(PublishError, match=r"no list of footfall's in builds\.txt"):
        publisher.publish(build, where)
    where.versions.rename(where.versions.with_name("moved"))
    publisher.publish(build, where)
    assert is_whole(where)


def test_an_empty_folder_is_nobodys(build: GreenBuild, where: Places) -> None:
    """Nor is a list that one killed as it began has left."""
    where.versions.mkdir()
    publisher.publish(build, where)
    shutil.rmtree(where.versions)
    where.versions.mkdir()
    where.builds.write_text("What foot")
    publisher.publish(build, where)
    assert len(builds(where)) == 1
    assert is_whole(where)


def test_a_place_that_may_not_be_written_to_is_named(
    build: GreenBuild, where: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the link names a build that the files cannot be of."""
    publisher.publish(build, where)
    before = seen(where.serving.parent)
    parent = where.serving.parent
    monkeypatch.setattr(os, "access", lambda path, mode: path != parent)
    with pytest.raises(PublishError, match="cannot be written to: change its"):
        publisher.publish(build, where)
    assert seen(where.serving.parent) == before


def test_a_folder_that_cannot_be_made_is_named(
    build: GreenBuild, tmp_path: Path
) -> None:
    """In the sentence for what the system refuses."""
    (tmp_path / "file").touch()
    with pytest.raises(PublishError, match="could not be copied to"):
        publisher.publish(build, Places(tmp_path / "file" / "serving.duckdb"))


def test_a_file_that_another_may_write_to_is_named(
    build: GreenBuild, where: Places
) -> None:
    """It cannot be read, so whether anything was added to it is not known."""
    publisher.publish(build, where)
    where.serving.chmod(0o644)
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1); input()"
    with subprocess.Popen(
        [sys.executable, "-uc", hold, str(where.serving)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout
        holder.stdout.readline()
        with pytest.raises(
            PublishError, match=r"Another process may write to .*exports"
        ):
            publisher.publish(build, where)
        holder.communicate(b"\n")
    publisher.publish(build, where)


@pytest.mark.parametrize("name", ["exports", "exports/", "exports.db", ".duckdb", ".."])
def test_a_path_that_is_no_duckdb_file_is_refused(
    build: GreenBuild, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside it, the folder without the ending would be itself or another's."""
    below = tmp_path / "below"
    folder(below, "precious")
    for each in ("exports", "exports.db", ".duckdb"):
        folder(below / each, "a", "b")
    before = seen(tmp_path)
    monkeypatch.setenv("FOOTFALL_SERVING_PATH", f"{below}/{name}")
    with pytest.raises(PublishError, match=r"does not end in \.duckdb"):
        publisher.publish(build, places())
    assert seen(tmp_path) == before


def test_paths_are_read_as_a_shell_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no shell did; and empty is unset, not the project's own folder."""
    monkeypatch.delenv("FOOTFALL_DUCKDB_PATH", raising=False)
    monkeypatch.setenv("HOME", "/someone")
    for text, path in (
        ("", ROOT / "warehouse" / "serving.duckdb"),
        ("~/marts.duckdb", Path("/someone/marts.duckdb")),
        ("marts.duckdb/", ROOT / "marts.duckdb"),
        ("/a/marts.duckdb", Path("/a/marts.duckdb")),
    ):
        monkeypatch.setenv("FOOTFALL_SERVING_PATH", text)
        assert places().serving == path


def test_a_line_of_any_bytes_in_the_list_is_passed_over(
    build: GreenBuild, where: Places
) -> None:
    """It names no build, and is no reason to stop."""
    publisher.publish(build, where)
    with where.builds.open("ab") as file:
        file.write(b"\xff\n")
    publisher.publish(build, where)
    assert len(made(where)) == 2


def node(kind: str, is_enabled: bool = True, materialized: str = "table") -> Any:
    """As dbt's manifest has it."""
    config = {"enabled": is_enabled, "materialized": materialized}
    return {"name": kind, "resource_type": kind, "config": config}


NODES = {kind: node(kind) for kind in ("seed", "snapshot", "model", "test")}
OTHERS = {
    "analysis.a": node("analysis"),
    "test.off": node("test", is_enabled=False),
    "model.inlined": node("model", materialized="ephemeral"),
}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"empty": True}, "by --empty:"),
        ({"sample": {"start": "2026-01-01", "end": "2026-01-02"}}, "by --sample:"),
        ({"select": ["a"]}, "by --select:"),
        ({"exclude": ["a"]}, "by --exclude:"),
        ({"selector": "a"}, "by --selector:"),
        ({"resource_types": ["model"], "empty": True}, "--empty, --resource-types:"),
        ({"event_time_start": "2026-01-01"}, "by --event-time-start:"),
        ({"event_time_end": "2026-01-01"}, "by --event-time-end:"),
    ],
)
def test_a_build_of_a_part_is_not_published(args: dict[str, Any], said: str) -> None:
    """Though all that ran was green, and every mart ran."""
    results = [{"unique_id": key} for key in NODES]
    none = {"empty": False, "select": [], "exclude": [], "resource_types": []}
    with pytest.raises(PublishError, match=said):
        assert_whole(NODES, {"args": none | args, "results": results})
    without_units = none | {"exclude_resource_types": ["unit_test"]}
    assert_whole(NODES | OTHERS, {"args": without_units, "results": results})


@pytest.mark.parametrize("kind", NODES)
def test_what_no_option_tells_of_is_missed(kind: str) -> None:
    """A default selector of the project, or a type of nodes that was left out."""
    results = [{"unique_id": key} for key in NODES if key != kind]
    with pytest.raises(PublishError, match=f"left out {kind}: "):
        assert_whole(NODES | OTHERS, {"args": {}, "results": results})


def test_options_that_narrow_are_called_as_dbt_calls_them() -> None:
    """Else none of them would be seen."""
    assert set(NARROWING) <= {option.name for option in dbt_build.params}
