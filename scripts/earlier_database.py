"""Make the databases of an earlier version anew that tests upgrade.

`python -m scripts.earlier_database` takes the project of commit 8d4754e out of the
repository's history, which has to be there, puts the edited rule files of seeds/ in
tests/fixtures/upgrade into it, and builds the events of shop/ there in two batches, by
vars.yml: on DuckDB, and on a Postgres that is started for it. What came of it is packed
beside them.
"""

import csv
import lzma
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import yaml
from tqdm import tqdm

from parity.engines import (
    ROOT,
    Environment,
    postgres_cursor,
    postgres_programs,
    postgres_started,
)

COMMIT = "8d4754e"
FIXTURE = ROOT / "tests" / "fixtures" / "upgrade"
DUCKDB = FIXTURE / "footfall.duckdb.xz"
POSTGRES = FIXTURE / "footfall.sql.xz"
VISITORS = 24
START = datetime(2026, 3, 1, 8)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X)"
LAPTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0"
BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
LANDINGS = [
    ("", ""),
    ("", "https://www.google.com/"),
    ("?utm_source=partner_news&utm_medium=email&utm_campaign=march", ""),
    ("?utm_source=google&utm_medium=cpc&utm_campaign=lamps&gclid=abc", ""),
]
COURSES = [
    ["page_view", "view_item"],
    ["page_view", "add_to_cart", "purchase"],
    ["page_view", "form_submit", "sign_up"],
    ["page_view", "heartbeat", "page_view"],
]
SPEND = [
    ("2026-03-02", "google", "cpc", "lamps", "EUR", "12.50", "10", "400"),
    ("2026-03-03", "google", "cpc", "lamps", "EUR", "7.25", "6", "310"),
    ("2026-03-09", "partner_news", "email", "march", "EUR", "5.00", "3", "90"),
]
SPENT = [
    "spend_date",
    "source",
    "medium",
    "campaign",
    "currency",
    "cost",
    "clicks",
    "impressions",
]

Row = dict[str, str]


def events() -> Iterator[Row]:
    """Visits of few visitors on twelve days, each time with the same chances."""
    chance = random.Random(7)
    for number in range(VISITORS):
        moment = START + timedelta(minutes=chance.randrange(7 * 24 * 60))
        agent = BOT if number == 0 else chance.choice([PHONE, LAPTOP])
        for visit in range(chance.randrange(1, 4)):
            query, referrer = chance.choice(LANDINGS)
            for step, name in enumerate(chance.choice(COURSES)):
                row = {
                    "id": f"{number}-{visit}-{step}",
                    "cookie": f"v{number}" if number != 1 else "",
                    "login": f"u{number % 10}" if visit and number % 3 == 0 else "",
                    "happened": f"{moment:%Y-%m-%d %H:%M:%S}",
                    "arrived": f"{moment + timedelta(seconds=2):%Y-%m-%d %H:%M:%S}",
                    "action": name,
                    "url": f"https://shop.example/{name if step else query}",
                    "referrer": "" if step else referrer,
                    "agent": agent,
                    "order": f"o{number}-{visit}" if name == "purchase" else "",
                    "amount": "49,90" if name == "purchase" else "",
                    "consent": "denied" if number == 2 else "granted",
                }
                yield row
                if name == "purchase" and number % 4 == 0:
                    # The tracker sends it twice.
                    yield row
                moment += timedelta(seconds=chance.randrange(5, 300))
            moment += timedelta(hours=chance.randrange(10, 70))


