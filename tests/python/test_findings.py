"""What the summary calls a change is one, by published figures and by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pytest

from serving import findings as module
from serving.findings import (
    READ,
    TARGETS,
    Findings,
    change_of_days,
    change_of_rate,
    finding_lines,
    findings,
    student,
    wilson,
)

LAST_DAY = date(2026, 5, 31)
RELATIONS = {name: name for name in (*READ, TARGETS)}


@pytest.fixture
def marts() -> Iterator[duckdb.DuckDBPyConnection]:
    """Empty relations with the columns that findings are read from."""
    with duckdb.connect() as connection:
        for table in (
            "dim_dates (report_date date, has_data boolean, is_partial boolean)",
            "dim_goals (goal_name text, is_main_goal boolean)",
            "fct_sessions (started_date date, has_conversion boolean)",
            "fct_conversions (conversion_id text, converted_date date,"
            " is_main_goal boolean, revenue decimal(28, 6), currency text)",
            "fct_reversals (conversion_id text, reversed_date date,"
            " reversed_revenue decimal(28, 6))",
            f"{TARGETS} (goal_name text, channel text, month_started_date date,"
            " target_conversions decimal(28, 6), target_revenue decimal(28, 6),"
            " conversions bigint, revenue decimal(28, 6), calendar_days bigint,"
            " days_with_data bigint)",
        ):
            connection.execute(f"create table {table}")
        yield connection


def day(
    marts: duckdb.DuckDBPyConnection,
    ago: int,
    sessions: int,
    converting: int = 0,
    revenue: float = 0,
    reversed_revenue: float = 0,
    has_data: bool = True,
    is_partial: bool = False,
) -> None:
    """A day so long before the last one."""
    at = LAST_DAY - timedelta(ago)
    insert = marts.execute
    insert("insert into dim_dates values (?, ?, ?)", [at, has_data, is_partial])
    for nth in range(sessions):
        insert("insert into fct_sessions values (?, ?)", [at, nth < converting])
    for is_main, amount in ((True, revenue), (False, 7)):
        name = f"{ago} {is_main}"
        row = [name, at, is_main, amount]
        insert("insert into fct_conversions values (?, ?, ?, ?, 'EUR')", row)
        insert(
            "insert into fct_reversals values (?, ?, ?)", [name, at, reversed_revenue]
        )


def found_in(marts: duckdb.DuckDBPyConnection) -> Findings | None:
    """Findings of these relations."""
    return findings(RELATIONS, lambda sql: marts.execute(sql).fetchall())


def test_shares_have_the_intervals_of_their_inventors_examples(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Newcombe's of 1998, of 95 %: 81 of 263; 56 of 70 against 48 of 80."""
    monkeypatch.setattr(module, "QUANTILE", 1.959964)
    low, share, high = wilson(81, 263)
    assert low == pytest.approx(0.2553, abs=5e-5)
    assert high == pytest.approx(0.3662, abs=5e-5)
    assert share == pytest.approx(0.3080, abs=5e-5)
    change = change_of_rate("rate", (56, 70), (48, 80))
    assert change.low == pytest.approx(0.0524, abs=5e-5)
    assert change.high == pytest.approx(0.3339, abs=5e-5)


