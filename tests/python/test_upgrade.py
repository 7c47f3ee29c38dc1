"""An older database comes to this version by one command, and loses nothing unsaid."""

import csv
import json
import lzma
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from dbt_common.exceptions import CompilationError
from engines import needs_postgres
from harness import (
    ROOT,
    Asker,
    Builder,
    Row,
    close_connections,
    copy_project,
    run_dbt,
)

from parity.engines import postgres_cursor, postgres_programs, postgres_started
from scripts.earlier_database import (
    DUCKDB,
    FIXTURE,
    POSTGRES,
    load,
    postgres_address,
    postgres_vars,
)

LONG = pytest.mark.long
EVENTS = FIXTURE / "shop" / "events"
# What the vars of before come to, by hand.
COLUMNS = {"visitor_id": "cookie", "occurred_at": "t", "event_name": "'page_view'"}
GENERIC = {
    "enabled_sources": ["generic"],
    "generic_events": "in/*.csv",
    "generic_columns": COLUMNS,
}
SHOP = {"preset": "columns", "events": "in/*.csv", "columns": COLUMNS}
BLANKS = "replace(action, '   ', \"no \\ 'blank'\")"
OLD_VARS: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {
    "a source": (GENERIC, {"generic": SHOP}),
    "with spend, of a warehouse": (
        GENERIC
        | {"generic_events": "raw.events", "generic_ad_spend": "raw.spend"}
        | {"attribution_bootstrap_samples": 200},
        {"generic": SHOP | {"events": "raw.events", "spend": "raw.spend"}},
    ),
    "without spend, said as null": (
        GENERIC | {"generic_ad_spend": None},
        {"generic": SHOP},
    ),
    "both sources": (
        GENERIC | {"enabled_sources": ["demo", "generic"]},
        {"demo": {"preset": "demo"}, "generic": SHOP},
    ),
    "the demo alone": (
        {"enabled_sources": ["demo"], "attribution_bootstrap_samples": 0},
        {"demo": {"preset": "demo"}},
    ),
    "the demo, and columns that were not read": (
        GENERIC | {"enabled_sources": ["demo"]},
        {"demo": {"preset": "demo"}},
    ),
    "SQL with blanks, quotes, letters and numbers": (
        GENERIC
        | {
            "generic_columns": COLUMNS
            | {"event_name": BLANKS, "page_title": "'Größe'", "scroll_percent": 50}
        },
        {
            "generic": SHOP
            | {
                "columns": COLUMNS
                | {"event_name": BLANKS, "page_title": "'Größe'"}
                | {"scroll_percent": "50"}
            }
        },
    ),
    "samples alone": ({"attribution_bootstrap_samples": 200}, None),
}
MISSING = {
    "conversion_definitions": (
        "goal",
        "main for the conversion that rates are of, other for the rest",
    ),
    "event_rules": (
        "is_act",
        "true in each row, so that each event still tells of bots",
    ),
    "click_ids": (
        "priority",
        "0 in each row, so that the first in an address still counts",
    ),
}


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """The checks of a build, without the build."""
    demo = {"sources": {"demo": {"preset": "demo"}}}
    yield Asker(tmp_path_factory.mktemp("asked"), demo)
    close_connections()


def one_line(said: str) -> str:
    """As a build prints it."""
    return " ".join(said.split())


def told_vars(said: str, old: Mapping[str, Any]) -> dict[str, Any]:
    """The vars, rewritten as a sentence shows."""
    line = one_line(said)
    if found := re.search(
        r"version are set, (.*?): write in their place (.*)[.]", line
    ):
        names, pasted = found.groups()
        return {k: v for k, v in old.items() if k not in names.split(", ")} | dict(
            yaml.safe_load(pasted)
        )
    (name,) = re.findall(r"the var (\w+) is of an earlier version", line)
    assert line.endswith(": leave it out.")
    return {k: v for k, v in old.items() if k != name}


