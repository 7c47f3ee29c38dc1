"""Funnels of every kind are those of a walk through the events, on every engine."""

import csv
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from engines import OTHER_ENGINES, EngineBuilder
from harness import Build, Builder, copy_project, folder_of
from test_behaviour import attempts, expected_drop_offs
from test_incremental import arrived, contents, run, unlike, visitor_events
from tiers import TRIALS

from parity.parsing import once

Row = tuple[Any, ...]
TICK = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
NONE = 9
"""The place within an instant of an event that takes no step."""
SEEDS = {
    "funnels": "funnel_name entity window_minutes description step_order is_open",
    "funnel_steps": "funnel_name step_number step_name event_name page_path_pattern"
    " page_path_regex property_name property_value window_minutes",
    "funnel_exclusions": "funnel_name exclusion_name event_name page_path_pattern"
    " page_path_regex property_name property_value after_step before_step",
}
MARTS = "+mart_funnel__steps_daily +mart_funnel__drop_offs"
MARTS += " +mart_funnel__drop_off_differences"
# A drawn visitor does more in a minute than people do.
NO_BOTS = {"bot_limit_events": None}


@dataclass(frozen=True)
class Match:
    """Which events take a step, or exclude."""

    event: str
    path: str = "%"
    regex: str | None = None
    name: str | None = None
    value: str | None = None

    def fits(self, event: "Event") -> bool:
        """Whether it is one of them."""
        like = ".*".join(map(re.escape, self.path.split("%")))
        found = event.properties.get(self.name or "")
        return (
            event.name == self.event
            and re.fullmatch(like, event.path, re.DOTALL) is not None
            and (self.regex is None or re.search(self.regex, event.path) is not None)
            and (self.name is None or found is not None)
            and (self.value is None or found == self.value)
        )

    def cells(self) -> dict[str, object]:
        """As the seeds say it."""
        return {
            "event_name": self.event,
            "page_path_pattern": self.path,
            "page_path_regex": self.regex,
            "property_name": self.name,
            "property_value": self.value,
        }


@dataclass(frozen=True)
class Funnel:
    """A funnel, as the seeds tell it."""

    name: str
    steps: tuple[Match, ...]
    entity: str = "session"
    order: str = "ordered"
    is_open: bool = False
    window: int | None = None
    step_windows: tuple[int | None, ...] = ()
    exclusions: tuple[tuple[Match, int, int], ...] = ()
    """What excludes, and after and before which step."""

    def window_of(self, step: int) -> int | None:
        """How many minutes after the step before."""
        return self.step_windows[step - 1] if self.step_windows else None


@dataclass(frozen=True)
class Event:
    """What decides about funnels."""

    source: str
    visitor: str
    person: str
    session: str | None
    at: datetime
    received: datetime
    event_id: str
    name: str
    path: str
    properties: dict[str, str]


@dataclass
class Attempt:
    """One attempt, open as long as it may still go on."""

    entry: Event
    taken: list[tuple[int, datetime]]
    is_open: bool = True
    is_completed: bool = False
    is_excluded: bool = False


def entity_of(funnel: Funnel, event: Event) -> tuple[str, str] | None:
    """Whose event it is."""
    if funnel.entity == "session":
        return ("", event.session) if event.session else None
    if funnel.entity == "visitor":
        return event.source, event.visitor
    return "", event.person


def next_step(funnel: Funnel, attempt: Attempt, steps: set[int]) -> int | None:
    """Which step of the attempt an event takes, that could take these."""
    done = [step for step, _ in attempt.taken]
    if funnel.order == "any":
        return min(steps - set(done), default=None)
    return done[-1] + 1 if done[-1] + 1 in steps else None


def is_late(funnel: Funnel, attempt: Attempt, at: datetime) -> bool:
    """Whether the funnel's window is over, or that of the step that is awaited."""
    limits = [(attempt.entry.at, funnel.window)]
    if funnel.order != "any":
        step, last = attempt.taken[-1]
        limits.append((last, funnel.window_of(step + 1)))
    return any(
        minutes is not None and at > start + minutes * MINUTE
        for start, minutes in limits
    )


