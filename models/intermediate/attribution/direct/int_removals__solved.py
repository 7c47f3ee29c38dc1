# grain: one row per conversion name, order of memory and channel: which part of the
# conversions would be lost without the channel? Decision 0020.
"""Removal effects from one inverse per chain: Kemeny and Snell's fundamental matrix."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]
ROWS = (
    "struct(conversion_name varchar, markov_order integer, channel varchar,"
    " removal_effect double, not_computed_reason varchar)[]"
)
Transition = tuple[str, str, tuple[str | None, ...], int, int]


def all_reach_an_end(steps: Numbers, conversion: Numbers) -> bool:
    """Whether from every state a conversion, or leaving, can be reached."""
    leaves = steps.sum(axis=1) + conversion < 1 - 1e-12
    reaches = (conversion > 0) | leaves
    while True:
        further = reaches | ((steps > 0) @ reaches)
        if (further == reaches).all():
            return bool(reaches.all())
        reaches = further


def effects(
    steps: Numbers, conversion: Numbers, members: Mapping[str, Places], start: int
) -> dict[str, float]:
    """Of each channel the share of conversions that is lost if its states lead nowhere.

    `steps` are the shares that go from state to state, `conversion` those that convert.
    """
    visits = np.linalg.inv(np.eye(len(steps)) - steps)
    chance = visits @ conversion
    lost = {}
    for channel, states in members.items():
        # How likely is each of the channel's states the first of them to be visited?
        first = np.linalg.solve(visits[np.ix_(states, states)].T, visits[start, states])
        lost[channel] = float(first @ chance[states] / chance[start])
    return lost


def solve(transitions: Iterable[Transition]) -> dict[str, float | None]:
    """The effects in a chain; none where from some state no end is reached."""
    rows = list(transitions)
    place = {state: nth for nth, state in enumerate(sorted({row[0] for row in rows}))}
    steps, conversion = np.zeros((len(place), len(place))), np.zeros(len(place))
    states: defaultdict[str, set[int]] = defaultdict(set)
    for before, after, channels, count, total in rows:
        if after == "(conversion)":
            conversion[place[before]] += count / total
        elif after != "(null)":
            steps[place[before], place[after]] += count / total
        for channel in channels:
            if channel is not None:
                states[channel].add(place[before])
    if not all_reach_an_end(steps, conversion):
        return dict.fromkeys(states)
    members = {name: np.array(sorted(each)) for name, each in states.items()}
    return {**effects(steps, conversion, members, place["(start)"])}


def model(dbt: Any, session: Any) -> Any:
    """Solve each chain that there is no reason not to solve."""
    transitions = dbt.ref("int_transitions__counted").set_alias("transitions")
    chains = dbt.ref("int_chains__counted").filter("not_computed_reason is null")
    rows_of: defaultdict[tuple[str, int], list[Transition]] = defaultdict(list)
    for name, order, *row in (
        transitions.join(chains, "conversion_name, markov_order", how="semi")
        .project(
            "conversion_name, markov_order, from_state, to_state,"
            " [channel_1, channel_2, channel_3], transition_count, from_count"
        )
        .fetchall()
    ):
        rows_of[name, order].append(tuple(row))
    solved = [
        {
            "conversion_name": name,
            "markov_order": order,
            "channel": channel,
            "removal_effect": effect,
            "not_computed_reason": "no_end" if effect is None else None,
        }
        for (name, order), rows in sorted(rows_of.items())
        for channel, effect in sorted(solve(rows).items())
    ]
    return session.sql(
        f"select unnest($solved::{ROWS}, recursive := true)", params={"solved": solved}
    )
