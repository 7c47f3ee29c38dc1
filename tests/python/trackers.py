"""Tables as trackers write them, brought to a build as files and as tables."""

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from harness import ROOT, copy_project

Rows = Sequence[Mapping[str, object]]
Tables = Mapping[str, Rows]
"""Name of a table -> its rows; a column that a row lacks is null."""

TYPES: dict[type, str] = {
    str: "text",
    datetime: "timestamp",
    Decimal: "numeric(28, 6)",
    int: "bigint",
    bool: "boolean",
}
# Where tables are; `make test` asks of files of types alone.
FORMS = [
    "parquet",
    pytest.param("relation", marks=pytest.mark.long),
    pytest.param("csv", marks=pytest.mark.long),
]
# What a build has to make for the tests to look at.
SELECT = "+fct_sessions +fct_conversions +fct_reversals +fct_page_views"
SELECT += " +mart_quality__event_ledger"


def columns_of(rows: Rows) -> dict[str, type]:
    """Column -> what its values are, in the order in which they come."""
    found: dict[str, type] = {}
    for row in rows:
        for name, value in row.items():
            if value is not None:
                found.setdefault(name, type(value))
    return found


def write_parquets(folder: Path, tables: Tables) -> str:
    """A typed file for each table; the place to give to a source."""
    for name, rows in tables.items():
        columns = {
            column: [row.get(column) for row in rows] for column in columns_of(rows)
        }
        pq.write_table(pa.table(columns), folder / f"{name}.parquet")
    return f"{folder}/*.parquet"


def write_csvs(folder: Path, tables: Tables) -> str:
    """The same as text."""
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, columns_of(rows))
            writer.writeheader()
            writer.writerows(rows)
    return f"{folder}/*.csv"


def literal(value: object, kind: type) -> str:
    """A value as SQL of every engine."""
    if value is None:
        sql = "null"
    elif isinstance(value, str):
        assert "\\" not in value, "which Spark takes for an escape"
        sql = "'" + value.replace("'", "''") + "'"
    elif isinstance(value, datetime):
        sql = f"'{value}'"
    else:
        sql = str(value).lower()
    return f"cast({sql} as {TYPES[kind]})"


def statements(schema: str, tables: Tables) -> list[str]:
    """SQL that makes a schema of these tables."""
    made = [f"create schema {schema}"]
    for name, rows in tables.items():
        columns = columns_of(rows)
        selects = (
            "select "
            + ", ".join(
                f"{literal(row.get(column), kind)} as {column}"
                for column, kind in columns.items()
            )
            for row in rows
        )
        made.append(f"create table {schema}.{name} as {' union all '.join(selects)}")
    return made


def project_with(folder: Path, schemas: Mapping[str, Tables]) -> Path:
    """A copy of the project that first makes these tables, on whichever engine."""
    copy_project(folder)
    parts = [
        "{% call statement(auto_begin=true) %}"
        + "{% raw %}"
        + sql.replace("as text)", "as {% endraw %}{{ dbt.type_string() }}{% raw %})")
        + "{% endraw %}{% endcall %}"
        for schema, tables in schemas.items()
        for sql in statements(schema, tables)
    ]
    committed = "{% if target.type != 'spark' %}{% do adapter.commit() %}{% endif %}"
    (folder / "macros" / "make_tables.sql").write_text(
        "{% macro make_tables() %}{% if execute %}\n"
        + "\n".join(parts)
        + f"\n{committed}{{% endif %}}{{% endmacro %}}\n"
    )
    settings = folder / "dbt_project.yml"
    settings.write_text(
        settings.read_text().replace(
            "on-run-start:\n", 'on-run-start:\n  - "{{ make_tables() }}"\n'
        )
    )
    assert settings.read_text() != (ROOT / "dbt_project.yml").read_text()
    return folder


def placed(form: str, folder: Path, tables: Tables) -> tuple[str, str | None]:
    """Where a source finds these tables, and the SQL that makes them there."""
    if form == "csv":
        return write_csvs(folder, tables), None
    if form == "parquet":
        return write_parquets(folder, tables), None
    return "tracker.*", ";".join(statements("tracker", tables))