@pytest.mark.parametrize("name", OLD_VARS)
def test_the_vars_of_before_are_shown_in_the_form_of_now(ask: Asker, name: str) -> None:
    """All of them at once, and what is shown is right as it is pasted."""
    old, sources = OLD_VARS[name]
    kept = {"session_timeout_minutes": 20, "bot_limit_events": None}
    said = ask.sentence("assert_new_form", old | kept)
    assert said
    assert "\n" not in said
    assert told_vars(said, old | kept) == kept | (
        {"sources": sources} if sources else {}
    )


@pytest.mark.parametrize("seed", MISSING)
def test_a_rule_file_of_before_is_told_what_to_write(ask: Asker, seed: str) -> None:
    """The file, the column, and what means what was meant without it."""
    column, advice = MISSING[seed]
    place = f"seeds/rules/{seed}.csv"
    header = (FIXTURE / "seeds" / f"{seed}.csv").read_text().split("\n")[0].split(",")
    rules = ask.answer("described_rules")[seed]
    with pytest.raises(CompilationError) as stopped:
        ask.answer("assert_header", place=place, names=header, rules=rules)
    sentence = f"{place}, row 1: the column '{column}' is missing: add it, {advice}."
    assert sentence in str(stopped.value)


def old_database(folder: Path) -> Path:
    """What the earlier version built."""
    path = folder / "footfall.duckdb"
    path.write_bytes(lzma.decompress(DUCKDB.read_bytes()))
    return path


def columns_of(path: Path) -> dict[str, list[str]]:
    """Name of each relation of a file -> its columns."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return dict(
            connection.execute(
                "select table_name, list(lower(column_name)) from duckdb_columns()"
                " where not internal group by table_name"
            ).fetchall()
        )


def test_what_an_earlier_version_built_is_known_by_name(
    ask: Asker, tmp_path: Path
) -> None:
    """What went by its columns too; nothing else of ours was there."""
    held = columns_of(old_database(tmp_path)).keys() - {"footfall_states"}
    gone = set(ask.answer("gone_relations"))
    nodes = ask.manifest.nodes.values()
    now = {node.name for node in nodes if node.resource_type in ("model", "seed")}
    assert gone == held - now
    assert held & now <= set(ask.answer("earlier_relations")) <= now
    readers = list(ask.answer("gone_relations"))
    with duckdb.connect(str(tmp_path / "footfall.duckdb")) as connection:
        views = connection.execute(
            "select view_name, sql from duckdb_views() where not internal"
        ).fetchall()
    for name, sql in views:
        for other in readers[: readers.index(name)] if name in gone else []:
            assert f'"{other}"' not in sql


def settings_of(events: Path | str) -> dict[str, Any]:
    """The vars of the old database, rewritten by hand."""
    old = yaml.safe_load((FIXTURE / "vars.yml").read_text())
    return {
        "reporting_timezone": old["reporting_timezone"],
        "session_timeout_minutes": old["session_timeout_minutes"],
        "sources": {
            "generic": {
                "preset": "columns",
                "events": str(events),
                "columns": old["generic_columns"],
                "spend": str(FIXTURE / "shop" / "spend.csv"),
            }
        },
    }


def test_sessions_of_an_older_database_are_those_of_one_from_nothing(
    build: Builder, tmp_path: Path
) -> None:
    """Tables turn into views, and what is somebody else's stays."""
    settings = settings_of(EVENTS / "*.csv")
    old_database(tmp_path)
    made = run_dbt(
        tmp_path,
        settings,
        "+fct_sessions",
        ROOT,
        "create table customers as select 1 as answer;"
        # Not ours, by its columns.
        "drop table int_visitors__seen;"
        "create table int_visitors__seen as select 2 as answer",
    )
    assert made.is_green, made.said
    (left,) = [line for line in made.logged.splitlines() if "Left over" in line]
    assert "int_arrivals__counted, " in left
    assert "int_visitors__seen" not in left
    assert "drop_left_overs" in left
    assert re.search(
        r"An earlier version built what is here, of these events: \d+ of generic\."
        r" All of it is made anew",
        made.logged,
    )
    fresh = build(settings, "+fct_sessions")
    sql = "select * from fct_sessions order by all"
    assert made.rows(sql) == fresh.rows(sql) != []
    assert made.value("select answer from customers") == 1
    assert made.value("select answer from int_visitors__seen") == 2


