"""What holds for every preset: one's own, finding out which it is, and the words."""

import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from harness import ROOT, SHARED, Builder, copy_project, needs, write_parquet

GA4 = SHARED / "data" / "ga4_native"
STAGING = ROOT / "models" / "staging"
HOW_TO = ROOT / "docs" / "sources" / "new_preset.md"
TABLE = ROOT / "docs" / "own_events.md"
ROWS: list[dict[str, object]] = [
    {"id": "1", "who": "a", "ts": "2026-03-02 10:00", "kind": "hit", "link": "/x"},
    {"id": "2", "who": "a", "ts": "2026-03-02 10:05", "kind": "Kauf", "link": None},
]


def contract() -> list[dict[str, Any]]:
    """The columns of the demo's staging model, as its YAML has them."""
    text = (STAGING / "demo" / "_demo__models.yml").read_text()
    columns: list[dict[str, Any]] = yaml.safe_load(text)["models"][0]["columns"]
    return columns


def presets() -> list[str]:
    """The folders of staging that are presets of a tracker."""
    names = {path.name for path in STAGING.iterdir()}
    return sorted(names - {"columns", "demo", "files"})


@pytest.mark.parametrize("preset", presets())
def test_a_preset_has_all_columns_and_its_page(preset: str) -> None:
    """In the contract's order and types, each described by the word that all share."""
    (path,) = (STAGING / preset).glob("_*__models.yml")
    model = yaml.safe_load(path.read_text())["models"][0]
    assert model["name"] == f"stg_{preset}__events"
    shape = [
        (each["name"], each["data_type"], each["description"]) for each in contract()
    ]
    assert [
        (each["name"], each["data_type"], each["description"])
        for each in model["columns"]
    ] == shape
    assert f"`{preset}`](sources/{preset}.md)" in TABLE.read_text()
    assert (ROOT / "docs" / "sources" / f"{preset}.md").exists()


def test_a_preset_of_ones_own_takes_a_folder_and_rows(
    build: Builder, tmp_path: Path
) -> None:
    """What the how-to says, done: its SQL as it stands there, YAML, and two rows."""
    project = tmp_path / "project"
    project.mkdir()
    copy_project(project)
    folder = project / "models" / "staging" / "counter"
    folder.mkdir()
    (sql,) = re.findall(r"```sql\n(.*?)```", HOW_TO.read_text(), re.S)
    (folder / "stg_counter__events.sql").write_text(re.sub("^   ", "", sql, flags=re.M))
    origins = {"event_id": "id", "visitor_id": "who", "occurred_at": "ts"}
    origins |= {"event_name": "kind", "page_url": "link"}
    columns = []
    for column in contract():
        said = {name: column[name] for name in ("name", "data_type", "description")}
        if column["name"] in origins:
            said["config"] = {"meta": {"origin": origins[column["name"]]}}
        columns.append(said)
    needs_columns = {"needs": ["who", "ts", "kind"], "columns": {"id": "text"}}
    needs_columns["columns"] |= {"link": "text"}  # type: ignore[operator]
    model = {"name": "stg_counter__events", "description": "Events of a counter."}
    config = {"enabled": True, "meta": {"inputs": {"events": needs_columns}}}
    (folder / "_counter__models.yml").write_text(
        yaml.safe_dump({"models": [model | {"config": config, "columns": columns}]})
    )
    with (project / "seeds" / "rules" / "event_names.csv").open("a") as names:
        names.write("counter,hit,page_view,A page was shown\n")
    source = {"preset": "counter", "event_names": {"kauf": "purchase"}}
    source["events"] = str(write_parquet(tmp_path / "events.parquet", ROWS))
    made = build(
        {"sources": {"own": source}, "own_presets": ["counter"]},
        select="+fct_sessions",
        project=project,
    )
    assert made.is_green, made.said
    assert made.rows(
        "select page_view_count, event_count, conversion_count, landing_page_path"
        " from fct_sessions"
    ) == [(1, 2, 1, "/x")]


