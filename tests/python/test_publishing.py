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
from tiers import IS_ALL, TRIALS

from serving import publish as publisher
from serving.checks import (
    NARROWING,
    GreenBuild,
    Mart,
    PublishError,
    assert_whole,
    sources,
)
from serving.contents import Storage, digest
from serving.made import BUILD_ID_COMMENT, HEADER, made
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
    """The folders of builds in which there are links to marts."""
    return sorted({path.parent for path in where.versions.glob("2*/fct_*.parquet")})


def linked(where: Places) -> dict[Path, tuple[int, int]]:
    """The Parquet files of the builds: which they are, and when they were written."""
    links = [link for folder in builds(where) for link in folder.glob("fct_*.parquet")]
    found = {link.resolve(): link.stat() for link in links}
    return {path: (each.st_ino, each.st_mtime_ns) for path, each in found.items()}


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
    for parent in (folder, where.versions, where.files):
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
    ours |= {where.files, *linked(where)}
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
    files |= {where.files, *linked(where)}
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
    "the files are elsewhere": lambda w: link(w.files, w.serving.with_name("x")),
    "a file in the files' place": lambda w: replace(w.files, Path.touch),
    "a mart was dropped": lambda w: add(w.serving, "drop table fct_ones"),
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


class Shop:
    """A database of two marts, one of which is changed between publishes."""

    def __init__(self, where: Places, name: str = "shop") -> None:
        self.where = where
        self.database = where.serving.with_name(f"{name}.duckdb")
        self.marts = {
            name: Mart(name, f"About {name}.", {"n": "A number."}, (("main", name),))
            for name in ("fct_ones", "fct_others")
        }
        self.write("create table fct_ones as select 1 as n")

    def write(self, *statements: str) -> None:
        """Do what a build does."""
        with duckdb.connect(str(self.database)) as connection:
            for statement in statements:
                connection.execute(statement)

    def publish(self, query: str = "") -> str:
        """Publish, after a build in which a query is the other mart; the build's id."""
        if query:
            self.write(f"create or replace table fct_others as {query}")
        marts = tuple(self.marts.values())
        build = GreenBuild(self.database, "shop", "main", "12345678-shop", marts)
        return publisher.publish(build, self.where).build_id

    def rows(self, sql: str, file: Path | None = None) -> list[tuple[Any, ...]]:
        """Ask a published file."""
        path = str(file or self.where.serving)
        with duckdb.connect(path, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def file(self, mart: str) -> Path:
        """The Parquet file of a mart, as readers find it."""
        return (self.where.latest / f"{mart}.parquet").resolve()

    def changed(self) -> set[str]:
        """The marts that the last publish wrote, by what is published."""
        sql = (
            "select relation_name from published_relations where unchanged_since ="
            " (select build_id from published_build)"
        )
        return {name for (name,) in self.rows(sql)}


@pytest.fixture
def shop(where: Places) -> Shop:
    """With three rows published."""
    made = Shop(where)
    made.publish("select * from (values (1, 'a'), (2, 'b'), (3, null)) as t (n, said)")
    return made


def test_what_did_not_change_keeps_its_file(shop: Shop) -> None:
    """The very file, and what changed has another of another name."""
    before = linked(shop.where)
    assert len(before) == 2
    first = shop.file("fct_others")
    again = shop.publish()
    assert linked(shop.where) == before
    assert shop.changed() == set()
    assert shop.rows("select build_id from published_build") == [(again,)]
    shop.publish("select 4 as n, 'd' as said")
    assert shop.changed() == {"fct_others"}
    assert shop.file("fct_ones") in before
    assert shop.file("fct_others") not in before
    assert linked(shop.where).items() >= before.items()
    for file in (shop.where.serving, shop.where.views):
        assert shop.rows("from fct_others", file) == [(4, "d")]
        assert shop.rows("from fct_ones", file) == [(1,)]
    # Who asks the views of the publish before may still be at it.
    assert first.exists()
    shop.publish()
    assert not first.exists()
    assert len(linked(shop.where)) == 2


CHANGES_OF_CONTENT = {
    "a value": "(1, 'a'), (2, 'b'), (4, null)",
    "a null for an empty text": "(1, 'a'), (2, 'b'), (3, '')",
    "an exchange between rows": "(1, 'b'), (2, 'a'), (3, null)",
    "a row more": "(1, 'a'), (2, 'b'), (3, null), (3, null)",
    "a row less": "(1, 'a'), (2, 'b')",
    "a letter case": "(1, 'A'), (2, 'b'), (3, null)",
    "the type alone": "(1::bigint, 'a'), (2, 'b'), (3, null)",
}


@pytest.mark.parametrize("values", CHANGES_OF_CONTENT.values(), ids=CHANGES_OF_CONTENT)
def test_any_change_is_one_of_the_content(shop: Shop, values: str) -> None:
    """And nothing else changed."""
    shop.publish(f"select * from (values {values}) as t (n, said)")
    assert shop.changed() == {"fct_others"}
    built = f"attach '{shop.database}' as built (read_only)"
    with duckdb.connect(str(shop.where.serving), read_only=True) as connection:
        connection.execute(built)
        both = [
            connection.execute(f"from {name}.fct_others order by all").fetchall()
            for name in ("built.main", "main")
        ]
    assert both[0] == both[1]


def test_the_order_of_rows_and_a_table_made_again_are_no_change(shop: Shop) -> None:
    """What is published is what the rows are, not how they came."""
    before = linked(shop.where)
    shop.publish("select * from (values (3, null), (2, 'b'), (1, 'a')) as t (n, said)")
    assert shop.changed() == set()
    assert linked(shop.where) == before


TYPES = {
    "hugeint": "1267650600228229401496703205376::hugeint",
    "interval": "interval '1 microsecond'",
    "a time with a zone in a list": "['12:00:00+05'::timetz]",
    "a far time": "'infinity'::timestamp",
    "others": "{'a': [null, 'x'], 'b': 'nan'::double, 'c': -0.01::decimal(28, 6)}",
}


@pytest.mark.parametrize("value", TYPES.values(), ids=TYPES)
def test_a_table_has_the_type_of_the_build(shop: Shop, value: str) -> None:
    """Whatever of it Parquet can hold."""
    query = f"select {value} as n"
    asked = "select typeof(n), cast(n as varchar) from"
    for number in range(2):
        # The second time it is another mart that changed.
        shop.publish(query)
        shop.write(f"create or replace table fct_ones as select {number} as n")
        with duckdb.connect() as connection:
            wanted = connection.execute(f"{asked} ({query})").fetchall()
        assert shop.rows(f"{asked} fct_others") == wanted


def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on whoever reads the rows of a mart, to compare them, fails."""
    monkeypatch.setattr(publisher, "digest", lambda *_: pytest.fail("rows were read"))


def test_rows_of_what_a_build_left_alone_are_not_read(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not to compare them either, whatever became of the table beside it."""
    before = linked(shop.where)
    unread(monkeypatch)
    for _ in range(2):
        shop.publish()
        assert shop.changed() == set()
        assert linked(shop.where) == before
    shop.publish("select 4 as n, 'd' as said")
    assert shop.changed() == {"fct_others"}
    assert linked(shop.where).items() >= before.items()
    assert shop.rows("from fct_others") == [(4, "d")]
    assert shop.rows("from fct_ones") == [(1,)]


def test_a_view_that_is_written_otherwise_and_says_the_same_is_the_same(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows are read once; and where it says something else, that is published."""
    shop.write(
        "create table kept as select 7 as n",
        "create view fct_views as select n from kept",
    )
    shop.marts["fct_views"] = Mart(
        "fct_views", "", {}, (("main", "fct_views"), ("main", "kept"))
    )
    shop.publish()
    file = shop.file("fct_views")
    shop.write("create or replace view fct_views as select n from kept where n > 1")
    shop.publish()
    assert shop.changed() == set()
    assert shop.file("fct_views") == file
    with monkeypatch.context() as patched:
        unread(patched)
        shop.publish()
        assert shop.changed() == set()
    for statement, rows in (
        ("create or replace view fct_views as select n + 1 as n from kept", [(8,)]),
        ("insert into kept values (8)", [(8,), (9,)]),
    ):
        shop.write(statement)
        shop.publish()
        assert shop.changed() == {"fct_views"}
        assert sorted(shop.rows("from fct_views")) == rows


EXCHANGE = (
    "update kept set said = case rowid when {one} then 'text {other}'"
    " when {other} then 'text {one}' end where rowid in ({one}, {other})"
)
DIFFERENCES = {
    "which row is gone": tuple(
        f"delete from kept where rowid = {row}" for row in (1005, 1007)
    ),
    "which rows exchanged a value": (
        EXCHANGE.format(one=1005, other=1007),
        EXCHANGE.format(one=1006, other=1008),
    ),
    "what the end of a long text is": tuple(
        f"update kept set said = repeat('x', 5000) || '{end}' where rowid = 1005"
        for end in "ab"
    ),
    "of which one value all are": ("update kept set n = 1", "update kept set n = 2"),
    "what the type is": tuple(
        f"alter table kept alter n type {kind}" for kind in ("integer", "ubigint")
    ),
}


@pytest.mark.parametrize(("one", "other"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_what_is_stored_tells_any_change(tmp_path: Path, one: str, other: str) -> None:
    """Also between copies of one file, of which the two have as many rows each."""
    mart = Mart("kept", "", {}, (("main", "kept"),))
    files = [tmp_path / f"{number}.duckdb" for number in range(3)]
    database(
        files[0],
        "create table kept as select range % 10 as n, 'text ' || range as said"
        " from range(3000)",
    )
    before = stored_of(files[0], mart)
    for file in files[1:]:
        shutil.copyfile(files[0], file)
    statements = ("create table others as select 1 as n", one, other)
    for file, statement in zip(files, statements, strict=True):
        database(file, statement)
    beside, first, second = (stored_of(file, mart) for file in files)
    # Nothing became of it by what was written beside it.
    assert before == beside is not None
    assert len({before, first, second}) == 3


def stored_of(file: Path, mart: Mart) -> str | None:
    """A name for what a file stores of a mart."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as built (read_only)")
        return Storage(connection, file, "built").of(mart)


def test_what_is_not_in_the_blocks_is_no_proof(tmp_path: Path) -> None:
    """A log beside the file, a view of what is not known, a table that is not there."""
    file = tmp_path / "built.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table kept as select 1 as n")
        connection.execute("create view seen as from kept")
    kept, seen_, gone = (("main", name) for name in ("kept", "seen", "gone"))
    assert stored_of(file, Mart("seen", "", {}, (kept, seen_)))
    assert stored_of(file, Mart("seen", "", {})) is None
    assert stored_of(file, Mart("seen", "", {}, (gone, kept, seen_))) is None
    with duckdb.connect(str(file)) as connection:
        connection.execute("pragma disable_checkpoint_on_shutdown")
        connection.execute("insert into kept values (2)")
    assert file.with_name("built.duckdb.wal").exists()
    assert stored_of(file, Mart("kept", "", {}, (kept,))) is None
    with file.open("ab") as opened:
        # As if blocks began elsewhere.
        opened.write(bytes(8))
    assert stored_of(file, Mart("kept", "", {}, (kept,))) is None