def shop_of(events: Path | str) -> dict[str, Any]:
    """The same vars with the source under another name."""
    (source,) = settings_of(events)["sources"].values()
    return settings_of(events) | {"sources": {"shop": source}}


LOST: dict[str, tuple[dict[str, Any], str, tuple[str, ...]]] = {
    "events": (
        settings_of(EVENTS / "2.csv"),
        "the source generic no longer has 69 of the 130 that were taken in",
        (),
    ),
    "its name": (
        shop_of(EVENTS / "*.csv"),
        "130 events of the source generic, which the var sources does not name",
        (),
    ),
    "all, for a look": (
        settings_of(EVENTS / "*.csv"),
        "run dbt build without --empty and --sample",
        ("--empty",),
    ),
}


@pytest.mark.parametrize(
    "lost",
    # `make test` asks of the events.
    [name if name == "events" else pytest.param(name, marks=LONG) for name in LOST],
)
def test_what_a_source_lost_is_told_before_anything_is_written(
    tmp_path: Path, lost: str
) -> None:
    """The old database is as it was, byte by byte."""
    settings, sentence, flags = LOST[lost]
    database = old_database(tmp_path)
    before = database.read_bytes()
    made = run_dbt(tmp_path, settings, "+fct_sessions", ROOT, flags=flags)
    assert not made.is_green
    assert sentence in made.said
    assert database.read_bytes() == before


def test_a_table_that_has_a_name_of_later_is_somebody_elses(tmp_path: Path) -> None:
    """In a schema of an earlier version, which had none of that name."""
    made = run_dbt(
        tmp_path,
        {},
        "channels",
        ROOT,
        "create table footfall_states (relation_name text, state text);"
        "create table channels as select 1 as one;"
        "create table targets as select 2 as two",
    )
    assert not made.is_green
    assert (
        "holds targets, which footfall did not build there and would replace: give what"
        " is there another name, or use a schema"
    ) in made.said
    assert made.relations() == ["channels", "footfall_states", "targets"]


@dataclass(frozen=True)
class Shop:
    """A clone of the project with a shop's own files, and a database somewhere."""

    folder: Path
    environment: Mapping[str, str]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A command in the clone."""
        return subprocess.run(
            [sys.executable, *command],
            check=False,
            cwd=self.folder,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "DBT_PROFILES_DIR": str(self.folder),
                "FOOTFALL_DUCKDB_PATH": str(self.folder / "footfall.duckdb"),
                "DO_NOT_TRACK": "1",
                **self.environment,
            },
            capture_output=True,
            text=True,
        )

    def build(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command of docs/upgrade.md."""
        return self.run("-m", "serving.build", "--vars", "vars.yml", *arguments)

    def left_overs(self, *arguments: str) -> str:
        """What the operation says of what is left over."""
        cli = "from dbt.cli.main import cli; cli()"
        done = self.run("-c", cli, "run-operation", "drop_left_overs", *arguments)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def vars(self) -> dict[str, Any]:
        """The shop's vars as they are written."""
        found: dict[str, Any] = yaml.safe_load((self.folder / "vars.yml").read_text())
        return found

    def rows(self, sql: str) -> list[Row]:
        """Answer a query."""
        if self.is_postgres:
            with postgres_cursor(self.environment) as cursor:
                schema = self.environment["FOOTFALL_POSTGRES_SCHEMA"]
                cursor.execute(f"set search_path to {schema}")
                cursor.execute(sql)
                rows = list(cursor.fetchall()) if cursor.description else []
                cursor.connection.commit()
                return rows
        with duckdb.connect(str(self.folder / "footfall.duckdb")) as connection:
            return connection.execute(sql).fetchall()

    @property
    def is_postgres(self) -> bool:
        """Whether the database is a server's."""
        return self.environment.get("FOOTFALL_TARGET") == "postgres"

    def relations(self) -> set[str]:
        """Names of its tables and views."""
        schema = self.environment.get("FOOTFALL_POSTGRES_SCHEMA", "main")
        return {
            str(name)
            for (name,) in self.rows(
                "select table_name from information_schema.tables"
                f" where table_schema = '{schema}'"
            )
        }

    def artifact(self, name: str) -> dict[str, Any]:
        """What dbt wrote of the last run."""
        found: dict[str, Any] = json.loads(
            (self.folder / "target" / f"{name}.json").read_text()
        )
        return found

    def marts(self) -> list[str]:
        """Names of the public models."""
        return sorted(
            node["name"]
            for node in self.artifact("manifest")["nodes"].values()
            if node["resource_type"] == "model" and node["access"] == "public"
        )


