"""Say what a file, folder or table of events is, and how footfall would read it.

`python -m serving.sources PATH_OR_RELATION` looks at files or a folder of them, or at a
table or schema of the database FOOTFALL_DUCKDB_PATH. It names the preset that reads
them, shows the entry for the var `sources`, counts, says what is missing or odd, and
shows one day's sessions. It writes nothing but to a temporary folder, which it removes.

Exit codes:
  0  it is clear how to read them
  2  it is not: there is nothing, or it lacks what every event needs
"""

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from glob import escape, glob
from pathlib import Path
from typing import Any

import duckdb
import yaml
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from serving.checks import identifier, literal
from serving.errors import guarded, tell
from serving.places import IS_CLONE, ROOT, build_database, called

CLEAR, UNCLEAR = 0, 2

GUESSES = {
    "event_id": ["id", "uuid", "insert_id", "message_id"],
    "visitor_id": [
        "visitor", "anonymous_id", "client_id", "device_id", "cookie", "cookie_id",
        "distinct_id", "session_cookie", "fullvisitorid", "user_pseudo_id",
    ],
    "user_id": ["user", "customer_id", "account_id", "uid", "login"],
    "occurred_at": [
        "time", "timestamp", "ts", "event_time", "event_timestamp", "created_at",
        "datetime", "date_time", "sent_at",
    ],
    "received_at": ["arrived_at", "loaded_at", "ingested_at", "collector_tstamp"],
    "event_name": ["event", "name", "action", "event_type", "type"],
    "page_url": ["url", "page", "page_location", "href", "location"],
    "page_title": ["title"],
    "referrer_url": ["referrer", "referer", "page_referrer"],
    "user_agent": ["useragent", "ua"],
    "order_id": ["transaction_id", "order", "order_number"],
    "revenue": ["amount", "value", "total", "order_total"],
    "country_code": ["country"],
    "device_category": ["device", "device_type"],
    "analytics_consent": ["consent"],
}  # fmt: skip
"""Column of the event contract -> what tables often call it."""

NEEDED = ("visitor_id", "occurred_at", "event_name")
LOGS = (".log", "_log")
HOW_TO_BUILD = (
    "To build: write the entry to a file, such as sources.yml, and run",
    "  .venv/bin/python -m serving.build --vars sources.yml",
)
HOW_TO_BUILD_OF_A_WHEEL = (
    "To build: write the entry into dbt_project.yml, below vars: footfall:, and run",
    "  footfall build",
)
LOG = re.compile(r"([.]log|^access_log)[-.*?0-9]*([.](gz|zst))?$")


class UnclearError(Exception):
    """What is there cannot be read as events, with what would be needed."""


@dataclass(frozen=True)
class Found:
    """What is at a place: its tables, each with its columns in lower case."""

    place: str
    """As an entry says it; with several tables, a * stands for their names."""
    tables: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Reading:
    """How a place is read."""

    preset: str
    entry: Mapping[str, Any]
    note: str


def look(named: str) -> Found:
    """What a path or relation holds.

    Raises:
        UnclearError: where there is neither file nor relation of this name.
    """
    path = Path(named)
    if path.is_dir():
        return look_into(path)
    if files := files_at(named):
        return Found(named, {"events": columns_of(files[0])})
    return look_up(named)


def files_at(place: str) -> list[str]:
    """The file of this name, brackets and all, or those of a pattern."""
    return [place] if Path(place).is_file() else sorted(glob(place))


def look_into(folder: Path) -> Found:
    """A folder: its files, or those of its folders, are one table, or one a name."""
    inside = [path for path in folder.rglob("*") if path.is_file()]
    files = sorted(path for path in inside if path.suffix or LOG.search(path.name))
    endings = {ending_of(path) for path in files}
    if not files:
        raise UnclearError(f"{folder} holds no file.")
    if len(endings) > 1:
        raise UnclearError(
            f"{folder} holds files of several kinds ({', '.join(sorted(endings))}):"
            f" name those of one kind, such as {folder}/*{min(endings)}."
        )
    (ending,) = endings
    depth = max(len(path.relative_to(folder).parts) for path in files)
    named = f"*{ending}"
    if ending in LOGS:
        # A server writes its errors beside what was asked of it.
        begins = any(path.name.startswith("access") for path in files)
        named = f"access{ending}*" if begins else f"*{ending}*"
    pattern = "/".join([escape(str(folder)), *["*"] * (depth - 1), named])
    tables = {path.name.removesuffix(ending): columns_of(str(path)) for path in files}
    if depth == 1 and len({tuple(columns) for columns in tables.values()}) > 1:
        return Found(pattern, tables)
    return Found(pattern, {"events": next(iter(tables.values()))})


