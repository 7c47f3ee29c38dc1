"""Report, dashboard, metrics and SQL say the same number to the same question."""

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import duckdb
import pytest
import yaml
from nightly import Served
from playwright.sync_api import Browser
from reports import Report, euros, figure, needs_chromium, opened, percent
from tiers import TRIALS

from serving import metrics
from serving.metrics import Asker
from serving.superset import bundle as bundles

# A filter's name in the report -> the column of sessions. All four know these.
FILTERS = {
    "channel": "channel",
    "device": "device_category",
    "visitor_type": "visitor_type",
}
# What is asked -> the dashboard's dataset, its metric there and its column of goals.
SHOWN = {
    "sessions": ("sessions", "sessions", ""),
    "visitors": ("sessions", "visitors", ""),
    "bounce_rate": ("sessions", "bounce_rate", ""),
    "goal_conversion_rate": ("goal_sessions", "goal_conversion_rate", "goal_name"),
    "net_revenue": ("revenue", "net_revenue", "conversion_name"),
}
# The way from each metric's rows to the sessions and to the goal, for MetricFlow.
GOALS = {
    "goal_conversion_rate": "session_goal__goal_name",
    "net_revenue": "conversion__conversion_name",
}
SQL = {
    "sessions": "select count(*) from fct_sessions as s where {days} and {filters}",
    "visitors": "select count(distinct source_name || ' ' || visitor_id)"
    " from fct_sessions as s where {days} and {filters}",
    "bounce_rate": "select count(*) filter (where is_bounce), count(*)"
    " from fct_sessions as s where {days} and {filters}",
    "goal_conversion_rate": "select count(*) filter (where session_id in ("
    " select session_id from fct_conversions where conversion_name = '{goal}')),"
    " count(*) from fct_sessions as s where {days} and {filters}",
    "net_revenue": "select coalesce(sum(amount), 0) from ("
    " select converted_date as started_date, session_id, conversion_name,"
    " revenue as amount from fct_conversions"
    " union all"
    " select r.reversed_date, c.session_id, c.conversion_name, -r.reversed_revenue"
    " from fct_reversals as r inner join fct_conversions as c using (conversion_id)"
    ") as amounts left join fct_sessions as s using (session_id)"
    " where amounts.{days} and conversion_name = '{goal}' and {filters}",
}


@dataclass(frozen=True)
class Question:
    """Days, a goal and values of filters."""

    first: date
    last: date
    goal: str
    chosen: dict[str, str] = field(default_factory=dict)

    def conditions(self, prefix: str = "") -> str:
        """The filters as SQL."""
        said = [
            f"{prefix}{FILTERS[name]} = '{value}'"
            for name, value in self.chosen.items()
        ]
        return " and ".join(said) or "true"

    def fragment(self) -> str:
        """The filters as the report's address has them."""
        days = {"period": "own", "from": str(self.first), "to": str(self.last)}
        return f"#{urlencode({**days, 'goal': self.goal, **self.chosen})}"