@pytest.mark.parametrize(
    ("freedom", "quantile", "tolerance"),
    [(2, 2.920, 0.04), (3, 2.353, 0.01), (6, 1.943, 0.001), (30, 1.697, 0.001)],
)
def test_the_quantile_of_student_is_that_of_the_tables(
    freedom: float, quantile: float, tolerance: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 95 %, one-sided."""
    monkeypatch.setattr(module, "QUANTILE", 1.644854)
    assert student(freedom) == pytest.approx(quantile, abs=tolerance)


def test_means_of_days_have_welchs_interval() -> None:
    """By hand: variances 4 and 2 of three and four days, so the error is 1.354."""
    change = change_of_days("revenue", "money", [2, 4, 6], [1, 1, 4, 2])
    assert (change.now, change.before) == (4, 2)
    # 3.3611 / (1.3333 ** 2 / 2 + 0.5 ** 2 / 3) degrees of freedom.
    margin = student(3.457143) * 1.354006
    assert change.low == pytest.approx(2 - margin, abs=1e-5)
    assert change.high == pytest.approx(2 + margin, abs=1e-5)


def test_counts_that_never_vary_are_no_surer_than_independent_ones() -> None:
    """Nine a day and ten a day, always: less apart than chance puts them."""
    counts = change_of_days("sessions", "count", [10] * 7, [9] * 28)
    assert counts.low < 0 < counts.high
    money = change_of_days("revenue", "money", [10] * 7, [9] * 28)
    assert (money.low, money.high, money.is_beyond_chance) == (0, 2, False)


def test_a_week_is_compared_with_the_days_that_have_data(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """A day without data is none of zero sessions, and part of one is none either."""
    marts.execute("insert into dim_goals values ('order', true), ('call', false)")
    # Today is not over.
    day(marts, -1, 1, is_partial=True)
    for ago in range(7):
        day(marts, ago, 40, converting=4, revenue=100, reversed_revenue=10)
    for ago in range(7, 35):
        has_data = ago % 2 == 0
        day(marts, ago, 20 * has_data, converting=2, revenue=90, has_data=has_data)
    # Further back than what is compared.
    day(marts, 35, 900)
    found = found_in(marts)
    assert found
    assert (found.first_day, found.last_day) == ("2026-05-25", "2026-05-31")
    assert (found.days_now, found.days_before) == (7, 14)
    sessions, rate, revenue = found.changes
    assert (sessions.now, sessions.before, sessions.is_beyond_chance) == (40, 20, True)
    assert (rate.name, rate.now, rate.before) == ("order rate", 0.1, 0.1)
    assert (rate.count_now, rate.count_before) == (280, 280)
    assert not rate.is_beyond_chance
    assert (revenue.now, revenue.before, revenue.currency) == (90, 90, "EUR")
    first, second = finding_lines(found)
    assert first == (
        "  changes      2026-05-25 to 2026-05-31 against the 28 days before"
        " (7 and 14 whole days of the same weekdays)"
    )
    assert second.startswith("    sessions       40.0 a day, from 20.0: +100% (97% ")


def test_what_is_not_beyond_chance_is_not_told(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """One line says so, and of what."""
    for ago in range(35):
        day(marts, ago, 10 + ago % 2)
    found = found_in(marts)
    assert found
    assert finding_lines(found) == [
        "  changes      nothing beyond chance in sessions: 2026-05-25 to 2026-05-31"
        " against the 28 days before (7 and 28 whole days of the same weekdays)"
    ]


def test_of_two_days_nothing_is_said(marts: duckdb.DuckDBPyConnection) -> None:
    """Nor of none."""
    assert found_in(marts) is None
    day(marts, 0, 5)
    day(marts, 7, 9)
    found = found_in(marts)
    assert found
    assert found.changes == []
    assert finding_lines(found) == [
        "  changes      none can be told: whole days with data are 1 of 2026-05-25 to"
        " 2026-05-31 and 1 of the 28 days before, and 3 of each are needed"
    ]


def test_targets_are_those_of_the_last_days_month(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """Conversions and revenue, each where it has one."""
    day(marts, 0, 5)
    marts.execute(
        f"insert into {TARGETS} values"
        " ('order', '(all)', '2026-05-01', 60, 5000, 45, 4100.5, 31, 20),"
        " ('order', 'Email', '2026-05-01', null, 700, 9, 650, 31, 20),"
        " ('order', '(all)', '2026-04-01', 50, null, 40, 3000, 30, 30)"
    )
    found = found_in(marts)
    assert found
    of_days = "with 20 of the month's 31 days"
    assert finding_lines(found)[1:] == [
        f"  target       order: 45 of 60 conversions {of_days}",
        f"  target       order: 4,100.50 EUR of 5,000.00 EUR gross revenue {of_days}",
        "  target       order of Email: 650.00 EUR of 700.00 EUR gross revenue"
        f" {of_days}",
    ]


def test_weekends_are_compared_with_weekends(marts: duckdb.DuckDBPyConnection) -> None:
    """The last day is a Sunday, and of its week only three days have data."""
    for ago in range(35):
        is_weekend = (LAST_DAY - timedelta(ago)).weekday() >= 4
        day(marts, ago, 50 if is_weekend else 5, has_data=is_weekend or ago >= 7)
    found = found_in(marts)
    assert found
    assert (found.days_now, found.days_before) == (3, 12)
    (sessions,) = found.changes
    assert (sessions.now, sessions.before) == (50, 50)


def test_a_rate_is_told_in_points() -> None:
    """And money with its currency."""
    rate = change_of_rate("order rate", (120, 1000), (160, 4000))
    money = change_of_days(
        "net revenue", "money", [199.0, 201] * 3, [100.0] * 28, "JPY"
    )
    found = Findings("2026-05-25", "2026-05-31", 6, 28, [rate, money], [])
    told, amounts = finding_lines(found)[1:]
    assert told.startswith(
        "    order rate     12.0% of 1,000 sessions, from 4.0% of 4,000: +8.0 points"
        " (97% interval +"
    )
    # By hand: 1.2 / 6 is the variance of the mean, with five degrees of freedom, and
    # 2.910 the quantile of tables for 98.33 %.
    assert money.high - 100 == pytest.approx(2.910 * 0.4472, abs=0.01)
    assert amounts == (
        "    net revenue    200 JPY a day, from 100 JPY: +100%"
        " (97% interval +99% to +101%)"
    )
    grown = replace(money, before=0.0)
    assert finding_lines(replace(found, changes=[grown]))[1:] == [
        "    net revenue    200 JPY a day, from 0 JPY"
    ]