def clone(folder: Path, environment: Mapping[str, str]) -> Shop:
    """This version, with the rule files and vars of before put where they were."""
    project = copy_project(folder)
    for path in (FIXTURE / "seeds").glob("*.csv"):
        shutil.copy(path, project / "seeds" / "rules" / path.name)
    shutil.copytree(FIXTURE / "shop", project / "shop")
    shutil.copy(FIXTURE / "vars.yml", project / "vars.yml")
    return Shop(project, environment)


@pytest.fixture(
    params=["duckdb", pytest.param("postgres", marks=needs_postgres)],
)
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """A shop that was built by the earlier version, and has this one now."""
    folder = tmp_path / "shop"
    folder.mkdir()
    with ExitStack() as stack:
        if request.param == "duckdb":
            old_database(folder)
            yield clone(folder, {})
            return
        environment = dict(stack.enter_context(postgres_started(tmp_path)))
        environment["FOOTFALL_POSTGRES_SCHEMA"] = "footfall"
        with postgres_cursor(environment) as cursor:
            cursor.execute("create schema shop")
            load(cursor, "shop.spend", FIXTURE / "shop" / "spend.csv")
            for name in ("1.csv", "2.csv"):
                load(cursor, "shop.events", EVENTS / name)
        command = [f"{postgres_programs()}/psql", "--quiet", "--set=ON_ERROR_STOP=1"]
        subprocess.run(
            [*command, postgres_address(environment)],
            input=lzma.decompress(POSTGRES.read_bytes()),
            check=True,
            capture_output=True,
        )
        shop = clone(folder, environment)
        (folder / "vars.yml").write_text(yaml.safe_dump(postgres_vars(shop.vars())))
        yield shop


def add_column(path: Path, column: str) -> None:
    """Mend a rule file as the sentence about it says."""
    value: Callable[[dict[str, str]], str] = {
        "is_act": lambda _: "true",
        "priority": lambda _: "0",
        "goal": lambda row: "main" if row["conversion_name"] == "purchase" else "other",
    }[column]
    rows = list(csv.DictReader(path.read_text().splitlines()))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], column], lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | {column: value(row)} for row in rows)


def rewritten(shop: Shop) -> None:
    """Vars and rule files as the sentences of runs show, until none is said."""
    stopped = shop.build()
    assert stopped.returncode == 2, stopped.stdout
    told = told_vars(stopped.stderr, shop.vars())
    (shop.folder / "vars.yml").write_text(yaml.safe_dump(told))
    mended = set()
    while True:
        stopped = shop.build("--select", "tag:rules", "tag:rates", "tag:gate")
        missing = re.findall(
            r"(seeds/rules/(\w+)[.]csv), row 1: the column '(\w+)' is missing: add it",
            stopped.stderr,
        )
        if not missing:
            break
        assert stopped.returncode == 2
        for file, seed, column in missing:
            assert MISSING[seed][0] == column
            add_column(shop.folder / file, column)
            mended.add(seed)
    assert mended == set(MISSING)


