"""What is published is read whole by the drivers that BI tools are built on.

And what docs/bi_tools.md warns of does happen.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from harness import ROOT, Build

from serving.checks import GreenBuild, Mart, is_published, mart
from serving.made import BUILD, RELATIONS
from serving.places import Places
from serving.publish import publish

NODE = ROOT / "examples" / "node"
EPOCH = datetime(1970, 1, 1)

Columns = Mapping[str, Sequence[Any]]
Digest = tuple[int, dict[str, tuple[int, Fraction, Fraction]]]
"""Rows of a mart; of each column, how many values are not null, what they come to, and
how far off that may be."""


def published(demo: Build) -> list[dict[str, Any]]:
    """The models that readers are given."""
    return [node for node in demo.manifest()["nodes"].values() if is_published(node)]


@pytest.fixture(scope="module")
def where(demo: Build, tmp_path_factory: pytest.TempPathFactory) -> Places:
    """The demo's marts, published."""
    models, nodes = published(demo), demo.manifest()["nodes"]
    build = GreenBuild(
        demo.database,
        models[0]["database"],
        models[0]["schema"],
        "12345678-demo",
        tuple(mart(node, nodes) for node in models),
    )
    places = Places(tmp_path_factory.mktemp("published") / "serving.duckdb")
    publish(build, places)
    return places


@pytest.fixture(scope="module")
def expected(demo: Build) -> dict[str, Digest]:
    """What is in the build's own database, by SQL."""
    weights = {
        "VARCHAR": "sum(strlen({}))",
        "BOOLEAN": "count(case when {} then 1 end)",
        "DATE": "sum(epoch_us(cast({} as timestamp)))",
        "TIMESTAMP": "sum(epoch_us({}))",
    }
    found: dict[str, Digest] = {}
    for name in (str(node["name"]) for node in published(demo)):
        columns = demo.rows(f"select column_name, column_type from (describe {name})")
        asked = ", ".join(
            f"count({column}),"
            f" coalesce({weights.get(kind, 'sum({})').format(column)}, 0)"
            for column, kind in columns
        )
        ((rows, *answers),) = demo.rows(f"select count(*), {asked} from {name}")
        sums = (Fraction(answer) for answer in answers[1::2])
        found[name] = (
            rows,
            {
                column: (count, total, Fraction(0))
                for (column, _), count, total in zip(
                    columns, answers[::2], sums, strict=True
                )
            },
        )
    return found


def weight(value: Any) -> int | float | Decimal:
    """A number that differs where a driver changes a value."""
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if isinstance(value, datetime):
        since = value - EPOCH
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    number: int | float | Decimal = value
    return number


def digest(columns: Columns) -> Digest:
    """What a driver gave of one mart; its key, which is not null, counts the rows."""
    found = {}
    for name, column in columns.items():
        weights = [weight(value) for value in column if value is not None]
        total = Fraction(sum(weights))
        # Some make floats of decimals, and of integers where one is null.
        is_float = any(isinstance(each, float) for each in weights)
        error = abs(total) / 10**9 if is_float else Fraction(0)
        found[name] = (len(weights), total, error)
    return max(len(column) for column in columns.values()), found


def by_column(names: Iterable[str], rows: Sequence[Sequence[Any]]) -> Columns:
    """Rows turned on their side."""
    return {name: [row[n] for row in rows] for n, name in enumerate(names)}


Reader = Callable[[Places, list[str]], Iterator[tuple[str, Digest]]]


def with_sqlalchemy(where: Places, marts: list[str]) -> Iterator[tuple[str, Digest]]:
    """What Superset and others that speak SQLAlchemy do."""
    pytest.importorskip("duckdb_engine", reason="needs `make drivers`")
    sqlalchemy = pytest.importorskip("sqlalchemy")
    engine = sqlalchemy.create_engine(
        f"duckdb:///{where.serving}",
        connect_args={"read_only": True},
        # A pool would hold the file open, and with it the old one after a publish.
        poolclass=sqlalchemy.pool.NullPool,
    )
    with engine.connect() as connection:
        for name in marts:
            answer = connection.exec_driver_sql(f"select * from {name}")
            yield name, digest(by_column(answer.keys(), answer.fetchall()))