def write_rows(path: Path, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A CSV file."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)


def write_shop(folder: Path) -> None:
    """Two files of events, of which the second came later, and one of spend."""
    (folder / "events").mkdir(parents=True, exist_ok=True)
    rows = list(events())
    day = f"{START + timedelta(days=5):%Y-%m-%d}"
    # One event of the first days comes with the second file.
    late = rows[len(rows) // 2]["id"]
    batches: list[list[list[str]]] = [[], []]
    for row in rows:
        is_second = row["arrived"] >= day or row["id"] == late
        batches[is_second].append(list(row.values()))
    for number, batch in enumerate(batches, 1):
        write_rows(folder / "events" / f"{number}.csv", list(rows[0]), batch)
    write_rows(folder / "spend.csv", SPENT, SPEND)


def taken_out(folder: Path) -> Path:
    """The project of the commit, with the edited rule files in it."""
    archive = subprocess.run(
        ["git", "archive", COMMIT], cwd=ROOT, check=True, capture_output=True
    )
    subprocess.run(["tar", "x", "-C", folder], input=archive.stdout, check=True)
    for path in (FIXTURE / "seeds").glob("*.csv"):
        shutil.copy(path, folder / "seeds" / "rules" / path.name)
    return folder


def build(project: Path, settings: Mapping[str, Any], environment: Environment) -> None:
    """One run of the earlier version, without the demo's events."""
    command = [sys.executable, "-c", "from dbt.cli.main import cli; cli()", "--quiet"]
    command += ["build", "--vars", yaml.safe_dump(dict(settings))]
    command += ["--exclude", "path:seeds/demo"]
    command += ["--exclude-resource-types", "test", "unit_test"]
    environment = {**os.environ, **environment, "DBT_PROFILES_DIR": str(project)}
    subprocess.run(command, cwd=project, check=True, env=environment)


def pack(content: bytes, path: Path) -> None:
    """Write it as small as it gets."""
    path.write_bytes(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME))


def make_duckdb(project: Path, settings: Mapping[str, Any]) -> None:
    """The database file, of the files as they are."""
    database = project / "footfall.duckdb"
    environment = {"FOOTFALL_DUCKDB_PATH": str(database)}
    shop = project / "shop" / "events"
    shop.mkdir(parents=True)
    shutil.copy(FIXTURE / "shop" / "spend.csv", shop.parent)
    for name in ("1.csv", "2.csv"):
        shutil.copy(FIXTURE / "shop" / "events" / name, shop)
        build(project, settings, environment)
    with duckdb.connect(str(database)) as connection:
        connection.execute("checkpoint")
    pack(database.read_bytes(), DUCKDB)


def load(cursor: Any, table: str, path: Path) -> None:
    """Add a file to a table of texts, which is made if it is not there."""
    with path.open() as file:
        names = next(csv.reader(file))
        columns = ", ".join(f'"{name}" text' for name in names)
        cursor.execute(f"create table if not exists {table} ({columns})")
        file.seek(0)
        cursor.copy_expert(f"copy {table} from stdin (format csv, header)", file)
    cursor.connection.commit()


def make_postgres(project: Path, settings: Mapping[str, Any]) -> None:
    """The statements that make the schema, of tables of the same rows."""
    programs = postgres_programs()
    with postgres_started(project) as environment:
        with postgres_cursor(environment) as cursor:
            cursor.execute("create schema shop")
            load(cursor, "shop.spend", FIXTURE / "shop" / "spend.csv")
        for name in ("1.csv", "2.csv"):
            with postgres_cursor(environment) as cursor:
                load(cursor, "shop.events", FIXTURE / "shop" / "events" / name)
            build(project, postgres_vars(settings), environment)
        command = [f"{programs}/pg_dump", "--no-owner", "--no-privileges"]
        command += ["--schema", "footfall", postgres_address(environment)]
        dumped = subprocess.run(command, check=True, capture_output=True)
    pack(dumped.stdout, POSTGRES)


def postgres_vars(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The same vars, of a warehouse in which events and spend are tables."""
    places = {"generic_events": "shop.events", "generic_ad_spend": "shop.spend"}
    return {**settings, **places}


def postgres_address(environment: Mapping[str, str]) -> str:
    """The server as its own programs are told of it."""
    user, password, host, port, database = (
        environment[f"FOOTFALL_POSTGRES_{name}"]
        for name in ("USER", "PASSWORD", "HOST", "PORT", "DATABASE")
    )
    return f"postgresql://{user}:{password}@{host}:{port}/{database}"


def main() -> None:
    """Write events and spend, build twice on each engine, pack."""
    write_shop(FIXTURE / "shop")
    settings = yaml.safe_load((FIXTURE / "vars.yml").read_text())
    makers = tqdm([make_duckdb, make_postgres], desc="building", unit="engine")
    for make in makers:
        with tempfile.TemporaryDirectory() as folder:
            make(taken_out(Path(folder)), settings)


if __name__ == "__main__":
    main()
