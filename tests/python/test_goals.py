"""A rate names its goal, and a day without data is no day of zero."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from harness import (
    ROOT,
    Build,
    Builder,
    copy_project,
    folder_of,
    one_source,
    write_parquet,
)

from parity.parsing import once

SHOP = "https://shop.example"
COLUMNS = ["event_id", "visitor_id", "occurred_at", "event_name", "page_url"]
COLUMNS += ["order_id", "revenue", "currency", "utm_source", "utm_medium", "user_agent"]
BOT = "Googlebot/2.1"
# Of purchase, download and a sign-up that may be made on two pages; nothing is asked of
# the download.
DEFINITIONS = """\
conversion_name,event_name,page_path_pattern,goal,lookback_seconds,lead_conversion_name,opportunity_conversion_name,description
download,download,%,,,,,A file was taken.
purchase,purchase,%,main,,,,An order was placed.
sign_up,sign_up,/z%,other,,,,The later alternative.
sign_up,sign_up,/a%,other,,,,The first alternative.
"""
TARGETS = """\
goal_name,channel,month,target_conversions,target_revenue
purchase,,2026-05,10,
purchase,Email,2026-05,,200
sign_up,,2026-04,5,
"""
ANNOTATIONS = """\
annotation_date,annotation_text,annotation_kind
2026-05-04,New checkout,release
"""
FIRST_DAY = date(2026, 5, 1)


def sessions_of_goals() -> list[dict[str, Any]]:
    """Six visitors at noon of the fourth of May, some of whom do something more."""

    def act(visitor: str, name: str, second: int, **more: Any) -> dict[str, Any]:
        at = datetime(2026, 5, 4, 12) + timedelta(seconds=second)
        return {"visitor_id": visitor, "event_name": name, "occurred_at": at, **more}

    email = {"utm_source": "letter", "utm_medium": "email"}
    return [
        act("looks", "page_view", 0, page_url=SHOP + "/", **email),
        act("takes", "download", 0, page_url=SHOP + "/"),
        act("signs", "sign_up", 0, page_url=SHOP + "/a", **email),
        act("signs", "sign_up", 1, page_url=SHOP + "/z"),
        act("buys", "purchase", 0, order_id="1", revenue="60", **email),
        act("buys", "purchase", 1, order_id="2", revenue="40"),
        act("both", "purchase", 0, order_id="3", revenue="7"),
        act("both", "sign_up", 1, page_url=SHOP + "/z"),
        act("elsewhere", "sign_up", 0, page_url=SHOP + "/other"),
    ]


def days_of_a_source() -> list[dict[str, Any]]:
    """From the first to the twelfth of May a view in each hour from 8 to 20.

    On the third nothing after 13:59, on the fifth nothing from 9 to 9:59 alone, on the
    seventh nothing at all, on the eighth a bot alone, and the last day ends at 11:00.
    """
    rows = []
    for number in range(12):
        day = FIRST_DAY + timedelta(days=number)
        for hour in range(8, 21):
            is_lost = (
                (day.day == 3 and hour >= 14)
                or (day.day == 5 and hour == 9)
                or day.day == 7
                or (day.day == 12 and hour > 11)
            )
            if not is_lost:
                rows.append(
                    {
                        "visitor_id": f"{number}-{hour}",
                        "event_name": "page_view",
                        "occurred_at": datetime(2026, 5, day.day, hour),
                        "page_url": SHOP + "/",
                        "user_agent": BOT if day.day == 8 else None,
                    }
                )
    return rows


def sent(folder: Path, rows: list[dict[str, Any]], name: str) -> Mapping[str, Any]:
    """Vars that read the rows, numbered."""
    currency = {"currency": "EUR"}
    numbered = [
        dict.fromkeys(COLUMNS) | {"event_id": f"{nth:04}"} | currency | row
        for nth, row in enumerate(rows)
    ]
    return one_source(write_parquet(folder / f"{name}.parquet", numbered), COLUMNS)


@pytest.fixture(scope="module")
def project(shared: Path) -> Path:
    """A copy with the seeds of this file."""
    return once(folder_of(shared, "a project of goals"), with_goals)


def with_goals(folder: Path) -> Path:
    """Make that copy."""
    copy_project(folder)
    for name, text in (
        ("conversion_definitions", DEFINITIONS),
        ("targets", TARGETS),
        ("annotations", ANNOTATIONS),
    ):
        (folder / "seeds" / "rules" / f"{name}.csv").write_text(text)
    return folder


@pytest.fixture(scope="module")
def made(
    build: Builder, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Build:
    """The sessions of goals, on days of a source."""
    folder = tmp_path_factory.mktemp("made")
    rows = sessions_of_goals() + days_of_a_source()
    found = build(
        sent(folder, rows, "events"),
        "+mart_channel__goals_daily +mart_channel__campaign_goals_daily"
        " +mart_channel__landing_page_goals_daily +mart_device__goals_daily"
        " +mart_channel__targets_monthly +mart_quality__source_days +dim_annotations"
        " +mart_channel__daily",
        project,
    )
    assert found.is_green, found.said
    return found


def test_a_session_converts_by_the_main_goal_alone(made: Build) -> None:
    """A sign-up is no purchase; any conversion keeps a session from being a bounce."""
    found = made.rows(
        "select visitor_id, has_conversion, is_engaged, conversion_count"
        " from fct_sessions where visitor_id not like '%-%' order by visitor_id"
    )
    assert found == [
        ("both", True, True, 2),
        ("buys", True, True, 2),
        ("elsewhere", False, False, 0),
        ("looks", False, False, 0),
        ("signs", False, True, 2),
        ("takes", False, True, 1),
    ]


def test_conversions_say_whether_they_are_of_a_goal(made: Build) -> None:
    """A download counts, and is of none."""
    found = made.rows(
        "select conversion_name, is_goal, is_main_goal, count(*) from fct_conversions"
        " group by all order by 1"
    )
    assert found == [
        ("download", False, False, 1),
        ("purchase", True, True, 3),
        ("sign_up", True, False, 3),
    ]


def test_a_goal_of_two_alternatives_is_one(made: Build) -> None:
    """It has the description of the first by event and path."""
    assert made.rows(
        "select goal_name, is_main_goal, goal_description from dim_goals order by 1"
    ) == [
        ("purchase", True, "An order was placed."),
        ("sign_up", False, "The first alternative."),
    ]


@pytest.mark.parametrize(
    "mart",
    [
        "mart_channel__goals_daily",
        "mart_channel__campaign_goals_daily",
        "mart_channel__landing_page_goals_daily",
        "mart_device__goals_daily",
    ],
)
def test_every_mart_of_goals_counts_each_session_once_per_goal(
    made: Build, mart: str
) -> None:
    """Six sessions of the fourth and thirteen that only look."""
    found = made.rows(
        "select goal_name, is_main_goal, sum(sessions), sum(converting_sessions),"
        f" sum(conversions), sum(revenue) from {mart} where report_date = '2026-05-04'"
        " group by all order by 1"
    )
    assert found == [
        ("purchase", True, 19, 2, 3, Decimal(107)),
        ("sign_up", False, 19, 2, 3, Decimal(0)),
    ]


def test_rates_of_a_channel_are_of_their_goal(made: Build) -> None:
    """Of three sessions by letter one bought and another one signed up."""
    found = made.rows(
        "select goal_name, sessions, converting_sessions, conversion_rate"
        " from mart_channel__goals_daily"
        " where channel = 'Email' order by goal_name"
    )
    third = Decimal("0.333333")
    assert found == [("purchase", 3, 1, third), ("sign_up", 3, 1, third)]
    assert made.rows(
        "select sessions, conversions, converting_sessions, conversion_rate"
        " from mart_channel__daily where channel = 'Email'"
    ) == [(3, 4, 1, third)]


def test_targets_stand_beside_what_was_reached(made: Build) -> None:
    """Of all channels or one, also in a month before there was anything."""
    found = made.rows(
        "select goal_name, channel, month_started_date, target_conversions,"
        " target_revenue, conversions, revenue, calendar_days, days_with_data"
        " from mart_channel__targets_monthly order by goal_name, channel"
    )
    may, april = date(2026, 5, 1), date(2026, 4, 1)
    assert found == [
        ("purchase", "(all)", may, Decimal(10), None, 3, Decimal(107), 31, 11),
        ("purchase", "Email", may, None, Decimal(200), 2, Decimal(100), 31, 11),
        ("sign_up", "(all)", april, Decimal(5), None, 0, Decimal(0), 30, 0),
    ]


def test_notes_are_published(made: Build) -> None:
    """With a key of their own."""
    found = made.rows(
        "select annotation_date, annotation_text, annotation_kind from dim_annotations"
    )
    assert found == [(date(2026, 5, 4), "New checkout", "release")]


def test_a_day_says_whether_it_has_data(made: Build) -> None:
    """None on the seventh; a bot's day has data, of which nothing was accepted."""
    found = {
        day: (received, accepted, has_data)
        for day, received, accepted, has_data in made.rows(
            "select day(report_date), received, accepted, has_data"
            " from mart_quality__source_days"
        )
    }
    assert sorted(found) == list(range(1, 13))
    assert found[2] == (13, 13, True)
    assert found[4] == (22, 22, True)
    assert found[7] == (0, 0, False)
    assert found[8] == (13, 0, True)
    assert made.rows("select day(report_date) from dim_dates where not has_data") == [
        (7,)
    ]