def with_adbc(where: Places, marts: list[str]) -> Iterator[tuple[str, Digest]]:
    """Arrow batches through the driver that DuckDB's own package carries."""
    pytest.importorskip("adbc_driver_manager", reason="needs `make drivers`")
    driver = pytest.importorskip("adbc_driver_duckdb").driver_path()
    with (
        pytest.importorskip("adbc_driver_manager.dbapi").connect(
            driver=driver,
            entrypoint="duckdb_adbc_init",
            db_kwargs={"path": str(where.serving), "access_mode": "READ_ONLY"},
            autocommit=True,
        ) as connection,
        connection.cursor() as cursor,
    ):
        for name in marts:
            cursor.execute(f"select * from {name}")
            yield name, digest(cursor.fetch_arrow_table().to_pydict())


def with_pandas(where: Places, marts: list[str]) -> Iterator[tuple[str, Digest]]:
    """A notebook's way."""
    pytest.importorskip("pandas", reason="needs `make drivers`")
    with duckdb.connect(str(where.serving), read_only=True) as connection:
        for name in marts:
            frame = connection.execute(f"select * from {name}").df()
            yield name, digest({key: frame[key].dropna().tolist() for key in frame})


def with_pandas_of_parquet(
    where: Places, marts: list[str]
) -> Iterator[tuple[str, Digest]]:
    """No engine at all."""
    pandas = pytest.importorskip("pandas", reason="needs `make drivers`")
    folder = where.latest.resolve()
    for name in marts:
        frame = pandas.read_parquet(folder / f"{name}.parquet")
        yield name, digest({key: frame[key].dropna().tolist() for key in frame})


def with_polars(where: Places, marts: list[str]) -> Iterator[tuple[str, Digest]]:
    """Frames over a connection."""
    polars = pytest.importorskip("polars", reason="needs `make drivers`")
    with duckdb.connect(str(where.serving), read_only=True) as connection:
        for name in marts:
            frame = polars.read_database(f"select * from {name}", connection)
            yield name, digest(frame.to_dict(as_series=False))


def with_polars_of_parquet(
    where: Places, marts: list[str]
) -> Iterator[tuple[str, Digest]]:
    """Another reader of Parquet than DuckDB's and Arrow's."""
    polars = pytest.importorskip("polars", reason="needs `make drivers`")
    folder = where.latest.resolve()
    for name in marts:
        frame = polars.read_parquet(folder / f"{name}.parquet")
        yield name, digest(frame.to_dict(as_series=False))


def with_duckdb_of_views(
    where: Places, marts: list[str]
) -> Iterator[tuple[str, Digest]]:
    """The views over Parquet."""
    with duckdb.connect(str(where.views), read_only=True) as connection:
        for name in marts:
            answer = connection.execute(f"select * from {name}")
            names = [column[0] for column in answer.description]
            yield name, digest(by_column(names, answer.fetchall()))


def with_node(where: Places, _: list[str]) -> Iterator[tuple[str, Digest]]:
    """The example in JavaScript, which adds up for itself."""
    if not (NODE / "node_modules").is_dir():
        pytest.skip("needs Node 18 and `make drivers`")
    done = subprocess.run(
        ["node", str(NODE / "read_marts.mjs"), str(where.serving)],
        stdout=subprocess.PIPE,
        check=True,
    )
    for name, (rows, columns) in json.loads(done.stdout).items():
        if name in (BUILD.name, RELATIONS.name):
            continue
        exact = Fraction(0)
        yield (
            name,
            (
                rows,
                {
                    key: (n, Fraction(total), exact)
                    for key, (n, total) in columns.items()
                },
            ),
        )


# Those that come with `make drivers` are asked by `make test-all`.
READERS = [
    with_duckdb_of_views,
    *(
        pytest.param(reader, marks=pytest.mark.long)
        for reader in (
            with_sqlalchemy,
            with_adbc,
            with_node,
            with_pandas,
            with_pandas_of_parquet,
            with_polars,
            with_polars_of_parquet,
        )
    ),
]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_every_mart_is_read_whole(
    reader: Reader, where: Places, expected: dict[str, Digest]
) -> None:
    """Rows and the weight of each column; floats, where a driver makes them, nearly."""
    found = dict(reader(where, sorted(expected)))
    assert found.keys() == expected.keys()
    for name, (rows, columns) in expected.items():
        assert found[name][0] == rows, name
        assert found[name][1].keys() == columns.keys(), name
        for column, (count, total, _) in columns.items():
            counted, summed, error = found[name][1][column]
            assert counted == count, (name, column)
            assert abs(summed - total) <= error, (name, column)