@pytest.fixture(scope="module")
def made(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The report of the published marts."""
    folder = tmp_path_factory.mktemp("agreement")
    found = Report(folder / "report.html", folder / "serving.duckdb")
    shutil.copy(served.where.serving, found.marts)
    found.write()
    return found


@pytest.fixture(scope="module")
def asked(made: Report) -> Iterator[Asker]:
    """The engine of the metrics."""
    with metrics.asker(made.marts) as found:
        yield found


@pytest.fixture(scope="module")
def datasets(made: Report) -> dict[str, Any]:
    """The dashboard's datasets, as Superset is given them."""
    # Of one file DuckDB has but one form open in a process.
    copied = made.marts.with_name("dashboard.duckdb")
    shutil.copy(made.marts, copied)
    files, _ = bundles.bundle(Path(copied), date(2026, 11, 30))
    return {
        name: yaml.safe_load(files[f"datasets/footfall/{name}.yaml"])
        for name in ("sessions", "goal_sessions", "revenue")
    }


def drawn(marts: duckdb.DuckDBPyConnection) -> list[Question]:
    """Questions by chance, each of some sessions, always the same ones."""
    chance = random.Random(29)
    ((first, last),) = marts.execute(
        "select min(started_date), max(started_date) from fct_sessions"
    ).fetchall()
    goals = [
        name
        for (name,) in marts.execute(
            "select goal_name from dim_goals order by 1"
        ).fetchall()
    ]
    questions: list[Question] = []
    while len(questions) < TRIALS.agreements:
        days = sorted(
            first + timedelta(chance.randrange((last - first).days + 1))
            for _ in range(2)
        )
        rows = marts.execute(
            f"select {', '.join(FILTERS.values())} from fct_sessions"
            f" where started_date between '{days[0]}' and '{days[1]}' order by all"
        ).fetchall()
        values = dict(zip(FILTERS, chance.choice(rows), strict=True)) if rows else {}
        chosen = {
            name: value
            for name, value in values.items()
            if value is not None and chance.random() < 0.5
        }
        if rows:
            questions.append(Question(days[0], days[1], chance.choice(goals), chosen))
    return questions


@needs_chromium
@pytest.mark.browser
def test_all_four_give_one_number(
    made: Report, asked: Asker, datasets: dict[str, Any], browser: Browser
) -> None:
    """Of sessions, visitors, two rates and money, under any days, goal and filters."""
    with opened(browser, made) as page:
        for question in drawn(asked.marts):
            draws = int(page.get_attribute("html", "data-drawn"))
            page.evaluate(f"location.hash = {question.fragment()!r}")
            page.wait_for_function(f"document.documentElement.dataset.drawn > {draws}")
            for metric in SHOWN:
                expected = by_sql(asked.marts, metric, question)
                assert by_metrics(asked, metric, question) == expected, question
                dashboard = by_dashboard(asked.marts, datasets, metric, question)
                assert dashboard == expected, (metric, question)
                assert told(page, metric) == as_told(asked.marts, metric, question), (
                    metric,
                    question,
                )


def parts(
    marts: duckdb.DuckDBPyConnection, metric: str, question: Question
) -> tuple[Any, ...]:
    """What SQL says: a number, or a part and the whole."""
    days = f"started_date between '{question.first}' and '{question.last}'"
    (row,) = marts.execute(
        SQL[metric].format(
            days=days, goal=question.goal, filters=question.conditions("s.")
        )
    ).fetchall()
    return row


def by_sql(
    marts: duckdb.DuckDBPyConnection, metric: str, question: Question
) -> float | None:
    """The number by SQL of this file's own."""
    found = parts(marts, metric, question)
    return near(found[0] / found[1] if len(found) == 2 else found[0])


def near(value: Any) -> float:
    """A number to nine digits; no rows are no money."""
    return float(f"{float(value or 0):.9g}")


def by_metrics(asked: Asker, metric: str, question: Question) -> float:
    """The number as it is asked for by name."""
    said = [f"metric_time__day between '{question.first}' and '{question.last}'"]
    said += [
        f"session__{FILTERS[name]} = '{value}'"
        for name, value in question.chosen.items()
    ]
    if metric in GOALS:
        said.append(f"{GOALS[metric]} = '{question.goal}'")
    rows = asked.ask([metric], where=" and ".join(said)).rows
    return near(rows[0][0] if rows else 0)


def by_dashboard(
    marts: duckdb.DuckDBPyConnection,
    datasets: dict[str, Any],
    metric: str,
    question: Question,
) -> float:
    """The number that Superset asks for under these filters."""
    name, shown, goal = SHOWN[metric]
    dataset = datasets[name]
    expression = next(
        each["expression"]
        for each in dataset["metrics"]
        if each["metric_name"] == shown
    )
    source = f"({dataset['sql']})" if dataset["sql"] else dataset["table_name"]
    said = [
        f"{dataset['main_dttm_col']} between '{question.first}' and '{question.last}'",
        question.conditions(),
    ]
    if goal:
        said.append(f"{goal} = '{question.goal}'")
    (row,) = marts.execute(
        f"select {expression} from {source} as asked where {' and '.join(said)}"
    ).fetchall()
    return near(row[0])


CARDS = {"goal_conversion_rate": "conversion_rate", "net_revenue": "revenue"}


def told(page: Any, metric: str) -> str:
    """The number on the report's card, as it is written.

    Where a goal brought no money under the filters, no card speaks of it.
    """
    card = CARDS.get(metric, metric)
    if metric == "net_revenue" and not page.locator(f"[data-metric={card}]").count():
        return euros(0)
    return figure(page, card)


def as_told(marts: duckdb.DuckDBPyConnection, metric: str, question: Question) -> str:
    """SQL's number, as the report has to write it."""
    found = parts(marts, metric, question)
    if len(found) == 2:
        return percent(*found)
    return euros(found[0]) if metric == "net_revenue" else f"{found[0]:,}"
