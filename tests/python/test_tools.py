"""Postgres by the settings that docs/tools/postgres.md gives to other tools.

The drivers are those that Excel, Power BI, Tableau and Metabase know Postgres by.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from engines import needs_postgres
from harness import ROOT

from parity.engines import postgres_cursor, postgres_started

PAGE = (ROOT / "docs" / "tools" / "postgres.md").read_text()
JAR = Path("/usr/share/java/postgresql.jar")
PASSWORD = "s3cret"
# Every type of column that marts have; more than a float or a 32-bit integer holds.
COLUMNS = {
    "channel": "text",
    "sessions": "bigint",
    "revenue": "numeric(28, 6)",
    "started_at": "timestamp",
    "started_date": "date",
    "is_engaged": "boolean",
}
ROW = (
    'Direct, "ä" 你',
    9007199254740993,
    Decimal("123456789012345678.123456"),
    # An hour that clocks of Berlin leave out.
    datetime(2026, 3, 29, 2, 30, 0, 123456),
    date(2026, 3, 29),
    True,
)
NOTHING = (None,) * len(COLUMNS)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A schema with one mart, and the reader's user by the SQL of the page."""
    (grants,) = re.findall(r"```sql\n(create role .*?)```", PAGE, re.DOTALL)
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    values = ", ".join(["%s"] * len(COLUMNS))
    folder = tmp_path_factory.mktemp("server")
    with postgres_started(folder) as environment, postgres_cursor(environment) as ask:
        ask.execute(f"create schema marts; create table marts.old ({columns})")
        for row in (ROW, NOTHING):
            ask.execute(f"insert into marts.old values ({values})", row)
        ask.execute(grants.replace("'...'", f"'{PASSWORD}'"))
        # As the next build makes one, after the grants.
        ask.execute("create table marts.new as select * from marts.old")
        ask.connection.commit()
        yield dict(environment)


def setting(server: dict[str, str], start: str) -> str:
    """The connection that the page gives, with this server's address."""
    (found,) = re.findall(rf"`({re.escape(start)}[^`]+)`", PAGE)
    placed = found.replace("db.example", server["FOOTFALL_POSTGRES_HOST"])
    placed = placed.replace("5432", server["FOOTFALL_POSTGRES_PORT"])
    placed = re.sub(r"(Database=|5432/|:\d+/)marts", r"\1postgres", placed)
    return placed.replace("Pwd=...", f"Pwd={PASSWORD}")


def time_by_java(server: dict[str, str], zone: str) -> str:
    """The row's time as an object of Java's, where clocks are in a zone."""
    java = pytest.importorskip("jpype").JPackage("java")
    java.util.TimeZone.setDefault(java.util.TimeZone.getTimeZone(zone))
    address = setting(server, "jdbc:postgresql:")
    connection = java.sql.DriverManager.getConnection(address, "bi", PASSWORD)
    found = connection.createStatement().executeQuery(
        "select started_at from marts.old where channel is not null"
    )
    found.next()
    said = str(found.getTimestamp(1))
    connection.close()
    return said


Ask = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def odbc(server: dict[str, str]) -> Iterator[tuple[Ask, type[Exception]]]:
    """psqlODBC, and what it raises."""
    pyodbc = pytest.importorskip("pyodbc", reason="needs `make drivers`")
    if "PostgreSQL Unicode" not in pyodbc.drivers():
        pytest.skip("psqlODBC is not installed: on Debian odbc-postgresql")
    connection = pyodbc.connect(setting(server, "Driver={PostgreSQL Unicode}"))
    yield (
        lambda sql: [tuple(row) for row in connection.execute(sql).fetchall()],
        pyodbc.Error,
    )
    connection.close()


@pytest.fixture
def jdbc(server: dict[str, str]) -> Iterator[tuple[Ask, type[Exception]]]:
    """Postgres' JDBC driver in this process, and what it raises."""
    jpype = pytest.importorskip("jpype", reason="needs `make drivers`")
    if not JAR.exists():
        pytest.skip("The JDBC driver is not installed: libpostgresql-jdbc-java")
    if not jpype.isJVMStarted():
        jpype.startJVM(classpath=[str(JAR)])
    address = setting(server, "jdbc:postgresql:")
    sql_package = jpype.JPackage("java").sql
    connection = sql_package.DriverManager.getConnection(address, "bi", PASSWORD)

    def ask(sql: str) -> list[tuple[Any, ...]]:
        found = connection.createStatement().executeQuery(sql)
        many = found.getMetaData().getColumnCount()
        rows = []
        while found.next():
            rows.append(tuple(found.getString(n + 1) for n in range(many)))
        return [tuple(None if each is None else str(each) for each in r) for r in rows]

    yield ask, sql_package.SQLException
    connection.close()


@needs_postgres
@pytest.mark.long  # `make test` reads Postgres by psycopg2 alone, in test_postgres.
def test_odbc_reads_every_type_whole(odbc: tuple[Ask, type[Exception]]) -> None:
    """A flag is a flag and no text, which the page's BoolsAsChar is for."""
    ask, _ = odbc
    for mart in ("old", "new"):
        rows = ask(f"select * from marts.{mart} order by channel nulls last")
        assert rows == [ROW, NOTHING]
        assert [type(value) for value in rows[0]] == [type(value) for value in ROW]


@needs_postgres
@pytest.mark.long  # As above.
def test_jdbc_reads_every_type_whole(jdbc: tuple[Ask, type[Exception]]) -> None:
    """As texts: nothing is lost on the way."""
    ask, _ = jdbc
    shown = (
        'Direct, "ä" 你',
        "9007199254740993",
        "123456789012345678.123456",
        "2026-03-29 02:30:00.123456",
        "2026-03-29",
        "t",
    )
    for mart in ("old", "new"):
        rows = ask(f"select * from marts.{mart} order by channel nulls last")
        assert rows == [shown, NOTHING]


@needs_postgres
@pytest.mark.long  # As above.
@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "2026-03-29 02:30:00.123456"),
        # What the page warns of.
        ("Europe/Berlin", "2026-03-29 03:30:00.123456"),
    ],
)
def test_java_moves_a_time_that_its_zone_leaves_out(
    jdbc: tuple[Ask, type[Exception]], server: dict[str, str], zone: str, shown: str
) -> None:
    """So a tool in Java is started with user.timezone=UTC."""
    assert time_by_java(server, zone) == shown


@needs_postgres
@pytest.mark.long  # As above.
@pytest.mark.parametrize("driver", ["odbc", "jdbc"])
def test_a_reader_writes_nothing(
    driver: str, server: dict[str, str], request: pytest.FixtureRequest
) -> None:
    """Neither by the driver's setting nor, without it, by the server's grants."""
    ask, error = request.getfixturevalue(driver)
    for sql in ("delete from marts.old", "create table marts.mine (a int)"):
        with pytest.raises(error):
            ask(sql)
    with postgres_cursor(server) as owner:
        owner.execute(
            "select has_table_privilege('bi', 'marts.old', 'select'),"
            " has_table_privilege('bi', 'marts.old', 'insert, update, delete'),"
            " has_schema_privilege('bi', 'marts', 'create')"
        )
        assert owner.fetchall() == [(True, False, False)]
        owner.execute("select count(*) from marts.old")
        assert owner.fetchall() == [(2,)]