def made_by(package: str, kind: str, *parents: str) -> dict[str, Any]:
    """A node as dbt's manifest has it."""
    return {
        "package_name": package,
        "schema": "main",
        "config": {"materialized": kind},
        "depends_on": {"nodes": list(parents)},
    }


def test_a_mart_is_read_from_the_tables_below_its_views() -> None:
    """Where that is all: not below another project's view, a source, or nothing."""
    nodes = {
        "log": made_by("footfall", "kept", "source.a"),
        "rules": made_by("footfall", "seed"),
        "narrow": made_by("footfall", "kept_view", "log", "rules"),
        "mart": made_by("footfall", "kept_view", "narrow", "log"),
        "theirs": made_by("shop", "table", "narrow"),
        "today": made_by("shop", "view", "log"),
        "of_theirs": made_by("footfall", "kept_view", "theirs"),
        "of_today": made_by("footfall", "kept_view", "today", "log"),
        "files": made_by("footfall", "kept_view"),
        "of_files": made_by("footfall", "kept_view", "files"),
        "of_source": made_by("footfall", "kept_view", "source.a", "log"),
    }
    for name, node in nodes.items():
        node["alias"] = name
    found = {name: {n for _, n in sources(nodes[name], nodes)} for name in nodes}
    assert found == {
        "log": {"log"},
        "rules": {"rules"},
        "narrow": {"narrow", "log", "rules"},
        "mart": {"mart", "narrow", "log", "rules"},
        "theirs": {"theirs"},
        "of_theirs": {"of_theirs", "theirs"},
        **{name: set() for name in ("today", "of_today", "files", "of_files")},
        "of_source": set(),
    }


