"""Attribution against answers found by other means: algebra, fractions, simulation."""

import csv
import math
import random
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from harness import (
    ROOT,
    SHARED,
    Build,
    Builder,
    Row,
    copy_project,
    needs,
    one_source,
    write_parquet,
)
from tiers import IS_ALL, TRIALS

from benchmarks.intervals import (
    FEWEST_CONVERSIONS,
    FEWEST_PERSONS,
    KINDS,
    NORMAL_95,
    drawn,
    interval,
)

HANDS = SHARED / "oracles" / "attribution_hand"
ORDERS = (1, 2, 3)
CLOSE = 1e-9
# Of models that weigh a journey by itself, and of those that go by all journeys.
CREDITS = (
    "(from int_credits__weighted union all by name from int_markov_credits__weighted)"
    " join (select journey_id as conversion_id, touch_number, channel"
    " from int_journeys__pathed) using (conversion_id, touch_number)"
)
# In steps `make test` solves the demo's chains, on the engines that run no Python.
WAYS = ["direct", pytest.param("stepped", marks=pytest.mark.long)]


@dataclass(frozen=True)
class Journeys:
    """Journeys with the same touches, by how they ended."""

    channels: tuple[str, ...]
    conversions: int
    nulls: int


Case = Sequence[Journeys]


def random_cases() -> dict[str, Case]:
    """Drawn sets of paths: loops, single touches, channels that never convert."""
    draw = random.Random(11)
    cases: dict[str, Case] = {}
    for nth in range(TRIALS.path_sets):
        channels = [f"C{number}" for number in range(draw.randint(1, 6))]
        paths = [
            Journeys(
                tuple(draw.choices(channels, k=draw.randint(1, 7))),
                draw.choice([0, 0, 1, 2]),
                draw.choice([0, 1, 3]),
            )
            for _ in range(draw.randint(2, 9))
        ]
        # Without a conversion there is nothing to share out.
        cases[f"R{nth:03}"] = [Journeys((channels[0],), 1, 1), *paths]
    # Many channels, each removed in turn.
    cases["wide"] = [
        Journeys(
            (f"W{number:02}", f"W{number * 7 % 60:02}"), 1 + number % 2, number % 3
        )
        for number in range(60)
    ]
    return cases


def hand_cases() -> dict[str, Case]:
    """The six path tables worked by hand."""
    cases: defaultdict[str, list[Journeys]] = defaultdict(list)
    for row in hand("paths"):
        path = tuple(row["path"].split(" > "))
        counts = int(row["total_conversions"]), int(row["total_null"])
        cases[row["case_id"]].append(Journeys(path, *counts))
    return dict(cases)