def walk(funnel: Funnel, events: Iterable[Event]) -> list[Attempt]:
    """The attempts of one entity, by going through its events once."""
    placed = []
    for event in events:
        steps = {
            number
            for number, match in enumerate(funnel.steps, start=1)
            if match.fits(event)
        }
        bars = {
            step
            for match, after, before in funnel.exclusions
            for step in range(after, before)
            if match.fits(event)
        }
        if steps or bars or funnel.order == "strict":
            first, last = min(steps, default=NONE), max(steps, default=NONE)
            tie = (event.received, event.event_id, event.source)
            placed.append(((event.at, first, last, *tie), event, steps, bars))
    found: list[Attempt] = []
    now: Attempt | None = None
    for _, event, steps, bars in sorted(placed, key=lambda each: each[0]):
        if now and is_late(funnel, now, event.at):
            now = None
        if now:
            if step := next_step(funnel, now, steps):
                now.taken.append((step, event.at))
            elif bars if funnel.order == "any" else now.taken[-1][0] in bars:
                now.is_excluded = True
                now = None
            elif funnel.order == "strict":
                now = None
            if now:
                now.is_completed = is_done(funnel, now)
                now = None if now.is_completed else now
                continue
        entered = min(steps) if steps else None
        if entered and (entered == 1 or funnel.is_open or funnel.order == "any"):
            now = Attempt(event, [(entered, event.at)])
            found.append(now)
            now.is_completed = is_done(funnel, now)
            now = None if now.is_completed else now
    return found


def is_done(funnel: Funnel, attempt: Attempt) -> bool:
    """Whether nothing is left to be done."""
    if funnel.order == "any":
        return len(attempt.taken) == len(funnel.steps)
    return attempt.taken[-1][0] == len(funnel.steps)


def expected(funnels: Iterable[Funnel], events: Sequence[Event]) -> set[Row]:
    """What mart_funnel__entries should hold."""
    rows = set()
    for funnel in funnels:
        entities: dict[tuple[str, str], list[Event]] = defaultdict(list)
        for event in events:
            if key := entity_of(funnel, event):
                entities[key].append(event)
        for (_, entity), own in entities.items():
            for number, attempt in enumerate(walk(funnel, own), start=1):
                is_any = funnel.order == "any"
                times: list[datetime | None] = [None] * 8
                for place, (step, at) in enumerate(attempt.taken, start=1):
                    times[(place if is_any else step) - 1] = at
                first, last = attempt.taken[0][0], attempt.taken[-1][0]
                rows.add(
                    (
                        *(funnel.name, funnel.entity, attempt.entry.source, entity),
                        *(number, attempt.entry.visitor, attempt.entry.session),
                        *(attempt.entry.at, *times),
                        *((1, len(attempt.taken)) if is_any else (first, last)),
                        "".join(str(step) for step, _ in attempt.taken),
                        *(attempt.is_completed, attempt.is_excluded),
                    )
                )
    return rows


ENTRIES = f"""
select
    funnel_name, entity, source_name, entity_id, attempt_number, visitor_id,
    entry_session_id, entered_at,
    {", ".join(f"step_{number}_at" for number in range(1, 9))},
    entry_step, furthest_step, steps_taken, is_completed, is_excluded
from mart_funnel__entries
"""


def events_of(build: Build) -> list[Event]:
    """What happened, but what repeats an order of before."""
    rows = build.rows(
        "select source_name, visitor_id, person_id, session_id, occurred_at,"
        " received_at, event_id, event_name, coalesce(page_path, ''), properties"
        " from fct_events where (source_name, event_id) not in ("
        " select (source_name, event_id) from int_orders__claimed"
        " group by source_name, event_id having min(claim_number) > 1)"
    )
    found = []
    for *told, passed in rows:
        values: Any = (*told, json.loads(passed or "{}"))
        found.append(Event(*values))
    return found