def emptied(shop: Shop, folder: Path) -> Shop:
    """A shop of the same files, in whose database nothing is."""
    folder.mkdir()
    for name in ("vars.yml", "dbt_project.yml", "profiles.yml"):
        shutil.copy(shop.folder / name, folder / name)
    for name in ("macros", "models", "seeds", "shop", "tests"):
        shutil.copytree(shop.folder / name, folder / name)
    schema = {"FOOTFALL_POSTGRES_SCHEMA": "fresh"} if shop.is_postgres else {}
    return replace(shop, folder=folder, environment={**shop.environment, **schema})


# `make test` asks of the sentences, and of sessions on DuckDB, above.
@pytest.mark.long
@pytest.mark.longest
def test_an_older_database_is_upgraded_by_one_command(
    older: Shop, tmp_path: Path
) -> None:
    """Every mart is as from nothing, the next run does nothing, orphans go if asked."""
    older.rows("create table customers as select 1 as answer")
    rewritten(older)
    done = older.build()
    assert done.returncode == 0, done.stderr
    fresh = emptied(older, tmp_path / "fresh")
    made = fresh.build()
    assert made.returncode == 0, made.stderr
    marts = fresh.marts()
    assert len(marts) > 40
    different = [
        mart
        for mart in marts
        if Counter(older.rows(f"select * from {mart}"))
        != Counter(fresh.rows(f"select * from {mart}"))
    ]
    assert different == []
    assert fresh.rows("select count(*) from mart_attribution__credits") != [(0,)]

    # What it filled stays.
    assert older.build().returncode == 0
    codes = {
        result["unique_id"].split(".")[2]: result["adapter_response"].get("code")
        for result in older.artifact("run_results")["results"]
    }
    assert {codes[mart] for mart in marts} == {"UNCHANGED"}

    left = older.relations() - fresh.relations() - {"customers"}
    assert left
    said = older.left_overs()
    assert set(re.findall(r'Left over: the \w+ .*"(\w+)"[.]', said)) == left
    assert older.relations() - fresh.relations() == left | {"customers"}
    said = older.left_overs("--args", "{drop: true}")
    assert set(re.findall(r'Dropped: the \w+ .*"(\w+)"[.]', said)) == left
    assert older.relations() - fresh.relations() == {"customers"}
    assert "Nothing is left over" in older.left_overs()
    assert older.rows("select answer from customers") == [(1,)]


@pytest.mark.long  # `make test` asks it of DuckDB, above.
@needs_postgres
@pytest.mark.parametrize("older", ["postgres"], indirect=True)
def test_what_a_source_lost_goes_if_asked_and_views_of_others_stay(
    older: Shop,
) -> None:
    """On Postgres, where what is dropped may take with it what reads it."""
    rewritten(older)
    with postgres_cursor(older.environment) as cursor:
        cursor.execute("delete from shop.events where cookie = 'v5'")
        lost = cursor.rowcount
        cursor.execute(
            "create schema bi;"
            "create view bi.pages as select * from footfall.stg_generic__events"
        )
        cursor.connection.commit()
    before = older.relations()
    stopped = older.build()
    assert stopped.returncode == 2
    assert f"the source generic no longer has {lost} of the" in stopped.stderr
    assert older.relations() == before
    done = older.build("--full-refresh")
    assert done.returncode == 0, done.stderr
    assert older.rows("select 1 from fct_sessions where visitor_id = 'v5'") == []
    refused = older.run(
        *("-c", "from dbt.cli.main import cli; cli()", "run-operation"),
        *("drop_left_overs", "--args", "{drop: true}"),
    )
    assert refused.returncode != 0
    assert "bi.pages depends on" in refused.stdout
    assert "stg_generic__events" in older.relations()