def test_a_day_is_partial_where_two_usual_hours_in_a_row_lack(made: Build) -> None:
    """The third and the last are cut; one hour alone, or no data, is not partial."""
    for relation in ("mart_quality__source_days", "dim_dates"):
        found = made.rows(
            f"select day(report_date) from {relation} where is_partial order by 1"
        )
        assert found == [(3,), (12,)]


def test_young_days_are_partial_at_their_ends(build: Builder, tmp_path: Path) -> None:
    """From 00:30 of the first to 22:59 of the third: the last one may go on."""
    rows = [
        {"visitor_id": "a", "event_name": "page_view", "occurred_at": at}
        for at in (
            datetime(2026, 5, 1, 0, 30),
            datetime(2026, 5, 2, 12),
            datetime(2026, 5, 3, 22, 59),
            # A clock that is wrong is on a day of its own.
            datetime(1980, 1, 1),
        )
    ]
    made = build(sent(tmp_path, rows, "young"), "+mart_quality__source_days")
    assert made.is_green, made.said
    found = made.rows(
        "select report_date, received, accepted, is_partial"
        " from mart_quality__source_days order by 1"
    )
    assert found == [
        (date(1980, 1, 1), 1, 0, False),
        (date(2026, 5, 1), 1, 1, False),
        (date(2026, 5, 2), 1, 1, False),
        (date(2026, 5, 3), 1, 1, True),
    ]