def shipped() -> list[Funnel]:
    """The funnels that come with the project, by hand."""
    steps = ["view_item", "add_to_cart", "begin_checkout", "purchase"]
    bought = tuple(Match(step) for step in steps)
    signed_up = (Match("page_view", "/account/sign-up%"), Match("sign_up"))
    return [
        Funnel("purchase", bought),
        Funnel("purchase_in_7_days", bought, "visitor", window=10080),
        Funnel("sign_up", signed_up),
    ]


def test_the_funnels_of_the_demo_are_those_of_a_plain_loop(demo: Build) -> None:
    """Of sessions and of visitors, with attempts that are complete and that are not."""
    rows = demo.rows(ENTRIES)
    assert len(set(rows)) == len(rows) > 1000
    assert set(rows) == expected(shipped(), events_of(demo))


NAMES = ["look", "pick", "pay", "help", "page_view"]


def drawn_match(chance: random.Random) -> Match:
    """Any of a few names, of some pages, with or without a property."""
    name = chance.choice([None] * 5 + ["language"])
    return Match(
        chance.choice(NAMES),
        chance.choice(["%"] * 6 + ["/a", "/a%"]),
        chance.choice([None] * 6 + ["^/[ab]$", "b"]),
        name,
        chance.choice([None, "de", "fr"]) if name else None,
    )


def drawn_funnel(chance: random.Random, nth: int) -> Funnel:
    """A funnel that the checks of seeds let through."""
    steps = tuple(drawn_match(chance) for _ in range(chance.choice([1, 2, 3, 3, 4])))
    order = chance.choice(["ordered", "ordered", "strict", "any"])
    funnel = Funnel(
        f"{order}{nth}",
        steps,
        chance.choice(["session", "visitor", "person"]),
        order,
        order != "any" and chance.random() < 0.4,
        chance.choice([None, None, 10, 60, 3000]),
    )
    if order != "any" and chance.random() < 0.4:
        windows = [chance.choice([None, 1, 5, 31]) for _ in steps[1:]]
        funnel = replace(funnel, step_windows=(None, *windows))
    if order != "strict" and len(steps) > 1 and chance.random() < 0.5:
        drawn = []
        for _ in range(chance.choice([1, 2])):
            after = chance.randrange(1, len(steps)) if order != "any" else 1
            before = chance.randrange(after, len(steps)) + 1
            before = before if order != "any" else len(steps)
            # What enters may also be what ends the attempt of before.
            match = chance.choice([steps[0], drawn_match(chance)])
            drawn.append((match, after, before))
        funnel = replace(funnel, exclusions=tuple(drawn))
    return funnel


