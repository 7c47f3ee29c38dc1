"""Metrics, as `mf query` answers them, equal SQL over the marts."""

import csv
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from dbt_metricflow.cli.cli_configuration import CLIConfiguration
from dbt_metricflow.cli.main import query as mf_query
from harness import Build, Row, copy_project


@dataclass(frozen=True)
class Question:
    """What is asked of `mf query`, and of the marts: groups first, then metrics."""

    metrics: str
    groups: str
    sql: str
    where: str = ""

    def __str__(self) -> str:
        """The name of the test."""
        words = [self.metrics, self.groups and f"by {self.groups}", self.where]
        return " ".join(filter(None, words))


QUESTIONS = [
    Question("sessions", "", "select sum(sessions) from mart_channel__daily"),
    Question(
        "sessions",
        "channel",
        "select channel, sum(sessions) from mart_channel__daily"
        " group by channel having sum(sessions) > 0",
    ),
    Question(
        "sessions",
        "metric_time__day",
        "select report_date, sum(sessions) from mart_channel__daily"
        " group by report_date having sum(sessions) > 0",
    ),
    Question(
        "sessions",
        "session__landing_page_path",
        "select nullif(landing_page_path, '(none)'), sum(sessions)"
        " from mart_channel__landing_pages group by all",
    ),
    Question(
        "sessions",
        "session__visitor_type,session__country_code",
        "select visitor_type, country_code, count(*) from fct_sessions group by all",
    ),
    Question(
        "sessions",
        "session__os_name,session__browser_name",
        "select nullif(os_name, '(unknown)'), nullif(browser_name, '(unknown)'),"
        " sum(sessions) from mart_device__daily group by all",
    ),
    Question(
        "sessions",
        "campaign",
        "select nullif(campaign, '(none)'), sum(sessions)"
        " from mart_channel__campaigns_daily group by all having sum(sessions) > 0",
    ),
    Question("visitors", "", "select count(*) from dim_visitors"),
    Question(
        "visitors",
        "metric_time__week",
        "select date_trunc('week', started_date), count(distinct visitor_id)"
        " from fct_sessions group by all",
    ),
    Question(
        "visitors",
        "session__device_category",
        "select device_category, count(distinct visitor_id) from fct_sessions"
        " group by all",
    ),
    Question("new_visitors", "", "select count(*) from dim_visitors"),
    Question(
        "new_visitors",
        "channel",
        "select first_channel, count(*) from dim_visitors group by all",
        "{{ Dimension('session__visitor_type') }} = 'new'",
    ),
    Question(
        "engaged_sessions",
        "channel",
        "select channel, sum(engaged_sessions) from mart_channel__daily"
        " group by channel having sum(sessions) > 0",
    ),
    Question(
        "bounces,bounce_rate",
        "session__device_category",
        "select device_category, sum(bounces), sum(bounces) / sum(sessions)"
        " from mart_device__daily group by all",
    ),
    Question(
        "conversion_rate",
        "",
        "select sum(converting_sessions) / sum(sessions) from mart_channel__daily",
    ),
    Question(
        "converting_sessions,conversion_rate",
        "metric_time__month",
        "select date_trunc('month', report_date), sum(converting_sessions),"
        " sum(converting_sessions) / sum(sessions) from mart_channel__daily"
        " where channel = 'Paid Search' group by all",
        "{{ Entity('channel') }} = 'Paid Search'",
    ),
    Question(
        "page_views,pages_per_session",
        "channel",
        "select channel, sum(page_views), sum(page_views) / sum(sessions)"
        " from mart_channel__daily group by channel having sum(sessions) > 0",
    ),
    Question(
        "session_seconds,average_session_seconds",
        "metric_time__month",
        "select date_trunc('month', report_date), sum(session_seconds),"
        " sum(session_seconds) / sum(sessions) from mart_device__daily group by all",
    ),
    Question(
        "conversions,revenue",
        "",
        "select count(*), sum(revenue) from fct_conversions",
    ),
    Question(
        "conversions,revenue",
        "conversion__conversion_name",
        "select conversion_name, count(*), sum(revenue) from fct_conversions"
        " group by all",
    ),
    Question(
        "revenue",
        "session__channel",
        "select channel, sum(fct_conversions.revenue)"
        " from fct_conversions left join fct_sessions using (session_id) group by all",
    ),
    Question(
        "session_conversions,session_revenue,revenue_per_session",
        "channel",
        "select channel, sum(conversions), sum(revenue), sum(revenue) / sum(sessions)"
        " from mart_channel__daily group by channel having sum(sessions) > 0",
    ),
    Question(
        "spend",
        "metric_time__week",
        "select date_trunc('week', report_date), sum(spend) from mart_channel__daily"
        " group by all having sum(spend) > 0",
    ),
    Question(
        "spend",
        "campaign",
        "select campaign, sum(spend) from mart_channel__campaigns_daily"
        " group by campaign having sum(spend) > 0",
    ),
    Question(
        "cost_per_acquisition",
        "channel",
        "select channel, nullif(sum(spend), 0) / nullif(sum(conversions), 0)"
        " from mart_attribution__channels where attribution_model = 'last_non_direct'"
        " and conversion_name = 'purchase' group by all",
    ),
    Question(
        "return_on_ad_spend",
        "metric_time__month",
        "select date_trunc('month', report_date),"
        " sum(attributed_revenue) / nullif(sum(spend), 0)"
        " from mart_attribution__channels where attribution_model = 'last_non_direct'"
        " and conversion_name = 'purchase' group by all",
    ),
    Question(
        "attributed_conversions,reversed_conversions,reversed_revenue",
        "credit__attribution_model",
        "select attribution_model, sum(conversions), sum(reversed_conversions),"
        " sum(reversed_revenue)"
        " from mart_attribution__channels where attribution_model in"
        " (select attribution_model from mart_attribution__credits) group by all",
    ),
    Question(
        "attributed_revenue",
        "channel",
        "select channel, sum(attributed_revenue)"
        " from mart_attribution__campaigns where attribution_model = 'linear'"
        " group by all having sum(conversions) > 0",
        "{{ Dimension('credit__attribution_model') }} = 'linear'",
    ),
    Question(
        "funnel_step_rate",
        "funnel_step__step_number",
        "select number, count(*) filter (furthest_step >= number)"
        " / count(*) filter (furthest_step >= greatest(number - 1, 1))"
        " from mart_funnel__entries, unnest([1, 2, 3, 4]) as steps (number)"
        " where funnel_name = 'purchase' group by all",
        "{{ Dimension('funnel_step__funnel_name') }} = 'purchase'",
    ),
    Question(
        "funnel_attempts_reached",
        "funnel_step__funnel_name,funnel_step__device_category",
        "select funnel_name, device_category, count(*) from mart_funnel__entries"
        " group by all",
        "{{ Dimension('funnel_step__step_number') }} = 1",
    ),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, demo: Build) -> Path:
    """A copy of the project, parsed, for `mf` looks into its folder target.

    And of the database, which `mf` opens for writing.
    """
    folder = copy_project(tmp_path_factory.mktemp("project"))
    shutil.copy(demo.database, folder / "footfall.duckdb")
    run(folder, "dbt", "--quiet", "parse", "--profiles-dir", ".")
    return folder