def look(place: Path | str, database: Path | None = None) -> tuple[int, str]:
    """What `python -m serving.sources` says of a place, and how it ends."""
    environment = dict(os.environ)
    environment["FOOTFALL_DUCKDB_PATH"] = str(database or "none.duckdb")
    ended = subprocess.run(
        [sys.executable, "-m", "serving.sources", str(place)],
        check=False,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    return ended.returncode, ended.stdout + ended.stderr


def test_a_table_of_ones_own_is_mapped_by_its_names(tmp_path: Path) -> None:
    """It says what is missing, and shows the session; nothing is left behind."""
    path = tmp_path / "in.csv"
    path.write_text(
        "client_id,timestamp,event,url,total\n"
        + "".join(f"c1,2026-03-02T10:{nth:02}:00Z,page_view,/p,\n" for nth in range(9))
        + "c2,2026-03-02T10:00:00Z,purchase,/q,5\n"
    )
    code, said = look(path)
    assert code == 0, said
    assert '"visitor_id": "client_id"' in said
    assert "10 events of 2 visitors on 1 day in UTC" in said
    assert "has 2 sessions by a gap of 30 minutes" in said
    assert "one visitor, c1, has 9 of all events" in said
    assert "no event says whether its visitor consented" in said
    assert [each.name for each in tmp_path.iterdir()] == ["in.csv"]


@needs(GA4)
@pytest.mark.long  # `make test` asks of a file of one's own, above.
def test_an_export_of_ga4_is_known_by_its_columns() -> None:
    """As a folder of daily files."""
    code, said = look(GA4)
    assert code == 0, said
    assert '"preset": "ga4"' in said
    assert "131,270 events of 8,129 visitors on 3 days" in said


@pytest.mark.long  # `make test` asks of a file of one's own, above.
def test_tables_of_a_database_are_known_by_schema(tmp_path: Path) -> None:
    """The first ones of Segment, in a schema of their own."""
    database = tmp_path / "raw.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema web")
        connection.execute(
            "create table web.pages as select 'p1' as id, 'a' as anonymous_id,"
            " timestamp '2026-03-02 10:00:00' as timestamp, null :: text as user_id,"
            " timestamp '2026-03-02 10:00:01' as received_at,"
            " 'https://s.example' as url"
        )
    code, said = look("web", database)
    assert code == 0, said
    assert '"preset": "segment", "events": "web.*"' in said


@pytest.mark.long  # `make test` asks of a file, above.
@pytest.mark.parametrize("named", ["my raw.web events", '"my raw"."web events"'])
def test_a_name_that_sql_needs_in_quotes_is_shown_in_them(
    tmp_path: Path, named: str
) -> None:
    """So that the entry can be built; it is asked for with them or without."""
    database = tmp_path / "raw.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute('create schema "my raw"')
        connection.execute(
            """
            create table "my raw"."web events" as
            select 'a' as visitor, timestamp '2026-03-02 10:00:00' as time, 'x' as event
            """
        )
    code, said = look(named, database)
    assert code == 0, said
    assert json.dumps('"my raw"."web events"') in said
    assert "1 event of 1 visitor" in said


@pytest.mark.long  # `make test` asks of files that are broken from the first, below.
def test_what_stops_reading_is_said_and_not_what_went_well(tmp_path: Path) -> None:
    """The second of two files is broken: no columns tell of it."""
    write_parquet(tmp_path / "a.parquet", [{"visitor": "a", "time": "x", "event": "e"}])
    (tmp_path / "b.parquet").write_text("PAR1 no such thing, and long enough PAR1")
    code, said = look(f"{tmp_path}/*.parquet")
    assert code == 2
    assert "passed" not in said
    assert "b.parquet" in said
    assert "Traceback" not in said


@pytest.mark.long  # `make test` asks what the lines of such a log are, by its preset.
@pytest.mark.parametrize("name", ["access.log", "access_log"])
def test_a_folder_of_a_log_that_was_rotated_is_one_log(
    tmp_path: Path, name: str
) -> None:
    """The errors that the server writes beside it are none of it."""
    request = (
        '192.0.2.1 - - [02/Mar/2026:10:00:00 +0100] "GET / HTTP/1.1" 200 5 "-" "A"\n'
    )
    (tmp_path / name).write_text(request)
    (tmp_path / f"{name}.1").write_text(request)
    (tmp_path / f"{name}.2.gz").write_bytes(gzip.compress(request.encode()))
    (tmp_path / name.replace("access", "error")).write_text("[error] no such file\n")
    code, said = look(tmp_path)
    assert code == 0, said
    assert f'"preset": "access_log", "events": "{tmp_path}/{name}*"' in said
    assert "3 events of 1 visitor" in said


@pytest.mark.parametrize("name", ["in.parquet", "in.json", "in.duckdb"])
def test_a_broken_file_is_said_in_a_sentence(tmp_path: Path, name: str) -> None:
    """Whatever its name promises, and be it the database."""
    path = tmp_path / name
    path.write_text("no such thing")
    code, said = look("web.*", path) if name == "in.duckdb" else look(path)
    assert code == 2
    assert "cannot be read: " in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("a,b\n1,2\n", "none is known as visitor_id or occurred_at or event_name"),
        (None, "There is no file"),
    ],
)
def test_what_is_no_event_is_said_in_a_sentence(
    tmp_path: Path, content: str | None, sentence: str
) -> None:
    """With what would be needed."""
    path = tmp_path / "in.csv"
    if content:
        path.write_text(content)
    code, said = look(path)
    assert code == 2
    assert sentence in said
    assert "Traceback" not in said