def ending_of(path: Path) -> str:
    """How a file's name ends, with how it is packed; of logs, how all are called."""
    if LOG.search(path.name):
        return LOGS[0] if LOGS[0] in path.name else LOGS[1]
    packed = path.suffix in (".gz", ".zst")
    return "".join(path.suffixes[-2:]) if packed else path.suffix


def look_up(named: str) -> Found:
    """A relation of the database, or all of a schema.

    Raises:
        UnclearError: where there is none.
    """
    database = build_database()
    if not database.exists():
        raise UnclearError(f"There is no file {named}, and no database {database}.")
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            "select table_schema, table_name, list(lower(column_name))"
            " from information_schema.columns group by all"
        ).fetchall()
    plain = named.replace('"', "")
    schema, _, name = plain.rpartition(".")
    for table_schema, table_name, columns in rows:
        if table_name == name and table_schema == (schema or "main"):
            parts = [schema, name] if schema else [name]
            return Found(".".join(map(in_sql, parts)), {"events": columns})
    tables = {table: columns for owner, table, columns in rows if owner == plain}
    if not tables:
        raise UnclearError(f"There is neither a file nor a relation {named}.")
    return Found(f"{in_sql(plain)}.*", tables)


def in_sql(name: str) -> str:
    """A name as SQL has it: in quotes where it needs them."""
    return name if re.fullmatch(r"[a-zA-Z_]\w*", name) else identifier(name)


def columns_of(path: str) -> list[str]:
    """The columns of a file, or the keys of its first records; none of a log."""
    if LOG.search(Path(path).name):
        return []
    readers = {
        "parquet": "read_parquet({})",
        "json": "read_json({}, sample_size = 100)",
        "csv": "read_csv({}, all_varchar = true, sample_size = 100)",
    }
    plain = re.sub(r"[.](gz|zst)$", "", path.lower())
    kind = plain.rsplit(".", 1)[-1]
    kind = {"jsonl": "json", "ndjson": "json", "tsv": "csv"}.get(kind, kind)
    if kind not in readers:
        raise UnclearError(
            f"{path} is no file that is read: .csv, .tsv, .json, .jsonl, .ndjson, .log"
            " (each also with .gz or .zst) or .parquet."
        )
    rows = duckdb.sql(
        f"describe select * from {readers[kind].format(literal(path))}"
    ).fetchall()
    return [row[0].lower() for row in rows]


@dataclass(frozen=True)
class Preset:
    """What a preset's YAML says of the tables that it reads."""

    inputs: Mapping[str, Any]
    options: Mapping[str, Any]

    def columns(self, name: str, key: str) -> set[str]:
        """What an input needs or may have, an option in brackets by its default."""
        said: Sequence[str] = list(self.inputs[name].get(key, []))
        found = {
            re.sub("<(.+)>", lambda each: str(self.options[str(each[1])]), column)
            for column in said
        }
        return {column for column in found if not column.endswith("_")}

    def prefixed(self, found: Found) -> list[Found]:
        """What is there, and without a prefix that its tables' names may have."""
        prefixes = {
            table.removesuffix(name)
            for table in found.tables
            for name in self.inputs
            if table.endswith(name)
        }
        return [
            Found(
                found.place.replace("*", f"{prefix}*", 1) if prefix else found.place,
                {
                    table.removeprefix(prefix): columns
                    for table, columns in found.tables.items()
                    if table.startswith(prefix)
                },
            )
            for prefix in sorted(prefixes | {""})
        ]

    def entry(self, found: Found) -> tuple[int, dict[str, Any]]:
        """How many columns it knows of what is there, 0 where it needs others.

        With it what the entry says beside preset and place: tables that a site names.
        """
        known = 0
        for name in self.inputs.keys() - self.options.keys():
            columns = set(found.tables.get(name, []))
            if columns and self.columns(name, "needs") <= columns:
                needed = self.columns(name, "needs") | self.columns(name, "columns")
                known += len(needed & columns)
            elif self.inputs[name].get("is_needed", True):
                return 0, {}
        more: dict[str, Any] = {}
        for name in self.inputs.keys() & self.options.keys() if known else ():
            tables = [
                table
                for table, columns in found.tables.items()
                if table not in self.inputs
                and self.columns(name, "needs") <= set(columns)
            ]
            more |= {name: sorted(tables)} if tables else {}
        return known, more


