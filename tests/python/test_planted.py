"""What the simulator makes visitors do is what the marts say of them, and no more."""

from collections import Counter, defaultdict
from datetime import date, datetime
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from harness import Build, Builder, one_source, write_parquet
from shop import Key, Table, at, read

from benchmarks.inputs import COLUMN_MAP
from simulator.draw import Period
from simulator.effects import (
    BREAKS,
    EXPERIMENT,
    FLEETING,
    LEAVES,
    SHORT_FORM,
    VARIANTS,
)
from simulator.run import Options, simulate
from simulator.world import DEVICES

# A build of its own, of 60,000 events. `make test` compares the same marts with what is
# true of the demo, where nothing is planted.
pytestmark = pytest.mark.long

VISITORS, DAYS, SEED = 8_000, 56, 3
GOALS = ("purchase", "sign_up")
MARTS = "experiment__variants experiment__exposures funnel__drop_off_differences"
MARTS += " retention__cohorts"


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop in which a form, a browser and a channel lose people."""
    made = tmp_path_factory.mktemp("planted")
    period = Period(date(2026, 6, 1), DAYS)
    simulate(Options(VISITORS, period, SEED, "csv", made, has_effects=True))
    return made


@pytest.fixture(scope="module")
def planted(raw: Table, build: Builder, truth: Path) -> Build:
    """The marts of it; who denied consent is known to the truth, and left out."""
    told = ("true_at", "reason", "session_id")
    rows = [
        {name: value for name, value in row.items() if name not in told}
        for row in raw
        if row["reason"] != "no_consent"
    ]
    columns = COLUMN_MAP | {name: name for name in ("experiment_id", "variant_id")}
    made = build(
        one_source(write_parquet(truth / "events.parquet", rows), columns),
        select=" ".join(f"+mart_{name}" for name in MARTS.split()),
    )
    assert made.is_green, made.said
    return made


def test_its_sessions_are_the_true_ones(
    planted: Build, sessions: dict[str, dict[str, Any]]
) -> None:
    """Else nothing below could be compared."""
    assert Counter(
        planted.rows("select visitor_id, started_at from fct_sessions")
    ) == Counter(session["key"] for session in sessions.values())


@pytest.fixture(scope="module")
def exposures(
    raw: Table, sessions: dict[str, dict[str, Any]], persons: dict[Key, str]
) -> dict[str, list[tuple[datetime, str]]]:
    """Of each person who saw a form when, and which, in order."""
    seen: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for row in raw:
        if row["variant_id"] and row["reason"] is None:
            person = persons[sessions[row["session_id"]]["key"]]
            seen[person].append((at(row["true_at"]), row["variant_id"]))
    return {person: sorted(views) for person, views in seen.items()}


def test_each_form_was_seen_and_used_by_its_true_persons(
    planted: Build,
    truth: Path,
    sessions: dict[str, dict[str, Any]],
    persons: dict[Key, str],
    exposures: dict[str, list[tuple[datetime, str]]],
) -> None:
    """Whoever saw both is compared with nobody."""
    reached: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for row in read(truth / "truth" / "conversions.csv"):
        if row["session_id"]:
            person = persons[sessions[row["session_id"]]["key"]]
            reached[person, row["conversion_name"]].append(at(row["converted_at"]))
    expected = {(variant, goal): [0, 0, 0] for variant in VARIANTS for goal in GOALS}
    for person, ((first, variant), *others) in exposures.items():
        is_contaminated = any(other != variant for _, other in others)
        for goal in GOALS:
            counts = expected[variant, goal]
            counts[0] += not is_contaminated
            counts[1] += is_contaminated
            counts[2] += not is_contaminated and any(
                time >= first for time in reached[person, goal]
            )
    rows = planted.rows(
        "select variant_id, goal_name, exposed_persons, contaminated_persons,"
        " converted_persons from mart_experiment__variants"
        f" where experiment_id = '{EXPERIMENT}' and goal_name in {GOALS}"
    )
    assert {row[:2]: list(row[2:]) for row in rows} == expected
    assert sum(counts[1] for counts in expected.values()) > 10


def test_the_form_sells_as_much_more_as_was_planted(planted: Build, raw: Table) -> None:
    """The difference is in the interval, and signing up differs in nothing."""
    found = {
        goal: rest
        for goal, *rest in planted.rows(
            "select goal_name, conversion_rate, difference_low, difference_high,"
            " p_value from mart_experiment__variants"
            f" where variant_id = '{SHORT_FORM}' and goal_name in {GOALS}"
        )
    }
    # Who logs in stays, whatever the form.
    logged_in = {row["session_id"] for row in raw if row["user_id"]}
    shown = {row["session_id"] for row in raw if row["variant_id"] == SHORT_FORM}
    strangers = 1 - len(shown & logged_in) / len(shown)
    sold, low, high, p_value = found["purchase"]
    assert low < float(sold) * LEAVES * strangers < high
    assert p_value < 0.001
    assert found["sign_up"][-1] > 0.05


def test_the_browser_in_which_carts_are_stuck_is_what_differs(
    planted: Build, truth: Path, sessions: dict[str, dict[str, Any]]
) -> None:
    """At that step alone and before all else, with what no other browser runs on."""
    found = planted.rows(
        "select step_name, property_name, property_value, went_on_with, dropped_with"
        " from mart_funnel__drop_off_differences"
        " where funnel_name = 'purchase' and is_different order by difference_rank"
    )
    furthest = Counter(
        int(row["furthest_step"])
        for row in read(truth / "truth" / "funnels.csv")
        if sessions[row["session_id"]]["browser_name"] == BREAKS
    )
    went_on, stuck = furthest[3] + furthest[4], furthest[2]
    assert found[0] == ("add_to_cart", "browser_name", BREAKS, went_on, stuck)
    systems = {(each.browser_name, each.os_name) for each in DEVICES}
    only_there = {os for _, os in systems} - {
        os for browser, os in systems if browser != BREAKS
    }
    for step, name, value, *_ in found[1:]:
        assert (step, name) == ("add_to_cart", "os_name")
        assert value in only_there


def test_the_channel_whose_visitors_forget_brings_fewer_back(planted: Build) -> None:
    """Far fewer than the rest, and each other large channel is like the rest."""
    rows = planted.rows(
        "select channel, sum(visitors), sum(returning_visitors)"
        " from mart_retention__cohorts where cohort_kind = 'first_session'"
        " and period_type = 'week' and periods_since = 1 and is_complete group by all"
    )
    visitors = {channel: int(count) for channel, count, _ in rows}
    back = {channel: int(count) for channel, _, count in rows}
    others = sum(visitors.values()) - visitors[FLEETING]
    rate = (sum(back.values()) - back[FLEETING]) / others
    scores = {
        channel: (back[channel] - rate * count) / sqrt(rate * (1 - rate) * count)
        for channel, count in visitors.items()
        if count > 200
    }
    # Who logs in does not forget, and some of the rest come back all the same.
    assert back[FLEETING] / visitors[FLEETING] < 0.6 * rate
    assert scores.pop(FLEETING) < -3
    assert len(scores) > 4
    assert max(map(abs, scores.values())) < 2.6