def hand(name: str) -> list[dict[str, str]]:
    """Rows of a table worked by hand; none where it is absent."""
    if not HANDS.exists():
        return []
    with (HANDS / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def stub(project: Path, model: str, rows: Sequence[dict[str, object]]) -> None:
    """Put rows in the place of a model."""
    table = project / f"{model}.csv"
    names = list(rows[0])
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    columns = ", ".join(
        f"cast({name} as {TYPES.get(name, 'varchar')}) as {name}" for name in names
    )
    path = project / "models" / "intermediate" / "attribution" / f"{model}.sql"
    path.write_text(
        "-- grain: as given.\n"
        f"select {columns} from read_csv('{table}', all_varchar = true)\n"
    )


TYPES = {
    "is_converted": "boolean",
    "is_direct": "boolean",
    "touch_number": "bigint",
    "touch_count": "bigint",
    "touched_at": "timestamp",
    "seconds_to_end": "numeric(18, 6)",
    "revenue": "numeric(28, 6)",
    "converted_date": "date",
    "lead_at": "timestamp",
    "opportunity_at": "timestamp",
    "markov_order": "integer",
    "transition_count": "bigint",
    "from_count": "bigint",
}


@pytest.fixture(scope="module")
def cases() -> dict[str, Case]:
    """All sets of paths; each is a conversion name of its own."""
    return random_cases() | hand_cases()


def solve_in_steps(project: Path) -> None:
    """Have DuckDB solve chains as the engines do that run no Python."""
    settings = project / "dbt_project.yml"
    text = settings.read_text()
    for folder, was, now in (("direct", "==", "!="), ("stepped", "!=", "==")):
        before, after = text.split(f"        {folder}:")
        text = f"{before}        {folder}:{after.replace(was, now, 1)}"
    settings.write_text(text)


def chain_project(folder: Path, way: str) -> Path:
    """A copy of the project that solves chains in one of the two ways."""
    project = folder / "project"
    project.mkdir()
    copy_project(project)
    if way == "stepped":
        solve_in_steps(project)
    return project


@pytest.fixture(scope="module", params=WAYS)
def chain(
    build: Builder,
    cases: dict[str, Case],
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Build:
    """The models after the paths, built from the paths alone."""
    project = chain_project(tmp_path_factory.mktemp("chain"), request.param)
    return build_chain(build, project, cases)


def build_chain(build: Builder, project: Path, cases: Mapping[str, Case]) -> Build:
    """Build in a copy of the project all that is made of paths, from these."""
    touches: list[dict[str, object]] = []
    conversions: list[dict[str, object]] = []
    for name, paths in cases.items():
        for number, path in enumerate(paths):
            for nth in range(path.conversions + path.nulls):
                journey = f"{name}/{number}/{nth}"
                is_converted = nth < path.conversions
                touches += [
                    {
                        "journey_id": journey,
                        "conversion_name": name,
                        "person_id": journey,
                        "is_converted": is_converted,
                        "channel": channel,
                        "touched_at": datetime(2026, 1, place),
                        "touch_number": place,
                        "touch_count": len(path.channels),
                        "seconds_to_end": 0,
                        "is_direct": False,
                    }
                    for place, channel in enumerate(path.channels, 1)
                ]
                if is_converted:
                    conversions.append(
                        {
                            "conversion_id": journey,
                            "conversion_name": name,
                            "person_id": journey,
                            "converted_date": date(2026, 1, 31),
                            "revenue": "10.00",
                            "unattributed_reason": None,
                            "lead_at": None,
                            "opportunity_at": None,
                        }
                    )
    for model, rows in {
        "int_journeys__pathed": touches,
        "int_conversions__explained": conversions,
    }.items():
        stub(project, model, rows)
    channels = sorted({str(row["channel"]) for row in touches})
    with (project / "seeds" / "rules" / "channels.csv").open("a") as file:
        file.writelines(f"{channel},false,false,,A channel.\n" for channel in channels)
    made = build(
        select="channels attribution_models attribution_weights int_journeys__pathed"
        " int_conversions__explained int_transitions__counted int_chains__counted"
        " path:models/intermediate/attribution/direct"
        " path:models/intermediate/attribution/stepped"
        " int_removal_effects__computed int_markov_credits__weighted"
        " int_touches__placed int_attribution_models__resolved"
        " int_touches__weighted int_credits__weighted"
        " mart_attribution__removal_effects mart_attribution__transitions",
        project=project,
    )
    assert made.is_green, made.said
    return made


def removal_effects(paths: Case, order: int) -> dict[str, float]:
    """By the definition: solving (I - Q) x = b once for each removal."""
    counts: defaultdict[tuple[Any, Any], float] = defaultdict(float)
    for path in paths:
        states = [
            path.channels[max(0, nth - order + 1) : nth + 1]
            for nth in range(len(path.channels))
        ]
        total = path.conversions + path.nulls
        for before, after in zip(["start", *states], states, strict=False):
            counts[before, after] += total
        counts[states[-1], "conversion"] += path.conversions
        counts[states[-1], "null"] += path.nulls
    names = list(dict.fromkeys(before for before, _ in counts))
    place = {name: number for number, name in enumerate(names)}
    totals: defaultdict[Any, float] = defaultdict(float)
    for (before, _), count in counts.items():
        totals[before] += count

    def chance(removed: str | None) -> float:
        matrix, direct = np.eye(len(names)), np.zeros(len(names))
        for (before, after), count in counts.items():
            if count == 0 or (isinstance(before, tuple) and removed in before):
                continue
            share = count / totals[before]
            if after == "conversion":
                direct[place[before]] += share
            elif after != "null":
                matrix[place[before], place[after]] -= share
        return float(np.linalg.solve(matrix, direct)[place["start"]])

    everything = chance(None)
    channels = {
        channel
        for path in paths
        for channel in path.channels
        if path.conversions + path.nulls > 0
    }
    return {channel: 1 - chance(channel) / everything for channel in channels}


def built_effects(chain: Build, column: str) -> dict[tuple[str, int, str], float]:
    """A column of the removal effects by its key."""
    return {
        (name, order, channel): float(value)
        for name, order, channel, value in chain.rows(
            f"select conversion_name, markov_order, channel, {column}"
            f" from mart_attribution__removal_effects where {column} is not null"
        )
    }


def test_removal_effects_equal_an_independent_solve(
    chain: Build, cases: dict[str, Case]
) -> None:
    """Random sets of paths, and one with sixty channels, at every order."""
    built = built_effects(chain, "removal_effect")
    expected = {
        (name, order, channel): effect
        for name, paths in cases.items()
        for order in ORDERS
        for channel, effect in removal_effects(paths, order).items()
    }
    assert len(cases) > TRIALS.path_sets
    assert built.keys() == expected.keys()
    assert {k: v for k, v in built.items() if abs(v - expected[k]) > CLOSE} == {}


def test_channel_totals_share_out_all_conversions(
    chain: Build, cases: dict[str, Case]
) -> None:
    """Each channel its effect by the sum of effects, and nothing is left over."""
    built = built_effects(chain, "conversions")
    for name, paths in cases.items():
        total = sum(path.conversions for path in paths)
        for order in ORDERS:
            effects = removal_effects(paths, order)
            found = {c: v for (n, o, c), v in built.items() if (n, o) == (name, order)}
            for channel, effect in effects.items():
                share = effect / sum(effects.values())
                assert found[channel] == pytest.approx(total * share, abs=1e-8)
    assert (
        chain.rows(
            "select conversion_name from mart_attribution__removal_effects"
            " group by conversion_name, markov_order"
            " having sum(conversion_share) <> 1"
            " or sum(attributed_revenue) <> 10 * sum(conversions)"
        )
        == []
    )


@needs(HANDS)
def test_removal_effects_equal_those_worked_by_hand(chain: Build) -> None:
    """Fractions, at orders 1 to 3, repeats kept."""
    effects = built_effects(chain, "removal_effect")
    conversions = built_effects(chain, "conversions")
    expected = [
        row for row in hand("expected_markov") if row["dedupe_consecutive"] == "0"
    ]
    assert len(expected) > 50
    for row in expected:
        key = (row["case_id"], int(row["order"]), row["channel"])
        effect = float(Fraction(row["removal_effect_exact"]))
        assert effects[key] == pytest.approx(effect, abs=CLOSE), key
        total = float(Fraction(row["conversions_exact"]))
        assert conversions[key] == pytest.approx(total, abs=CLOSE), key


def test_ledger_rows_by_journey_spread_each_conversion_by_the_effects(
    chain: Build, cases: dict[str, Case]
) -> None:
    """Over its own touches alone: another grain than the totals, under its own name."""
    built = chain.rows(
        "select conversion_id, attribution_model, touch_number, credit"
        " from int_markov_credits__weighted order by all"
    )
    effects = {
        (name, order): removal_effects(paths, order)
        for name, paths in cases.items()
        for order in ORDERS
    }
    assert {model for _, model, _, _ in built} == {
        f"markov_{order}_by_journey" for order in ORDERS
    }
    for journey, model, number, credit in built:
        name, path, _ = journey.split("/")
        channels = cases[name][int(path)].channels
        weights = [effects[name, int(model[7])][channel] for channel in channels]
        share = weights[number - 1] / sum(weights)
        assert float(credit) == pytest.approx(share, abs=1e-8), (journey, model)


@needs(HANDS)
def test_shapley_values_equal_those_worked_by_hand(chain: Build) -> None:
    """Equal over the channels of a path; ordered, equal over a channel's places."""
    built = {
        (name, channel): float(credit)
        for name, channel, credit in chain.rows(
            f"select conversion_name, channel, sum(credit) from {CREDITS}"
            " join int_conversions__explained using (conversion_id)"
            " where attribution_model = 'shapley' group by all"
        )
    }
    for row in hand("expected_shapley"):
        key = (row["case_id"], row["channel"])
        expected = float(row["shapley_conversions"])
        assert built.get(key, 0) == pytest.approx(expected, abs=CLOSE), key
    ordered = {
        (name, channel, str(number)): float(credit)
        for name, channel, number, credit in chain.rows(
            "select conversion_name, channel, touch_number, sum(credit)"
            f" from {CREDITS}"
            " join int_conversions__explained using (conversion_id)"
            " where attribution_model = 'shapley_ordered' group by all"
        )
    }
    rows = hand("expected_shapley_ordered")
    assert len(rows) > 20
    for row in rows:
        place = (row["case_id"], row["channel"], row["position"])
        expected = float(row["conversions"])
        assert ordered.get(place, 0) == pytest.approx(expected, abs=CLOSE), place


def test_what_leaves_a_state_sums_to_what_was_in_it(chain: Build) -> None:
    """The transitions that are kept for reading are those of the journeys."""
    assert (
        chain.rows(
            "select conversion_name from mart_attribution__transitions"
            " group by conversion_name, markov_order, from_state"
            " having sum(transition_count) <> max(from_count)"
        )
        == []
    )
    journeys: dict[str, int] = dict(
        chain.rows(
            "select conversion_name, max(from_count) from mart_attribution__transitions"
            " where from_state = '(start)' and markov_order = 2 group by all"
        )
    )
    assert journeys == dict(
        chain.rows(
            "select conversion_name, count(distinct journey_id)"
            " from int_journeys__pathed group by all"
        )
    )


def effects_in(made: Build) -> list[Row]:
    """What the mart says of each chain, once for all its channels."""
    return made.rows(
        "select distinct conversion_name, not_computed_reason,"
        " removal_effect is null, conversion_share is null, conversions is null,"
        " attributed_revenue is null from mart_attribution__removal_effects order by 1"
    )


@pytest.mark.long  # `make test` asks of those worked by hand, and of drawn ones, above.
@pytest.mark.parametrize("way", WAYS)
def test_the_published_example_gives_its_published_numbers(
    build: Builder, tmp_path: Path, way: str
) -> None:
    """Five journeys over two channels: 2.4 and 1.6 of four conversions."""
    paths = [
        Journeys(("G",), 2, 1),
        Journeys(("M",), 1, 0),
        Journeys(("G", "M"), 1, 0),
    ]
    made = build_chain(build, chain_project(tmp_path, way), {"purchase": paths})
    assert made.rows(
        "select channel, removal_effect, conversions, attributed_revenue"
        " from mart_attribution__removal_effects where markov_order = 1 order by 1"
    ) == [
        ("G", Decimal("0.75"), Decimal("2.4"), Decimal("24.00")),
        ("M", Decimal("0.5"), Decimal("1.6"), Decimal("16.00")),
    ]


@pytest.mark.parametrize("way", WAYS)
def test_a_chain_in_which_nobody_converts_says_so(
    build: Builder, tmp_path: Path, way: str
) -> None:
    """In its rows, and beside a chain that is solved."""
    cases = {
        "nobody": [Journeys(("A", "B"), 0, 3)],
        "somebody": [Journeys(("A", "B"), 1, 3)],
    }
    made = build_chain(build, chain_project(tmp_path, way), cases)
    assert effects_in(made) == [
        ("nobody", "no_conversion", True, True, True, True),
        ("somebody", None, False, False, False, False),
    ]


LEFT = {"conversion_name": "left", "markov_order": "1"}
NEVER_LEFT = {"conversion_name": "never left", "markov_order": "1"}


def transition(before: str, after: str, count: int, total: int) -> dict[str, object]:
    """A row of the counted transitions of an order of one."""
    return {
        "channel_1": None if before == "(start)" else before,
        "channel_2": None,
        "channel_3": None,
        "from_state": before,
        "to_state": after,
        "transition_count": count,
        "from_count": total,
    }


@pytest.mark.parametrize("way", WAYS)
def test_a_circle_that_nobody_leaves_stops_nothing(
    build: Builder, tmp_path: Path, way: str
) -> None:
    """Its chain says so; one where one visit of a million leaves is solved."""
    project = chain_project(tmp_path, way)
    entered = [
        transition("(start)", "A", 1, 2),
        transition("(start)", "C", 1, 2),
        transition("C", "(conversion)", 1, 1),
    ]
    closed = [transition("A", "B", 9, 9), transition("B", "A", 8, 8)]
    # A has an end in a million visits, of which all begin at the start.
    opened = [
        transition("A", "B", 999_999, 1_000_000),
        transition("A", "(conversion)", 1, 1_000_000),
        transition("B", "A", 999_999, 999_999),
    ]
    rows = [NEVER_LEFT | row for row in entered + closed]
    rows += [LEFT | row for row in entered + opened]
    stub(project, "int_transitions__counted", rows)
    made = build(
        select="int_transitions__counted int_chains__counted"
        " int_removal_effects__computed"
        " path:models/intermediate/attribution/direct"
        " path:models/intermediate/attribution/stepped",
        project=project,
    )
    assert made.is_green, made.said
    effects = made.rows(
        "select removal_effect from int_removal_effects__computed"
        " where conversion_name = 'left' order by channel"
    )
    for (effect,), exact in zip(effects, (0.5, 0.4999995, 0.5), strict=True):
        assert float(effect) == pytest.approx(exact, abs=CLOSE)
    assert (
        made.rows(
            "select removal_effect, not_computed_reason"
            " from int_removal_effects__computed where conversion_name = 'never left'"
        )
        == [(None, "no_end")] * 3
    )


# -- Long journeys -------------------------------------------------------------------

VISITS = 1000
SOURCES = ["email", "cpc", "social", "affiliate", "referral", "organic", "display"]


def long_journeys(folder: Path) -> Path:
    """A month of visits: a hundred visitors, and one login that twenty devices share.

    Each visitor comes every forty minutes, by a source that is drawn; the first one
    buys at the end. On one of the devices somebody buys five times.
    """
    draw = random.Random(3)
    rows: list[dict[str, object]] = []

    def visit(visitor: str, user: str | None, nth: int, started_at: datetime) -> None:
        medium = draw.choice(SOURCES)
        row: dict[str, object] = {
            "visitor_id": visitor,
            "user_id": user,
            "event_id": f"{visitor} {nth}",
            "occurred_at": started_at,
            "event_name": "page_view",
            "page_url": f"https://shop.example/?utm_source=s&utm_medium={medium}",
        }
        rows.append(row)

    def buy(last: dict[str, object]) -> None:
        moment = last["occurred_at"]
        assert isinstance(moment, datetime)
        bought = {"event_id": f"{last['event_id']} buys", "event_name": "purchase"}
        after = {"occurred_at": moment + timedelta(minutes=1)}
        rows.append(last | bought | after)

    begin = datetime(2026, 3, 1)
    for number in range(100):
        for nth in range(VISITS):
            moment = begin + timedelta(minutes=40 * nth, seconds=number)
            visit(f"v{number}", None, nth, moment)
        if number == 0:
            buy(rows[-1])
    for nth in range(VISITS):
        for number in range(20):
            moment = begin + timedelta(minutes=40 * nth, seconds=number)
            visit(f"d{number}", "everybody", nth, moment)
            if number == 0 and nth % 200 == 199:
                buy(rows[-1])
    return write_parquet(folder / "events.parquet", rows)


@pytest.mark.long  # `make test` asks of no journey that is so long.
@pytest.mark.longest
def test_a_month_of_long_journeys_is_solved(build: Builder, tmp_path: Path) -> None:
    """A thousand touches before one end, or a login that many share, have an answer."""
    events = long_journeys(tmp_path)
    columns = ["event_id", "visitor_id", "user_id", "occurred_at", "event_name"]
    made = build(
        one_source(events, [*columns, "page_url"]),
        select="+mart_attribution__removal_effects",
    )
    assert made.is_green, made.said
    ended = made.rows(
        "select list(channel order by touch_number), is_converted"
        " from int_journeys__pathed where conversion_name = 'purchase'"
        " and touch_number is not null group by journey_id, is_converted"
    )
    paths = [
        Journeys(tuple(channels), int(is_converted), int(not is_converted))
        for channels, is_converted in ended
    ]
    assert max(len(path.channels) for path in paths) > 10_000
    assert sum(path.conversions for path in paths) == 6
    built = built_effects(made, "removal_effect")
    for order in ORDERS:
        for channel, effect in removal_effects(paths, order).items():
            found = built["purchase", order, channel]
            assert found == pytest.approx(effect, abs=CLOSE)
    assert (
        made.rows(
            "select not_computed_reason from mart_attribution__removal_effects"
            " where conversion_name = 'purchase' and not_computed_reason is not null"
        )
        == []
    )


# -- Touches -------------------------------------------------------------------------

TOUCH_COLUMNS = ["event_id", "visitor_id", "occurred_at", "event_name", "page_url"]


def test_a_channel_that_changes_inside_a_session_is_a_touch(
    build: Builder, tmp_path: Path
) -> None:
    """Where the var says so: up to the conversion, and not once more after it."""
    page = "https://shop.example/?utm_source=news&utm_medium="
    seen = [
        ("page_view", page + "email"),
        ("page_view", page + "cpc"),
        ("page_view", page + "cpc&utm_campaign=other"),
        ("purchase", "https://shop.example/thanks"),
        ("page_view", page + "affiliate"),
    ]
    rows = [
        {
            "event_id": str(minute),
            "visitor_id": "v",
            "occurred_at": datetime(2026, 3, 2, 12, minute),
            "event_name": name,
            "page_url": url,
        }
        for minute, (name, url) in enumerate(seen)
    ]
    events = write_parquet(tmp_path / "events.parquet", rows)
    changes = {"attribution_touches": "channel_changes"}
    made = build(
        one_source(events, TOUCH_COLUMNS) | changes,
        # In `make test` without the data tests.
        select=None
        if IS_ALL
        else "+fct_sessions +mart_attribution__touchpoints"
        " +mart_attribution__credits +mart_attribution__paths",
        runs_tests=IS_ALL,
    )
    assert made.is_green, made.said
    assert made.value("select count(*) from fct_sessions") == 1
    touches = made.rows(
        "select touch_number, session_source_number, channel, credit"
        " from mart_attribution__touchpoints join mart_attribution__credits"
        " using (conversion_id, channel, touch_number)"
        " where attribution_model = 'linear' order by 1"
    )
    half = Decimal("0.5")
    assert touches == [(1, 1, "Email", half), (2, 2, "Paid Other", half)]
    # The whole visit is a path of a person who never signed up.
    assert made.rows(
        "select path, non_converting from mart_attribution__paths"
        " where conversion_name = 'sign_up'"
    ) == [("Email > Paid Other > Affiliates", 1)]


# -- Money ---------------------------------------------------------------------------

DAY = datetime(2026, 3, 2, 12)
COLUMNS = ["event_id", "visitor_id", "platform", "occurred_at", "event_name"]
COLUMNS += ["page_url", "order_id", "revenue", "currency"]


def order(
    name: str, revenue: object, *takes: tuple[int, str, object], currency: str = "EUR"
) -> list[dict[str, object]]:
    """Two visits, an order in the second, and what came back, days later."""
    page = "https://shop.example/?utm_source=news&utm_medium="
    common = {"visitor_id": name, "currency": currency}
    bought = {"order_id": name, "revenue": revenue, "event_name": "purchase"}
    rows: list[dict[str, object]] = [
        {"occurred_at": DAY - timedelta(days=1), "page_url": page + "email"},
        {"occurred_at": DAY, "page_url": page + "cpc"},
        {"occurred_at": DAY + timedelta(minutes=1)} | bought,
        *(
            {
                "occurred_at": DAY + timedelta(days=days),
                "platform": "server",
                "event_name": event_name,
                "order_id": name,
                "revenue": amount,
            }
            for days, event_name, amount in takes
        ),
    ]
    return [
        {"event_id": f"{name} {nth}", "platform": "web", "event_name": "page_view"}
        | common
        | row
        for nth, row in enumerate(rows)
    ]


ORDERS_TAKEN_BACK = {
    "kept": order("kept", "10.00"),
    "whole": order("whole", "10.01", (3, "refund", "10.01")),
    # Some trackers report what they take back below zero.
    "parts": order("parts", "100.01", (3, "refund", "-50.00"), (4, "refund", "50.01")),
    "too much": order("too much", "20.00", (3, "refund", "15"), (5, "refund", "15")),
    "no amount": order("no amount", "7.00", (3, "refund", "2"), (4, "refund", None)),
    "called off": order("called off", "8.00", (2, "order_cancelled", "1")),
    "negative": order("negative", "-50.01", (2, "refund", "10")),
    "free": order("free", "0", (2, "refund", "3"), (3, "order_cancelled", None)),
    "twice": order("twice", "6.00", (2, "refund", None), (3, "order_cancelled", None)),
}


@pytest.fixture(scope="module")
def shop(build: Builder, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Orders of every fate, and ads of which some rows come twice."""
    folder = tmp_path_factory.mktemp("orders")
    rows = [row for each in ORDERS_TAKEN_BACK.values() for row in each]
    rows.append(rows[0] | {"event_id": "lost", "order_id": "not ours"})
    rows[-1] |= {"event_name": "refund", "platform": "server", "revenue": "1"}
    events = write_parquet(folder / "events.parquet", rows)
    spend = folder / "spend.csv"
    spend.write_text(
        "spend_date,source,medium,campaign,currency,cost,clicks,impressions\n"
        "2026-03-02,news,cpc,,EUR,5.00,1,10\n"
        "2026-03-02,news,cpc,,EUR,5.00,1,10\n"
        "2026-03-02,news,cpc,,EUR,5.00,2,10\n"
        "2026-03-09,news,cpc,spring > sale,EUR,4.00,1,10\n"
    )
    asked = ["fct_reversals", "mart_quality__rejected_ad_spend", "fct_conversions"]
    asked += ["mart_attribution__credits", "mart_attribution__channels"]
    asked += ["mart_attribution__campaigns", "mart_attribution__paths"]
    made = build(
        one_source(events, COLUMNS, spend=str(spend)),
        # In `make test` without the data tests.
        select=None if IS_ALL else " ".join(f"+{mart}" for mart in asked),
        runs_tests=IS_ALL,
    )
    assert made.is_green, made.said
    return made


def reversals(shop: Build, name: str) -> list[Row]:
    """Days after the order, revenue that goes back and the share then gone."""
    return [
        ((day - DAY.date()).days, revenue, share)
        for day, revenue, share in shop.rows(
            "select reversed_date, reversed_revenue, share_after from fct_reversals"
            f" where order_id = '{name}' order by reversed_at"
        )
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("kept", []),
        ("whole", [(3, "10.01", 1)]),
        # 50.00 / 100.01, to twelve decimals.
        ("parts", [(3, "50.00", "0.499950005000"), (4, "50.01", 1)]),
        ("too much", [(3, "15.00", "0.75"), (5, "5.00", 1)]),
        ("no amount", [(3, "2.00", "0.285714285714"), (4, "5.00", 1)]),
        ("called off", [(2, "8.00", 1)]),
        ("negative", [(2, "0.00", 0)]),
        # Of nothing, an amount is no share, but a cancellation is all of it.
        ("free", [(2, "0.00", 0), (3, "0.00", 1)]),
        ("twice", [(2, "6.00", 1), (3, "0.00", 1)]),
        ("not ours", [(-1, "0.00", 0)]),
    ],
)
def test_no_more_goes_back_than_was_paid(
    shop: Build, name: str, expected: list[tuple[int, Any, Any]]
) -> None:
    """In the order in which it came back, and none of it twice."""
    assert reversals(shop, name) == [
        (days, Decimal(revenue), Decimal(share)) for days, revenue, share in expected
    ]


def test_a_refund_takes_credit_back_on_its_own_day(shop: Build) -> None:
    """At the touches that had it, whatever the model; the day of the order stays."""
    found = shop.rows(
        "select entry_date, touch_number, credit, attributed_revenue"
        " from mart_attribution__credits join fct_conversions using (conversion_id)"
        " where order_id = 'whole' and attribution_model = 'linear' order by all"
    )
    half = Decimal("0.5")
    assert found == [
        (date(2026, 3, 2), 1, half, Decimal("5.005")),
        (date(2026, 3, 2), 2, half, Decimal("5.005")),
        (date(2026, 3, 5), 1, -half, Decimal("-5.005")),
        (date(2026, 3, 5), 2, -half, Decimal("-5.005")),
    ]


def test_what_is_left_is_what_was_kept(shop: Build) -> None:
    """Summed over all entries, under every model, of the ledger and of totals."""
    kept = {"kept": "10.00", "negative": "-50.01"}
    models = shop.rows("select attribution_model, kind from attribution_models")
    left = {
        (order_id, model): revenue
        for order_id, model, revenue in shop.rows(
            "select order_id, attribution_model, sum(attributed_revenue)"
            " from mart_attribution__credits join fct_conversions"
            " using (conversion_id) group by all having sum(credit) <> 0"
        )
    }
    ledger = {model for model, kind in models if kind not in ("markov", "custom")}
    assert left == {
        (name, model): Decimal(amount)
        for name, amount in kept.items()
        for model in ledger
    }
    totals = shop.rows(
        "select attribution_model, sum(conversions + reversed_conversions),"
        " sum(attributed_revenue + reversed_revenue) from mart_attribution__channels"
        " where conversion_name = 'purchase' group by all"
    )
    assert len(totals) == len(models) - 1
    assert {row[1:] for row in totals} == {(Decimal(2), Decimal("-40.01"))}


def test_a_row_of_spend_that_comes_twice_counts_once(shop: Build) -> None:
    """Another number of clicks is another part of the day; both are accounted for."""
    assert shop.rows(
        "select rejection_reason, spend from mart_quality__rejected_ad_spend order by 1"
    ) == [("duplicate", Decimal("5.00"))]
    assert shop.rows(
        "select report_date, spend, conversions > 0, cost_per_acquisition is null,"
        " return_on_ad_spend from mart_attribution__campaigns where spend > 0"
        " and attribution_model = 'linear' and conversion_name = 'purchase' order by 1"
    ) == [
        # 9 orders, half of each: 10 / 4.5.
        (date(2026, 3, 2), Decimal("10.00"), True, False, shop_return(shop)),
        # Spend without a conversion stays, and costs nothing per nothing.
        (date(2026, 3, 9), Decimal("4.00"), False, True, Decimal(0)),
    ]


def shop_return(shop: Build) -> Decimal:
    """Revenue of the second touches, half of each order, by spend."""
    revenues = [Decimal(str(rows[2]["revenue"])) for rows in ORDERS_TAKEN_BACK.values()]
    assert shop.value("select count(*) from fct_conversions") == len(ORDERS_TAKEN_BACK)
    return (sum(revenues, Decimal(0)) / 2 / 10).quantize(Decimal("0.000001"))


def test_a_campaign_may_hold_the_mark_of_paths(shop: Build) -> None:
    """Paths are rows, and their text is never taken apart."""
    campaigns = shop.rows(
        "select distinct campaign from mart_attribution__campaigns"
        " where campaign is not null"
    )
    assert campaigns == [("spring > sale",)]


@pytest.fixture(scope="module")
def priced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with rates for two days, and the test of them."""
    project = tmp_path_factory.mktemp("priced")
    copy_project(project)
    (project / "seeds" / "rates" / "currency_rates.csv").write_text(
        "rate_date,currency,rate\n2026-03-02,USD,0.9137\n2026-03-03,USD,0.5\n"
    )
    name = "assert_every_currency_has_a_rate_on_every_day.sql"
    shutil.copy(ROOT / "tests" / "singular" / name, project / "tests" / name)
    return project


def converted(
    build: Builder,
    folder: Path,
    project: Path,
    rows: Iterable[dict[str, object]],
    *,
    runs_tests: bool,
) -> Build:
    """A build in euros."""
    events = write_parquet(folder / "events.parquet", list(rows))
    return build(
        one_source(events, COLUMNS) | {"reporting_currency": "EUR"},
        select="+fct_conversions +fct_reversals +fct_items +int_ad_spend__classified"
        " assert_every_currency_has_a_rate_on_every_day",
        project=project,
        runs_tests=runs_tests,
    )


@pytest.mark.long  # `make test` asks it of large amounts (test_money).
def test_currencies_are_converted_at_the_rate_of_the_day(
    build: Builder, tmp_path: Path, priced: Path
) -> None:
    """A refund at the rate of its order, so that nothing is left of it."""
    dollars = order("dollars", "100.00", (1, "refund", "100.00"), currency="USD")
    rows = [*order("euros", "10.00"), *dollars]
    made = converted(build, tmp_path, priced, rows, runs_tests=False)
    assert made.is_green, made.said
    assert made.rows(
        "select order_id, revenue, currency, delivered_revenue, delivered_currency"
        " from fct_conversions order by 1"
    ) == [
        ("dollars", Decimal("91.37"), "EUR", Decimal("100.00"), "USD"),
        ("euros", Decimal("10.00"), "EUR", Decimal("10.00"), "EUR"),
    ]
    assert reversals(made, "dollars") == [(1, Decimal("91.37"), Decimal(1))]


def test_a_missing_rate_fails_and_names_currency_and_day(
    build: Builder, tmp_path: Path, priced: Path
) -> None:
    """Rather than take a day's amount for nothing, or for euros."""
    pounds = order("pounds", "100.00", currency="GBP")
    made = converted(build, tmp_path, priced, pounds, runs_tests=True)
    assert not made.is_green
    assert "assert_every_currency_has_a_rate_on_every_day" in made.said
    (compiled,) = (made.folder / "target" / "compiled").rglob(
        "assert_every_currency_has_a_rate_on_every_day.sql"
    )
    named = made.rows(f"select currency, report_date from ({compiled.read_text()})")
    assert named == [("GBP", date(2026, 3, 2))]


# -- Confidence ----------------------------------------------------------------------


def exact_interval(count: int) -> tuple[float, float]:
    """Means of which a count, half of it on either side, leaves 5 % beyond it."""

    def beyond(mean: float) -> float:
        chances = [
            math.exp(-mean + nth * math.log(mean) - math.lgamma(nth + 1))
            for nth in range(count + 1)
        ]
        return 1 - sum(chances) + chances[-1] / 2

    def where(wanted: float) -> float:
        low, high = 1e-9, 10.0 * (count + 1)
        for _ in range(100):
            middle = (low + high) / 2
            low, high = (middle, high) if beyond(middle) < wanted else (low, middle)
        return low

    return where(0.05), where(0.95)


@pytest.mark.parametrize("count", [3, 4, 7, 20, 100])
def test_intervals_of_whole_conversions_are_those_of_a_poisson_count(
    count: int,
) -> None:
    """To a twelfth of a conversion, or a fiftieth of the end."""
    ends = interval(*(np.array([each]) for each in (count, count, 1.0)))
    for (end,), exact in zip(ends, exact_interval(count), strict=True):
        assert float(end) == pytest.approx(exact, rel=0.02, abs=0.08)


@pytest.mark.parametrize("span", [(2, 3), (3, 5), (5, 10), (10, 20)])
def test_nine_of_ten_intervals_hold_the_truth(span: tuple[float, float]) -> None:
    """Whatever the credit, from two conversions expected on."""
    random_draws = np.random.default_rng(5)
    held = []
    for kind in KINDS.values():
        draws = drawn(random_draws, kind, span, 4000)
        got, squares = draws.summed(draws.parts), draws.summed(draws.parts**2)
        asked = (draws.persons >= FEWEST_PERSONS) & (got >= FEWEST_CONVERSIONS)
        low, high = interval(got[asked], squares[asked], draws.largest()[asked])
        truth = draws.expected[asked]
        held.append((low <= truth) & (truth <= high))
    assert 0.88 <= np.concatenate(held).mean() <= 0.92


def test_intervals_and_ranks_are_those_of_the_persons(demo: Build) -> None:
    """Made anew from the ledger, by the arithmetic of which the coverage is known."""
    rows = demo.rows(
        "select attribution_model, channel, person_id, sum(credit)"
        " from mart_attribution__credits where conversion_name = 'purchase'"
        " and entry_type = 'conversion' group by all having sum(credit) > 0"
    )
    parts: defaultdict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for model, channel, person, credit in rows:
        parts[model, channel][person] = float(credit)
    compared = demo.rows(
        "select attribution_model, channel, conversions_low, conversions_high,"
        " no_interval_reason, is_above_next from mart_attribution__model_comparison"
        " join attribution_models using (attribution_model)"
        " where conversion_name = 'purchase' and kind <> 'markov'"
        " order by attribution_model, channel_rank"
    )
    reasons = set()
    for model, channel, low, high, reason, _ in compared:
        own = np.array(list(parts[model, channel].values()))
        is_asked = len(own) >= FEWEST_PERSONS and own.sum() >= FEWEST_CONVERSIONS
        assert reason == (None if is_asked else "too_few"), (model, channel)
        reasons.add(reason)
        if is_asked:
            sums = own.sum(), (own**2).sum(), own.max()
            ends = interval(*(np.array([each]) for each in sums))
            assert float(low) == pytest.approx(float(ends[0][0]), abs=2e-6)
            assert float(high) == pytest.approx(float(ends[1][0]), abs=2e-6)
        else:
            assert (low, high) == (None, None)
    assert reasons == {None, "too_few"}
    for (model, channel, *_, is_next_above), (next_model, below, *_) in pairwise(
        compared
    ):
        if model == next_model:
            own_parts, others = parts[model, channel], parts[model, below]
            persons = own_parts.keys() | others.keys()
            apart = [own_parts.get(p, 0.0) - others.get(p, 0.0) for p in persons]
            both = sum(own_parts.values()) + sum(others.values())
            variance = sum(each**2 for each in apart)
            unit = variance / both if both else 0.0
            expected = sum(apart) ** 2 > NORMAL_95**2 * (variance + unit**2) * (
                1 + 1e-9
            )
            assert is_next_above == expected, (model, channel, below)
    assert {row[-1] for row in compared} == {True, False, None}


def test_totals_have_no_interval(demo: Build) -> None:
    """They share out what all persons did, and no person's conversions."""
    assert demo.rows(
        "select distinct no_interval_reason, is_above_next is null"
        " from mart_attribution__model_comparison"
        " join attribution_models using (attribution_model) where kind = 'markov'"
    ) == [("channel_totals", True)]