def test_what_was_published_before_blocks_were_compared_is_compared_by_rows(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once; nothing is copied again for it."""
    before = linked(shop.where)
    serving = shop.where.serving
    written = serving.stat()
    add(serving, "alter table published_relations drop column storage_digest")
    serving.chmod(0o444)
    os.utime(serving, ns=(written.st_atime_ns, written.st_mtime_ns))
    shop.publish()
    assert shop.changed() == set()
    assert linked(shop.where) == before
    unread(monkeypatch)
    shop.publish()
    assert linked(shop.where) == before


CONTENTS = {
    "twice one row, twice another": ("(1, 'a'), (1, 'a')", "(2, 'b'), (2, 'b')"),
    "once and twice": ("(1, 'a'), (1, 'a'), (2, 'b')", "(1, 'a'), (2, 'b'), (2, 'b')"),
    "nothing and a null": ("(1, '')", "(1, null)"),
    "a sign": ("(1.5, '')", "(-1.5, '')"),
    "minus zero": ("('0'::double, '')", "('-0'::double, '')"),
    "a part of a list": ("([1, 2], '')", "([1, 3], '')"),
    "a null in a list": ("([1, null], '')", "([1], '')"),
}


@pytest.mark.parametrize(("one", "other"), CONTENTS.values(), ids=CONTENTS)
def test_two_contents_have_two_names(one: str, other: str) -> None:
    """Of which a hash that is xored, or knows no signs, takes some for one."""
    assert name_of(f"select * from (values {one}) as t (n, said)") != name_of(
        f"select * from (values {other}) as t (n, said)"
    )


def name_of(query: str) -> str:
    """The name of what a query gives."""
    with duckdb.connect() as connection:
        connection.execute(f"create table made as {query}")
        return digest(connection, "made")


def test_texts_of_one_hash_have_two_names() -> None:
    """As DuckDB's hash has for many that differ in two letters, eight apart."""
    letters = "(select chr(32 + cast(range as integer)) as l from range(95))"
    pairs = f"{letters} as a, {letters} as b"
    texts = f"select 'abcdefg' || a.l || 'abcdefg' || b.l from {pairs}"
    with duckdb.connect() as connection:
        ((same,),) = connection.execute(
            f"select list(text)[:2] from ({texts}) as t (text)"
            " group by hash(text) having count(*) > 1 limit 1"
        ).fetchall()
    one, other = (text.replace("'", "''") for text in same)
    assert one != other
    assert name_of(f"select '{one}' as said") != name_of(f"select '{other}' as said")


def test_where_a_text_ends_is_part_of_the_content() -> None:
    """Also beside another text."""
    for one, other in (("'ab', 'c'", "'a', 'bc'"), ("'a', null", "null, 'a'")):
        first, second = (f"select * from (values ({each}))" for each in (one, other))
        assert name_of(first) != name_of(second)


def test_a_changed_comment_alone_copies_no_rows(shop: Shop) -> None:
    """It is the new one in both files, whose marts are what they were."""
    before = linked(shop.where)
    shop.marts["fct_ones"] = Mart("fct_ones", "It's new.", {"n": "So is it."})
    shop.publish()
    assert shop.changed() == set()
    assert linked(shop.where) == before
    for file in (shop.where.serving, shop.where.views):
        said = shop.rows(
            "select table_name, comment from duckdb_columns() where column_name = 'n'",
            file,
        )
        assert sorted(said) == [("fct_ones", "So is it."), ("fct_others", "A number.")]
    assert (
        shop.rows("select comment from duckdb_tables() where table_name = 'fct_ones'")
        == shop.rows(
            "select comment from duckdb_views() where view_name = 'fct_ones'",
            shop.where.views,
        )
        == [("It's new.",)]
    )


def test_a_mart_that_goes_is_gone(shop: Shop) -> None:
    """From all three places; its file once nobody can be reading it."""
    file = shop.file("fct_others")
    del shop.marts["fct_others"]
    shop.publish()
    for path in (shop.where.serving, shop.where.views):
        names = {name for (name,) in shop.rows("show tables", path)}
        assert names == {"fct_ones", "published_build", "published_relations"}
    assert not (shop.where.latest / "fct_others.parquet").exists()
    assert file.exists()
    shop.publish()
    assert not file.exists()


def test_a_content_that_comes_back_has_its_name_again(shop: Shop) -> None:
    """Whether its file is still there or not."""
    first, second = "select 1 as n, 'a' as said", "select 2 as n, 'b' as said"
    shop.publish(first)
    name = shop.file("fct_others")
    shop.publish(second)
    for query, publishes in ((first, 1), (second, 3), (first, 1)):
        for _ in range(publishes):
            shop.publish(query)
    assert shop.file("fct_others") == name
    assert shop.rows("from fct_others") == [(1, "a")]
    assert shop.rows("from fct_others", shop.where.views) == [(1, "a")]
    assert len(list(shop.where.files.iterdir())) == 3


def test_two_databases_one_after_another_are_told_apart(shop: Shop) -> None:
    """By their rows: a new one, and one of a backup, may say the same of themselves."""
    other = Shop(shop.where, "other")
    other.publish("select * from (values (1, 'a'), (2, 'b'), (3, 'c')) as t (n, said)")
    assert other.changed() == {"fct_others"}
    assert (3, "c") in other.rows("from fct_others")
    shop.publish()
    assert shop.changed() == {"fct_others"}
    assert (3, None) in shop.rows("from fct_others")


def exchange(path: Path, content: bytes) -> None:
    """Write over a file."""
    path.chmod(0o644)
    path.write_bytes(content)


TOUCHED: dict[str, Callable[[Shop], object]] = {
    "a row of a table": lambda s: add(
        s.where.serving, "update fct_ones set n = 7; checkpoint"
    ),
    "an index": lambda s: add(s.where.serving, "create index i on fct_ones (n)"),
    "a Parquet file": lambda s: exchange(s.file("fct_ones"), b"PAR1"),
    "a Parquet file that is gone": lambda s: s.file("fct_ones").unlink(),
}


@pytest.mark.parametrize("name", TOUCHED)
def test_what_somebody_wrote_to_is_made_again(shop: Shop, name: str) -> None:
    """Though the build's marts are what they were."""
    # Since then it is known what the marts are.
    shop.publish()
    TOUCHED[name](shop)
    shop.publish()
    for file in (shop.where.serving, shop.where.views):
        assert shop.rows("from fct_ones", file) == [(1,)]
    assert shop.rows("from duckdb_indexes()") == []


def test_a_file_of_others_with_a_name_of_ours_stays(shop: Shop) -> None:
    """However unlikely the name."""
    query = "select 5 as n, 'e' as said"
    shop.publish(query)
    theirs = shop.file("fct_others")
    for number in (6, 7):
        shop.publish(f"select {number} as n, 'f' as said")
    theirs.write_text("precious")
    before = seen(shop.where.serving.parent)
    shop.write(f"create or replace table fct_others as {query}")
    before[shop.database] = shop.database.read_bytes()
    with pytest.raises(PublishError, match=r"parquet is in the way .*: move it"):
        shop.publish()
    after = seen(shop.where.serving.parent)
    # The build is in the list before anything of it is made.
    assert after.pop(shop.where.builds) != before.pop(shop.where.builds)
    assert after == before


def test_files_of_a_publish_that_was_killed_go(shop: Shop, killer: Killer) -> None:
    """Wherever it was: each made a file that no later build has."""
    marts = tuple(shop.marts.values())
    for steps in range(0, STEPS, 1 if IS_ALL else 4):
        shop.write(f"create or replace table fct_others as select {steps} as n")
        build = GreenBuild(shop.database, "shop", "main", "12345678-shop", marts)
        if killer.publish(build, shop.where, steps):
            break
        shop.rows("select 1 from fct_ones, fct_others", shop.where.views)
    assert steps > 20
    for _ in range(2):
        shop.publish("select 0 as n, 'last' as said")
    assert set(shop.where.files.iterdir()) == linked(shop.where).keys()
    assert len(linked(shop.where)) == 2


def test_nobody_who_is_gone_is_left_in_the_file(shop: Shop) -> None:
    """Not in its free blocks either; in Parquet until the publish after."""
    shop.publish("select range as n, 'somebody' || range as said from range(100)")
    assert b"somebody99" in shop.where.serving.read_bytes()
    shop.publish("select range as n, 'somebody' || range as said from range(99)")
    assert b"somebody99" not in shop.where.serving.read_bytes()
    assert b"somebody98" in shop.where.serving.read_bytes()
    shop.publish()
    assert len(list(shop.where.files.iterdir())) == 2


def test_a_file_that_is_copied_again_and_again_does_not_grow(shop: Shop) -> None:
    """Free blocks are used again."""
    shop.publish("select range as n, 'text' || range as said from range(100000)")
    sizes = []
    for number in range(TRIALS.publishes):
        shop.marts["fct_ones"] = Mart("fct_ones", f"Number {number}.", {})
        shop.publish()
        sizes.append(shop.where.serving.stat().st_size)
    assert max(sizes) == max(sizes[:2])


def as_before(shop: Shop, build_id: str) -> None:
    """Publish the shop as the version before did, which is not here any more."""
    where = shop.where
    folder = where.versions / build_id
    folder.mkdir(parents=True)
    places = ((where.serving, "table"), (where.views, "view"))
    for place, kind in places:
        place.unlink(missing_ok=True)
        with duckdb.connect(str(place)) as connection:
            connection.execute(f"attach '{shop.database}' as built (read_only)")
            for mart in shop.marts:
                file = folder / f"{mart}.parquet"
                rows = f"select *, '{build_id}' as build_id from built.main.{mart}"
                connection.execute(f"copy ({rows}) to '{file}'")
                source = rows if kind == "table" else f"from read_parquet('{file}')"
                connection.execute(f"create {kind} {mart} as {source}")
                connection.execute(
                    f"comment on column {mart}.build_id is '{BUILD_ID_COMMENT}'"
                )
        place.chmod(0o444)
    where.latest.unlink(missing_ok=True)
    where.latest.symlink_to(build_id)
    text = where.builds.read_text() if where.builds.exists() else f"{HEADER}\n"
    where.builds.write_text(f"{text}{build_id} {' '.join(shop.marts)}\n")


def test_what_the_version_before_published_is_replaced(where: Places) -> None:
    """Whoever reads it reads on, and two publishes later nothing of it is left."""
    shop = Shop(where)
    shop.write("create table fct_others as select 2 as n, 'b' as said")
    for build_id in (BUILD, FOLDER):
        as_before(shop, build_id)
    held = [
        duckdb.connect(str(file), read_only=True)
        for file in (where.serving, where.views)
    ]
    folder = where.latest.resolve()
    shop.publish()
    asked = "select n, build_id from fct_others"
    for reader in held:
        assert reader.execute(asked).fetchall() == [(2, FOLDER)]
        reader.close()
    assert (folder / "fct_others.parquet").is_file()
    assert builds(where) == [folder, where.latest.resolve()]
    assert shop.changed() == {"fct_ones", "fct_others"}
    assert shop.rows("from fct_others") == [(2, "b")]
    shop.publish()
    assert FOLDER not in {path.name for path in where.versions.iterdir()}
    assert shop.changed() == set()
    assert len(made(where)) == 2


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