def test_a_change_of_one_value_is_noticed() -> None:
    """By a microsecond, a byte, a cent, a flag, a null."""
    moment = datetime(2026, 1, 1)
    kept: dict[str, Any] = {
        "at": moment,
        "day": date(2026, 1, 1),
        "text": "ü",
        "paid": Decimal("9.99"),
        "is_new": True,
        "n": None,
    }
    changed = {
        "at": moment.replace(microsecond=1),
        "day": date(2026, 1, 2),
        "text": "u",
        "paid": Decimal("9.98"),
        "is_new": False,
        "n": 0,
    }
    before = digest({key: [value] for key, value in kept.items()})
    assert before[1]["at"][1] == 1_767_225_600_000_000
    for key, value in changed.items():
        after = digest({k: [v] for k, v in {**kept, key: value}.items()})
        assert {k for k in changed if after[1][k] != before[1][k]} == {key}


@pytest.fixture
def tiny(tmp_path: Path) -> Callable[[int], Places]:
    """Publish two marts of a made-up build, every row with its number."""
    places = Places(tmp_path / "serving.duckdb")

    def publish_number(number: int) -> Places:
        database = tmp_path / "tiny.duckdb"
        with duckdb.connect(str(database)) as connection:
            for name in ("fct_ones", "fct_others"):
                connection.execute(
                    f"create or replace table {name} as"
                    f" select {number} as number, hash(range + {number}) as n"
                    " from range(100000)"
                )
        marts = (Mart("fct_ones", "", {}), Mart("fct_others", "", {}))
        publish(GreenBuild(database, "tiny", "main", "12345678-tiny", marts), places)
        return places

    return publish_number


def number(connection: duckdb.DuckDBPyConnection, name: str = "fct_ones") -> int:
    """Of the build that a connection sees."""
    ((found,),) = connection.execute(f"select any_value(number) from {name}").fetchall()
    return int(found)


def test_a_connection_held_open_stays_with_its_build(
    tiny: Callable[[int], Places],
) -> None:
    """And so does every other of its process, until all are closed."""
    path = str(tiny(1).serving)
    held = duckdb.connect(path, read_only=True)
    tiny(2)
    assert number(held) == 1
    with duckdb.connect(path, read_only=True) as another:
        assert number(another) == 1
    with pytest.raises(duckdb.ConnectionException, match="different configuration"):
        duckdb.connect(path, read_only=True, config={"threads": 1})
    held.close()
    with duckdb.connect(path, read_only=True) as another:
        assert number(another) == 2


def test_the_link_is_of_one_publish_and_then_of_another(
    tiny: Callable[[int], Places],
) -> None:
    """Who follows it once has one build; the folder is kept for two publishes."""
    latest = tiny(1).latest
    folder = latest.resolve()
    tiny(2)
    files = (latest / "fct_ones.parquet", folder / "fct_others.parquet")
    with duckdb.connect() as connection:
        assert [number(connection, f"'{file}'") for file in files] == [2, 1]
    tiny(3)
    assert not folder.exists()


def test_a_client_that_may_write_locks_others_out(
    tiny: Callable[[int], Places],
) -> None:
    """The file's mode keeps it from that, unless it is root."""
    path = tiny(1).serving
    assert path.stat().st_mode & 0o777 == 0o444
    path.chmod(0o644)
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1); input()"
    with subprocess.Popen(
        [sys.executable, "-uc", hold, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout
        holder.stdout.readline()
        with pytest.raises(duckdb.IOException, match="Could not set lock"):
            duckdb.connect(str(path), read_only=True)
        holder.communicate(b"\n")


def test_a_copy_over_the_file_gives_rows_of_no_build(
    tiny: Callable[[int], Places], tmp_path: Path
) -> None:
    """Who has it open sees old statistics and new rows; a rename is safe."""
    copied = tmp_path / "copied.duckdb"
    asked = "select any_value(number), sum(n % 1000) from fct_others"
    shutil.copyfile(tiny(1).serving, copied)
    with duckdb.connect(str(copied), read_only=True) as held:
        assert number(held) == 1
        path = tiny(2).serving
        with duckdb.connect(str(path), read_only=True) as connection:
            ((new_number, new_sum),) = connection.execute(asked).fetchall()
        shutil.copyfile(path, copied)
        assert (
            held.execute(asked).fetchall() == [(1, new_sum)] != [(new_number, new_sum)]
        )