def test_a_daily_source_that_stops_is_missed_and_a_rare_one_is_not(
    build: Builder, tmp_path: Path
) -> None:
    """The site ends on the ninth of May; orders come on the first and twelfth alone."""

    def view(day: int, **more: Any) -> dict[str, Any]:
        at = datetime(2026, 5, day, 12)
        return {"visitor_id": "a", "event_name": "page_view", "occurred_at": at, **more}

    site = sent(tmp_path, [view(day) for day in range(1, 10)], "site")["sources"]["own"]
    orders = sent(tmp_path, [view(1), view(12)], "orders")["sources"]["own"]
    made = build(
        {"sources": {"site": site, "orders": orders}},
        "+mart_quality__source_days +dim_dates",
    )
    assert made.is_green, made.said
    found = made.rows(
        "select source_name, day(report_date) from mart_quality__source_days"
        " where is_missed order by all"
    )
    assert found == [("site", 10), ("site", 11), ("site", 12)]
    found = made.rows(
        "select day(report_date), has_data, is_partial from dim_dates"
        " where report_date >= '2026-05-09' order by 1"
    )
    # The site has no usual hours, so its last day may go on.
    assert found == [
        (9, True, True),
        (10, False, False),
        (11, False, False),
        (12, True, True),
    ]


# Of all names together, each for a reason, and what has them by goal.
OF_ALL_NAMES = {
    "mart_channel__daily": "mart_channel__goals_daily",
    "mart_channel__campaigns_daily": "mart_channel__campaign_goals_daily",
    "mart_channel__landing_pages": "mart_channel__landing_page_goals_daily",
    "mart_device__daily": "mart_device__goals_daily",
    "mart_device__cross_device": "fct_conversions",
}
# Of the main goal alone: who buys, whatever else they do.
OF_MAIN_GOAL = {"mart_audience__visitors"}
# Money before refunds alone, of which fct_reversals and net_revenue have the rest.
GROSS = {
    *OF_ALL_NAMES,
    *OF_ALL_NAMES.values(),
    "mart_attribution__credits",
    "mart_attribution__model_comparison",
    "mart_attribution__paths",
    "mart_attribution__removal_effects",
    "mart_channel__targets_monthly",
}


def test_marts_of_topics_tell_conversions_by_goal_and_money_net() -> None:
    """But those that are listed, which are from before there was net revenue."""
    columns = {
        model["name"]: [column["name"] for column in model["columns"]]
        for path in (ROOT / "models" / "marts").glob("*/_*__models.yml")
        for model in yaml.safe_load(path.read_text())["models"]
    }
    topics = {name: each for name, each in columns.items() if name.startswith("mart_")}
    by_no_goal = {
        name
        for name, each in topics.items()
        if {"conversions", "converting_sessions", "converted_persons"} & {*each}
        and not {"goal_name", "conversion_name"} & {*each}
    }
    assert by_no_goal == {*OF_ALL_NAMES, *OF_MAIN_GOAL}
    gross = {
        name
        for name, each in topics.items()
        if {"revenue", "item_revenue", "attributed_revenue"} & {*each}
        and not any("net_" in column or "reversed_" in column for column in each)
    }
    # Rejected events have the amounts that they brought.
    assert gross - {"mart_quality__rejected_events"} == GROSS & topics.keys()
    assert set(OF_ALL_NAMES.values()) <= columns.keys()