def run(project: Path, program: str, *arguments: str) -> str:
    """What a program of the environment prints, in the project's folder."""
    done = subprocess.run(
        [str(Path(sys.executable).parent / program), *arguments],
        cwd=project,
        env=os.environ
        | {
            "FOOTFALL_DUCKDB_PATH": str(project / "footfall.duckdb"),
            "DO_NOT_TRACK": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def answers(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[Question, list[Row]]:
    """What `mf query` says, without loading the project anew for each question."""
    file = tmp_path_factory.mktemp("answers") / "answer.csv"
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOOTFALL_DUCKDB_PATH", str(project / "footfall.duckdb"))
        patch.setenv("DO_NOT_TRACK", "1")
        # Else dbt leaves its log open, and a later test fails by the warning of that.
        patch.setenv("DBT_LOG_LEVEL_FILE", "none")
        patch.chdir(project)
        configuration = CLIConfiguration()
        configuration.setup(configure_file_logging=False)
        for question in QUESTIONS:
            arguments = ["--quiet", "--metrics", question.metrics, "--csv", str(file)]
            if question.groups:
                arguments += ["--group-by", question.groups]
            if question.where:
                arguments += ["--where", question.where]
            done = CliRunner().invoke(mf_query, arguments, obj=configuration)
            assert done.exit_code == 0, done.output
            found[question] = csv_rows(file)
    return found


def csv_rows(file: Path) -> list[Row]:
    """All but the header."""
    with file.open(newline="") as lines:
        _, *rows = csv.reader(lines)
    return [tuple(row) for row in rows]


def comparable(rows: list[Row]) -> list[list[str]]:
    """Rows as text, numbers to nine digits, in one order."""
    return sorted([text(value) for value in row] for row in rows)


def text(value: object) -> str:
    """A value as both sides write it; a day is its midnight."""
    said = "" if value is None else str(value).removesuffix(" 00:00:00").strip()
    said = said.removesuffix("T00:00:00")
    try:
        return f"{float(said):.9g}"
    except ValueError:
        return said


def test_mf_finds_nothing_wrong(project: Path) -> None:
    """Neither in the files nor against the warehouse."""
    said = run(project, "mf", "validate-configs", "--show-all")
    assert "ERRORS: 0, FUTURE_ERRORS: 0, WARNINGS: 0" in said


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_a_metric_is_what_the_marts_say(
    answers: dict[Question, list[Row]], demo: Build, question: Question
) -> None:
    """The marts are summed by hand; a rate is the sums' ratio."""
    expected = comparable(demo.rows(question.sql))
    assert expected != []
    assert comparable(answers[question]) == expected