def write_seeds(project: Path, funnels: Iterable[Funnel]) -> None:
    """The three seeds, with empty cells for what is left to be as it is."""
    rows: dict[str, list[dict[str, object]]] = defaultdict(list)
    for funnel in funnels:
        rows["funnels"].append(
            {
                "funnel_name": funnel.name,
                "entity": funnel.entity,
                "window_minutes": funnel.window,
                "step_order": funnel.order if funnel.order != "ordered" else None,
                "is_open": "true" if funnel.is_open else None,
            }
        )
        for number, match in enumerate(funnel.steps, start=1):
            told = {"funnel_name": funnel.name, "step_number": number}
            told |= {"step_name": f"step {number}"}
            told |= {"window_minutes": funnel.window_of(number)}
            rows["funnel_steps"].append(told | match.cells())
        for nth, (match, after, before) in enumerate(funnel.exclusions):
            told = {"funnel_name": funnel.name, "exclusion_name": f"x{nth}"}
            # Its whole length is said by empty cells.
            told |= {"after_step": after if after > 1 else None}
            told |= {"before_step": before if before < len(funnel.steps) else None}
            rows["funnel_exclusions"].append(told | match.cells())
    for seed, columns in SEEDS.items():
        with (project / "seeds" / "rules" / f"{seed}.csv").open("w") as file:
            writer = csv.DictWriter(file, columns.split(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows[seed])


def drawn_events(chance: random.Random, visitors: int) -> list[dict[str, object]]:
    """Ties, pauses at and around every window, two visitors to a person, servers."""
    gaps = [timedelta(0), timedelta(0), TICK, MINUTE, MINUTE, MINUTE + TICK]
    gaps += [5 * MINUTE, 5 * MINUTE + TICK, 10 * MINUTE - 5 * MINUTE]
    gaps += [31 * MINUTE, 31 * MINUTE + TICK, timedelta(hours=5), timedelta(days=3)]
    rows: list[dict[str, object]] = []
    for visitor in range(visitors):
        now = datetime(2026, 6, 1, 9, visitor // 2)
        for _ in range(chance.choice([1, 4, 9, 16, 25])):
            now += chance.choice(gaps)
            rows.append(
                {
                    "event_id": f"{chance.getrandbits(48):012x}",
                    "visitor_id": f"v{visitor:03}",
                    "user_id": chance.choice([None, None, f"u{visitor // 2}"]),
                    "platform": chance.choice(["web"] * 8 + ["server"]),
                    "occurred_at": now.isoformat(" "),
                    "received_at": (now + chance.choice([0, 1]) * TICK).isoformat(" "),
                    "event_name": chance.choice(NAMES),
                    "page_url": "https://shop.example"
                    + chance.choice(["/a", "/b", "/ab", "/A"]),
                    "language": chance.choice(["de", "fr", None]),
                }
            )
    chance.shuffle(rows)
    return rows


def drawn_project(folder: Path, seed: int) -> tuple[Path, list[Funnel]]:
    """A project with drawn funnels, whose demo is drawn events."""
    chance = random.Random(seed)
    funnels = [drawn_funnel(chance, nth) for nth in range(TRIALS.funnels)]
    rows = drawn_events(chance, 120)
    copy_project(folder)
    write_seeds(folder, funnels)
    for name, kept in (("raw_events", rows), ("raw_consents", [])):
        path = folder / "seeds" / "demo" / f"{name}.csv"
        header = path.read_text().split("\n", maxsplit=1)[0].split(",")
        with path.open("w") as file:
            writer = csv.DictWriter(file, header, lineterminator="\n")
            writer.writeheader()
            writer.writerows(kept)
    return folder, funnels


DRAWN = NO_BOTS | {"sources": {"demo": {"preset": "demo", "passthrough": ["language"]}}}


@pytest.fixture(scope="module")
def drawn(shared: Path) -> tuple[Path, list[Funnel]]:
    """One drawn project for all engines."""
    return once(folder_of(shared, "drawn funnels"), partial(drawn_project, seed=11))


@pytest.fixture(scope="module")
def drawn_build(build: Builder, drawn: tuple[Path, list[Funnel]]) -> Build:
    """Its build on DuckDB."""
    made = build(DRAWN, f"{MARTS} +fct_events", drawn[0], is_first=True)
    assert made.is_green, made.said
    return made


def test_drawn_funnels_are_those_of_a_plain_loop(
    drawn: tuple[Path, list[Funnel]], drawn_build: Build
) -> None:
    """In every order, open, excluded, late, of sessions, visitors and persons."""
    rows = drawn_build.rows(ENTRIES)
    assert len(set(rows)) == len(rows)
    events = events_of(drawn_build)
    for funnel in drawn[1]:
        found = {row for row in rows if row[0] == funnel.name}
        assert found == expected([funnel], events), funnel
    # Nothing of it is asked of no attempt.
    orders = {funnel.name: funnel.order for funnel in drawn[1]}
    done = Counter((orders[row[0]], row[-2]) for row in rows)
    assert set(done) == {(o, d) for o in set(orders.values()) for d in (True, False)}
    assert sum(row[-1] for row in rows) > 20
    assert sum(row[16] > 1 for row in rows) > 20
    people = [row for row in rows if row[1] == "person" and row[17] > 1]
    assert len(people) > 20


def test_steps_of_a_day_are_sums_of_attempts(
    drawn: tuple[Path, list[Funnel]], drawn_build: Build
) -> None:
    """Who came to a step from the one before, who entered there, and who stayed."""
    lengths = {funnel.name: len(funnel.steps) for funnel in drawn[1]}
    sums: dict[Row, list[int]] = defaultdict(lambda: [0] * 5)
    for row in drawn_build.rows(ENTRIES):
        name, first, last = row[0], row[16], row[17]
        for step in range(1, lengths[name] + 1):
            told = sums[name, step]
            has, had = first <= step <= last, step == 1 or first <= step - 1 <= last
            told[0] += 1
            told[1] += had
            told[2] += has
            told[3] += had and has
            told[4] += last == step < lengths[name]
    found = drawn_build.rows(
        "select funnel_name, step_number, sum(entered)::int,"
        " sum(reached_previous)::int, sum(reached)::int,"
        " sum(reached_from_previous)::int, sum(dropped)::int"
        " from mart_funnel__steps_daily group by all"
    )
    assert {row[:2]: list(row[2:]) for row in found} == dict(sums)


def test_who_left_a_drawn_funnel_went_where_a_loop_says(drawn_build: Build) -> None:
    """A person in any visitor that they are."""
    found = drawn_build.rows(
        "select funnel_name, step_number, next_place, dropped, dropped_a_week_ago,"
        " returned_within_a_week from mart_funnel__drop_offs"
    )
    assert {row[:3]: list(row[3:]) for row in found} == expected_drop_offs(drawn_build)
    assert any(each["entity"] == "person" for each in attempts(drawn_build))


# `make test` asks it of DuckDB, above, and the shipped funnels of every engine.
@pytest.mark.parametrize("engine", OTHER_ENGINES)
def test_drawn_funnels_are_alike_on_every_engine(
    engine_build: EngineBuilder, drawn: tuple[Path, list[Funnel]], engine: str
) -> None:
    """Every mart of funnels, row by row."""
    made = {
        each: engine_build(
            each, DRAWN, project=drawn[0], runs_tests=False, select=MARTS
        )
        for each in ("duckdb", engine)
    }
    for name in ("entries", "steps_daily", "drop_offs", "drop_off_differences"):
        rows = {
            each: Counter(built.rows(f"mart_funnel__{name}"))
            for each, built in made.items()
        }
        assert made[engine].is_green, made[engine].said
        assert rows["duckdb"] == rows[engine], name
        assert rows["duckdb"]


def told_kinds() -> list[Funnel]:
    """A funnel of each kind, of events that the histories of batches have."""
    view, click, pay = Match("page_view"), Match("click"), Match("payment")
    scroll = (Match("scroll"), 1, 2)
    return [
        Funnel("persons", (view, click, pay), "person", window=3000),
        Funnel("strict", (view, click), "person", "strict", is_open=True),
        Funnel("any", (view, click, pay), "person", "any", window=90),
        Funnel("open", (view, click, pay), "visitor", is_open=True),
        Funnel("excluded", (view, click), "person", exclusions=(scroll,)),
        Funnel("timed", (view, click, pay), "visitor", step_windows=(None, 16, 30)),
    ]


# `make test` asks of drawn funnels in one build, and of batches with the shipped ones.
@pytest.mark.long
@pytest.mark.longest
def test_every_batch_of_funnels_of_persons_equals_a_full_refresh(
    tmp_path: Path,
) -> None:
    """Who logs in later, in another visitor, and whose visitors change hands."""
    project = copy_project(tmp_path / "project")
    write_seeds(project, told_kinds())
    chance = random.Random(4)
    rows = [row for nth in range(60) for row in visitor_events(chance, nth, 2)]
    built = partial(run, project=project, select=f"{MARTS} +fct_events")
    (kept := tmp_path / "kept").mkdir()
    (full := tmp_path / "full").mkdir()
    built(kept, arrived(rows, 0), is_first=True)
    made = built(kept, arrived(rows, 1), is_first=False)
    whole = built(full, arrived(rows, 1), is_first=True)
    assert unlike(made, contents(whole)) == []
    events = events_of(made)
    assert set(made.rows(ENTRIES)) == expected(told_kinds(), events)
    several = made.value(
        "select count(*) from (select entity_id from mart_funnel__entries"
        " where entity = 'person' group by entity_id"
        " having count(distinct visitor_id) > 1)"
    )
    assert several > 3
