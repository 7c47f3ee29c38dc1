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
# Taking out a state that more ways than these lead through costs more than it saves.
MOST_DETOURS = 64
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


def expected_visits(steps: Numbers) -> Numbers:
    """From each state the visits of each: the inverse of 1 - steps.

    States that few states lead to or follow are taken out one by one, which is cheap,
    and most are such where journeys are short. What is left is inverted, and the others
    are put back.
    """
    steps, is_left = steps.copy(), np.ones(len(steps), dtype=bool)
    before, after = (steps > 0).sum(axis=0), (steps > 0).sum(axis=1)
    taken = []
    while is_left.sum() > 1:
        detours = np.where(is_left, before * after, MOST_DETOURS + 1)
        state = int(detours.argmin())
        if detours[state] > MOST_DETOURS:
            break
        is_left[state] = False
        sources = np.flatnonzero((steps[:, state] > 0) & is_left)
        targets = np.flatnonzero((steps[state] > 0) & is_left)
        stays = 1 / (1 - steps[state, state])
        comes, goes = steps[sources, state] * stays, steps[state, targets] * stays
        block = np.ix_(sources, targets)
        is_new = steps[block] == 0
        steps[block] += np.outer(comes, goes / stays)
        before[targets] += is_new.sum(axis=0) - 1
        after[sources] += is_new.sum(axis=1) - 1
        taken.append((state, sources, targets, comes, goes, stays))
    core = np.ix_(is_left, is_left)
    visits = steps
    visits[core] = np.linalg.inv(np.eye(is_left.sum()) - steps[core])
    for state, sources, targets, comes, goes, stays in reversed(taken):
        visits[state] = goes @ visits[targets]
        visits[:, state] = visits[:, sources] @ comes
        visits[state, state] = stays + goes @ visits[targets, state]
    return visits


def first_visits(visits: Numbers, from_start: Numbers) -> Numbers:
    """Of some states the chance that each is the first: first @ visits = from_start.

    By elimination without exchanges, which visits never need. For so few states the
    threads of numpy's solver wait for each other, busily, longer than this takes.
    """
    visits, first = visits.copy(), from_start.copy()
    for nth in range(len(first)):
        later = slice(nth + 1, None)
        factors = visits[nth, later] / visits[nth, nth]
        visits[later, later] -= np.outer(visits[later, nth], factors)
        first[later] -= factors * first[nth]
    for nth in reversed(range(len(first))):
        first[nth] -= (visits[nth + 1 :, nth] * first[nth + 1 :]).sum()
        first[nth] /= visits[nth, nth]
    return first


def effects(
    steps: Numbers, conversion: Numbers, members: Mapping[str, Places], start: int
) -> Mapping[str, float]:
    """Of each channel the share of conversions that is lost if its states lead nowhere.

    `steps` are the shares that go from state to state, `conversion` those that convert,
    `members` the states of a channel in which a journey may meet it first.
    """
    visits = expected_visits(steps)
    chance = visits @ conversion
    lost = {}
    for channel, states in members.items():
        # How likely is each of these states the one in which a journey meets it?
        first = first_visits(visits[np.ix_(states, states)], visits[start, states])
        lost[channel] = float(first @ chance[states] / chance[start])
    return lost


def solve(transitions: Iterable[Transition]) -> Mapping[str, float | None]:
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
        channel, *remembered = channels
        # A state that remembers the channel from before comes after one of these.
        if channel is not None and channel not in remembered:
            states[channel].add(place[before])
    if not all_reach_an_end(steps, conversion):
        return dict.fromkeys(states)
    members = {name: np.array(sorted(each)) for name, each in states.items()}
    return effects(steps, conversion, members, place["(start)"])


def model(dbt: Any, session: Any) -> Any:
    """Solve each chain that there is no reason not to solve."""
    transitions = dbt.ref("footfall", "int_transitions__counted").set_alias(
        "transitions"
    )
    chains = dbt.ref("footfall", "int_chains__counted").filter(
        "not_computed_reason is null"
    )
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