def presets() -> dict[str, Preset]:
    """The presets of trackers, as the YAML of their models says them."""
    found = {}
    for path in sorted((ROOT / "models" / "staging").glob("*/_*__models.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            meta = model.get("config", {}).get("meta", {})
            if "inputs" in meta and model["name"].endswith("__events"):
                name = model["name"].removeprefix("stg_").removesuffix("__events")
                found[name] = Preset(meta["inputs"], meta.get("options", {}))
    return found


def read_as(found: Found) -> Reading:
    """The preset that knows most of what is there.

    Raises:
        UnclearError: where no preset fits, and no columns look like an event's.
    """
    if LOG.search(Path(found.place).name):
        return Reading(
            "access_log",
            {"preset": "access_log", "events": found.place},
            "the log has no host: give the site's own as own_hosts: [shop.example]",
        )
    best, most, entry = "", 0, {}
    for name, preset in presets().items():
        for each in preset.prefixed(found):
            known, more = preset.entry(each)
            if known > most:
                best, most = name, known
                entry = {"preset": name, "events": each.place} | more
    return Reading(best, entry, "") if best else by_columns(found)


def by_columns(found: Found) -> Reading:
    """A map of the preset columns, by what tables often call things.

    Raises:
        UnclearError: where nothing looks like what every event needs.
    """
    if set(found.tables) != {"events"}:
        raise UnclearError(
            f"{found.place} holds {', '.join(sorted(found.tables))}, which no preset"
            " reads: name one table or file, and say what its columns are."
        )
    columns = found.tables["events"]
    mapped: dict[str, str] = {}
    for column, guesses in GUESSES.items():
        for name in (column, *guesses):
            if name in columns and name not in mapped.values():
                mapped[column] = name
                break
    lacking = [column for column in NEEDED if column not in mapped]
    if lacking:
        raise UnclearError(
            f"{found.place} has the columns {', '.join(columns)}, and none is known as"
            f" {' or '.join(lacking)}: write an entry of the preset columns by hand."
        )
    entry = {"preset": "columns", "events": found.place, "columns": mapped}
    return Reading("columns", entry, "the map is guessed from names: check it")


def stage(reading: Reading, name: str, folder: Path) -> Path:
    """A database in which footfall's own staging reads the place.

    Raises:
        UnclearError: with the sentence in which the run stopped.
    """
    database = folder / "footfall.duckdb"
    project = staging_alone(reading.preset, folder / "project")
    place = str(reading.entry["events"])
    if not files_at(place):
        copy_tables(place, database)
    arguments = ["--quiet", "--log-level", "none", "build"]
    arguments += ["--select", f"+stg_{reading.preset}__events"]
    arguments += ["--exclude-resource-types", "unit_test", "test"]
    arguments += ["--vars", json.dumps({"sources": {name: dict(reading.entry)}})]
    arguments += ["--project-dir", str(project), "--profiles-dir", str(ROOT)]
    arguments += ["--target-path", str(folder / "target")]
    arguments += ["--log-path", str(folder / "logs"), "--target", "duckdb"]
    os.environ["FOOTFALL_DUCKDB_PATH"] = str(database)
    outcome = dbtRunner().invoke(arguments)
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if not outcome.success:
        results: Any = outcome.result or []
        messages = [str(outcome.exception or "")]
        messages += [
            str(result.message) for result in results if result.status == "error"
        ]
        told = [each for each in messages if "footfall: " in each]
        told += [each for each in messages if each.strip()]
        said = (told or [f"{reading.entry['events']} cannot be read."])[0]
        # The first line of what is no sentence of ours says in which model it was.
        lines = said.split("footfall: ")[-1].strip().split("\n")
        sentence = lines["footfall: " not in said and len(lines) > 1].strip()
        raise UnclearError(sentence[0].upper() + sentence[1:])
    return database


def staging_alone(preset: str, project: Path) -> Path:
    """A project of one preset's staging: all of footfall takes longer to read."""
    project.mkdir()
    shutil.copy(ROOT / "dbt_project.yml", project)
    shutil.copytree(ROOT / "macros", project / "macros")
    for part in (f"models/staging/{preset}", "models/staging/files", "models/docs"):
        shutil.copytree(ROOT / part, project / part)
    shutil.copytree(ROOT / "seeds" / "rules", project / "seeds" / "rules")
    # Rules are checked by a build: here nothing waits for that.
    gate = project / "models" / "int_rules__checked.sql"
    gate.write_text("select 1 as is_checked", encoding="utf-8")
    return project


def copy_tables(place: str, database: Path) -> None:
    """Put a relation, or those of a schema, where staging may look at them."""
    schema, _, name = place.replace('"', "").rpartition(".")
    with duckdb.connect(str(database)) as connection:
        built = literal(build_database())
        connection.execute(f"attach {built} as looked_at (read_only)")
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables"
            " where table_catalog = 'looked_at' and table_schema = ?"
            " and ? in ('*', table_name)",
            [schema or "main", name],
        ).fetchall()
        for owner, table in tables:
            copied = f"{identifier(owner)}.{identifier(table)}"
            connection.execute(f"create schema if not exists {identifier(owner)}")
            connection.execute(
                f"create table {copied} as select * from looked_at.{copied}"
            )


def report(reading: Reading, name: str, database: Path) -> list[str]:
    """The lines that tell of the events."""
    events = f"stg_{reading.preset}__events"
    entry = json.dumps({name: dict(reading.entry)}, ensure_ascii=False)
    lines = [f"This is read by the preset {reading.preset}. The entry:", ""]
    lines += [f"  sources: {entry}", ""]
    with duckdb.connect(str(database), read_only=True) as connection:
        counts = connection.execute(
            "select count(*), count(distinct visitor_id), count(distinct"
            " cast(occurred_at as date)), min(occurred_at), max(occurred_at)"
            f" from {events}"
        ).fetchone()
        assert counts
        rows, visitors, days, first, last = counts
        if not rows:
            raise UnclearError(f"{reading.entry['events']} holds no event.")
        lines.append(
            f"{counted(rows, 'event')} of {counted(visitors, 'visitor')}"
            f" on {counted(days, 'day')} in UTC,"
            f" from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}."
            if first else f"{rows:,} events, of none of which the time can be read."
        )  # fmt: skip
        names = connection.execute(
            f"select event_name, count(*) from {events} group by 1"
            " order by 2 desc, 1 limit 8"
        ).fetchall()
        said = ", ".join(f"{event} {count:,}" for event, count in names)
        lines += [f"Most of them: {said}.", ""]
        odd = [f"{reading.note}."] if reading.note else []
        odd += oddities(connection, events, rows)
        lines += (
            ["Missing or odd:", *[f"  - {each}" for each in odd], ""] if odd else []
        )
        if first:
            lines += one_day(connection, events)
    lines += HOW_TO_BUILD if IS_CLONE else HOW_TO_BUILD_OF_A_WHEEL
    return lines


def oddities(
    connection: duckdb.DuckDBPyConnection, events: str, rows: int
) -> list[str]:
    """What is missing of the events, or looks wrong."""
    filled = connection.execute(
        "select count(visitor_id), count(occurred_at), count(page_url),"
        " count(referrer_host), count(user_id), count(user_agent),"
        " count(device_category), count(analytics_consent), count(order_id),"
        " count(revenue), count(currency)"
        f" from {events}"
    ).fetchone()
    assert filled
    (known, timed, urls, referrers, users, agents, devices, consents, orders, amounts,
     currencies) = filled  # fmt: skip
    largest = connection.execute(
        f"select visitor_id, count(*) from {events} where visitor_id is not null"
        " group by 1 order by 2 desc, 1 limit 1"
    ).fetchone()
    found = {
        f"{rows - known:,} events have no visitor: they will be rejected, as"
        " missing_visitor or, where they say so, as no_consent": known < rows,
        f"{rows - timed:,} events have no time that can be read": timed < rows,
        "no event has the address of its page: no landing pages, no tags": not urls,
        "no event has a referrer: sessions without tags will be Direct": not referrers,
        "no event has a user_id: nobody is one person on two devices": not users,
        "no event tells its device or browser": not agents and not devices,
        "no event says whether its visitor consented: all count, unless"
        " accept_unknown_consent is false": not consents,
        "no event has an order: no purchases, no revenue": not orders and not amounts,
        "amounts have no currency": amounts and not currencies,
        f"one visitor, {short(largest[0] if largest else '')}, has"
        f" {largest[1] if largest else 0:,} of all events": largest
        and largest[1] * 3 > rows,
    }
    return [f"{sentence}." for sentence, is_so in found.items() if is_so]


def one_day(connection: duckdb.DuckDBPyConnection, events: str) -> list[str]:
    """The sessions of the day with most events, by gaps alone."""
    connection.execute(
        f"""
        create or replace temp table day_sessions as
        with busiest as (
            select cast(occurred_at as date) as day from {events}
            where occurred_at is not null group by 1 order by count(*) desc, 1 limit 1
        ),

        timeline as (
            select visitor_id, occurred_at, event_name, page_path,
                coalesce(utm_source, referrer_host) as source,
                coalesce(
                    occurred_at - lag(occurred_at) over (
                        partition by visitor_id order by occurred_at, event_id
                    ) > interval '30' minute,
                    true
                ) as is_start
            from {events}
            where cast(occurred_at as date) = (select day from busiest)
                and visitor_id is not null
        ),

        numbered as (
            select *, count_if(is_start) over (
                partition by visitor_id order by occurred_at
            ) as session_number
            from timeline
        )

        select visitor_id, min(occurred_at) as started_at, max(occurred_at) as ended_at,
            count(*) as events,
            count_if(event_name in ('page_view', 'screen_view')) as views,
            arg_min(page_path, occurred_at) as landing, arg_min(source, occurred_at)
            as source
        from numbered group by visitor_id, session_number
        """
    )
    totals = connection.execute(
        "select min(started_at), count(*), median(views), count_if(events = 1)"
        " from day_sessions"
    ).fetchone()
    assert totals
    day, sessions, views, singles = totals
    if not sessions:
        return []
    shown = connection.execute(
        "select strftime(started_at, '%H:%M'),"
        " date_diff('minute', started_at, ended_at), events, views, landing, source,"
        " visitor_id from day_sessions"
        " order by started_at, visitor_id limit 5"
    ).fetchall()
    lines = [
        f"The day with most events, {day:%Y-%m-%d}, has {sessions:,} sessions by a gap"
        f" of 30 minutes, with {views:g} views in the median; {singles:,} are of one"
        " event. The first:",
        f"  {'start':<6}{'minutes':>8}{'events':>8}{'views':>7}  {'landing page':<32}"
        f"{'from':<22}visitor",
    ]
    for start, minutes, events_in, seen, landing, source, visitor in shown:
        lines.append(
            f"  {start:<6}{minutes:>8,}{events_in:>8,}{seen:>7,}"
            f"  {short(landing, 30):<32}{short(source, 20):<22}{short(visitor)}"
        )
    return [*lines, ""]


def from_here(place: str) -> str:
    """A path as a project can name it: whole, where none is in this folder."""
    is_project = IS_CLONE or Path("dbt_project.yml").is_file()
    is_path = Path(place).exists() or bool(glob(place))
    return place if is_project or not is_path else str(Path(place).absolute())


def counted(number: int, noun: str) -> str:
    """So many of a thing."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def short(text: str | None, limit: int = 16) -> str:
    """A text that fits into a table."""
    plain = text or "-"
    return plain if len(plain) <= limit else plain[: limit - 1] + "…"


def main(arguments: Sequence[str] | None = None) -> int:
    """Look, and say what is there."""
    parser = argparse.ArgumentParser(
        prog=called("python -m serving.sources"),
        description=called(str(__doc__)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("place", help="files, a folder, a table or a schema")
    parser.add_argument("--name", default="web", help="of the source, in the entry")
    options = parser.parse_args(arguments)
    try:
        reading = read_as(look(from_here(options.place)))
        with tempfile.TemporaryDirectory() as folder:
            database = stage(reading, options.name, Path(folder))
            tell("\n".join(report(reading, options.name, database)), sys.stdout)
    except UnclearError as unclear:
        tell(str(unclear), sys.stderr)
        return UNCLEAR
    except (duckdb.Error, OSError) as error:
        said = str(error).split("\n")[0]
        tell(f"{options.place} cannot be read: {said}", sys.stderr)
        return UNCLEAR
    return CLEAR


if __name__ == "__main__":
    sys.exit(guarded(main, UNCLEAR))
