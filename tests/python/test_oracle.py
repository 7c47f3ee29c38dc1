"""Slow, plain answers to check the fast ones: sessions by a loop, credits by hand."""

import csv
import hashlib
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from harness import (
    SHARED,
    Build,
    Builder,
    copy_project,
    needs,
    one_source,
    write_parquet,
)

HANDS = SHARED / "oracles" / "attribution_hand"
SELECTED = "+int_sessions__aggregated"
VISITORS = 400
MINUTE = timedelta(minutes=1)
TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Event:
    """What decides about sessions; sorts in the order of events."""

    occurred: datetime
    received: datetime
    event_id: str
    visitor: str
    name: str
    platform: str | None
    user: str | None
    campaign: tuple[str | None, str | None] = (None, None)
    engagement_ms: int | None = None
    app: str | None = None

    @property
    def order(self) -> tuple[datetime, datetime, str]:
        """A total order, so that no tie is random."""
        return (self.occurred, self.received, self.event_id)

    @property
    def is_activity(self) -> bool:
        """Servers, consent and refunds happen without the visitor."""
        return self.platform != "server" and self.name not in (
            "consent_update",
            "refund",
        )


@dataclass
class Rules:
    """The settings under test, with the project's defaults."""

    session_timeout_minutes: int = 30
    session_timeout_minutes_by_platform: dict[str, int] = field(default_factory=dict)
    session_timeout_is_inclusive: bool = False
    session_splits_at_midnight: bool = False
    session_splits_on_campaign_change: bool = False
    session_splits_on_user_change: bool = False
    session_end_events: list[str] = field(default_factory=list)
    session_limit_minutes: int | None = None
    session_limit_events: int | None = None
    reporting_timezone: str = "UTC"
    engaged_pause_limit_seconds: int = 60
    split_by_app: bool = False
    """No var: an option of the source."""

    def timeline(self, event: Event) -> tuple[str, str]:
        """Whose events are cut as one: the visitor's, in an app or in all."""
        return event.visitor, (event.app or "") if self.split_by_app else ""

    def is_late(self, event: Event, before: datetime) -> bool:
        """Whether the visitor had been away when this happened."""
        by_platform = self.session_timeout_minutes_by_platform
        default = self.session_timeout_minutes
        minutes = (
            by_platform.get(event.platform or "", default)
            if event.is_activity
            else max([default, *by_platform.values()])
        )
        gap, timeout = event.occurred - before, minutes * MINUTE
        return gap >= timeout if self.session_timeout_is_inclusive else gap > timeout

    def day(self, event: Event) -> object:
        """Its date on the clock of the reporting time zone."""
        zone = ZoneInfo(self.reporting_timezone)
        return event.occurred.replace(tzinfo=timezone.utc).astimezone(zone).date()


def answer(events: list[Event], rules: Rules) -> dict[str, tuple[Any, Any]]:
    """Session start and number in session of the events of one timeline, by id.

    A campaign or user is another one if it differs from the last one since the
    visitor came back, be it before a split for another reason.
    """
    found: dict[str, tuple[Any, Any]] = {}
    last: Event | None = None
    campaign: Any = None
    user: str | None = None
    start, number, activity = datetime.min, 0, 0
    for event in sorted(events, key=lambda each: each.order):
        is_away = last is None or rules.is_late(event, last.occurred)
        if not event.is_activity:
            number += not is_away
            found[event.event_id] = (None, None) if is_away else (start, number)
            continue
        tagged = event.campaign if event.campaign != (None, None) else None
        splits = last is not None and (
            (rules.session_splits_at_midnight and rules.day(event) != rules.day(last))
            or (
                rules.session_splits_on_campaign_change
                and tagged is not None
                and tagged != campaign
            )
            or (
                rules.session_splits_on_user_change
                and None not in (event.user, user)
                and event.user != user
            )
            or last.name in rules.session_end_events
            or (
                rules.session_limit_minutes is not None
                and event.occurred - start > rules.session_limit_minutes * MINUTE
            )
            or (
                rules.session_limit_events is not None
                and activity >= rules.session_limit_events
            )
        )
        # The start is the session's key: no two start at one instant.
        is_same_instant = last is not None and event.occurred == last.occurred
        if is_away or (splits and not is_same_instant):
            start, number, activity = event.occurred, 0, 0
            if is_away:
                campaign, user = None, None
        number, activity = number + 1, activity + 1
        campaign, user = tagged or campaign, event.user or user
        found[event.event_id] = (start, number)
        last = event
    return found


def engagements(
    events: list[Event], found: dict[str, tuple[Any, Any]], rules: Rules
) -> dict[tuple[tuple[str, str], Any], tuple[int | None, timedelta, timedelta]]:
    """What was measured in milliseconds, what is inferred, and the length, by session.

    A measurement that is below nothing is none.
    """
    sessions: dict[tuple[tuple[str, str], Any], list[Event]] = defaultdict(list)
    for event in sorted(events, key=lambda each: each.order):
        if (start := found[event.event_id][0]) is not None:
            sessions[rules.timeline(event), start].append(event)
    limit = timedelta(seconds=rules.engaged_pause_limit_seconds)
    answers = {}
    for key, own in sessions.items():
        measured = [
            event.engagement_ms
            for event in own
            if event.engagement_ms is not None and event.engagement_ms >= 0
        ]
        times = [event.occurred for event in own if event.is_activity]
        pauses = [min(after - before, limit) for before, after in pairwise(times)]
        answers[key] = (
            sum(measured) if measured else None,
            sum(pauses, timedelta(0)),
            times[-1] - times[0],
        )
    return answers


def random_events() -> list[Event]:
    """Gaps at and around every limit, ties, and midnights in two time zones."""
    draw, draw_app = random.Random(5), random.Random(7)
    events: list[Event] = []
    for nth in range(VISITORS):
        now = datetime(2026, 3, 28, draw.choice([9, 22, 23]), draw.randrange(60))
        if draw.random() < 0.2:
            now = datetime(2026, 3, 29, 0, 0) - draw.choice([1, 2]) * 30 * MINUTE
        for _ in range(draw.choice([1, 2, 5, 9, 14, 20])):
            now += draw.choice(
                [
                    timedelta(0),
                    timedelta(0),
                    TICK,
                    timedelta(seconds=draw.randrange(1, 600)),
                    timedelta(seconds=draw.randrange(1, 600)),
                    5 * MINUTE,
                    5 * MINUTE + TICK,
                    10 * MINUTE,
                    29 * MINUTE + timedelta(seconds=59, milliseconds=999),
                    30 * MINUTE,
                    30 * MINUTE + TICK,
                    30 * MINUTE + timedelta(seconds=59),
                    45 * MINUTE + TICK * draw.choice([0, 1]),
                    timedelta(hours=3),
                ]
            )
            name = draw.choice(
                ["page_view", "page_view", "click", "page_ping", "logout"]
                + ["refund", "consent_update"] * (draw.random() < 0.3)
            )
            events.append(
                Event(
                    now,
                    now + timedelta(seconds=draw.randrange(3)),
                    f"{draw.getrandbits(40):010x}",
                    f"v{nth:03}",
                    name,
                    draw.choice(["web", "web", "ios", "android", None, "server"]),
                    draw.choice([None, None, "ann", "bob"]),
                    draw.choice(
                        [(None, None)] * 5
                        + [("spring", None), ("autumn", None), ("spring", "g1")]
                    ),
                    draw.choice([None] * 12 + [0, 2500, -3000]),
                    draw_app.choice(["shop", "shop", "blog", None]),
                )
            )
    assert len({event.event_id for event in events}) == len(events)
    return events


@pytest.fixture(scope="module")
def events() -> list[Event]:
    """One input for all settings."""
    return random_events()


@pytest.fixture(scope="module")
def events_file(
    events: list[Event], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """Vars that name the random events as input."""
    rows = [
        {
            "event_id": event.event_id,
            "visitor_id": event.visitor,
            "user_id": event.user,
            "platform": event.platform,
            "occurred_at": event.occurred,
            "received_at": event.received,
            "event_name": event.name,
            "utm_campaign": event.campaign[0],
            "click_id": event.campaign[1],
            "engagement_ms": event.engagement_ms,
            "app_id": event.app,
        }
        for event in random.Random(6).sample(events, len(events))
    ]
    path = tmp_path_factory.mktemp("events") / "events.parquet"
    vars_: dict[str, Any] = one_source(write_parquet(path, rows), list(rows[0]))
    return vars_


def told(events_file: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    """Vars for these settings, some of which are said of the source."""
    chosen = events_file | settings
    if "split_by_app" in settings:
        option = {"split_by_app": chosen.pop("split_by_app")}
        chosen["sources"] = {"own": events_file["sources"]["own"] | option}
    return chosen


@pytest.mark.parametrize(
    "settings",
    [
        # `make test` asks of all rules at once, in apps, and of none in real data.
        *(
            pytest.param(settings, marks=pytest.mark.long)
            for settings in (
                {},
                {
                    "session_timeout_is_inclusive": True,
                    "session_timeout_minutes_by_platform": {"ios": 5, "android": 45},
                    "engaged_pause_limit_seconds": 400,
                },
                {
                    "session_splits_at_midnight": True,
                    "reporting_timezone": "Europe/Berlin",
                    "session_limit_events": 4,
                },
                {"session_splits_on_campaign_change": True},
                {
                    "session_splits_on_user_change": True,
                    "session_limit_minutes": 45,
                    "session_timeout_minutes_by_platform": {"web": 5},
                },
            )
        ),
        pytest.param(
            {
                "session_splits_at_midnight": True,
                "session_splits_on_campaign_change": True,
                "session_splits_on_user_change": True,
                "session_end_events": ["logout"],
                "session_limit_minutes": 60,
                "session_limit_events": 6,
                "session_timeout_is_inclusive": True,
            },
            marks=pytest.mark.long,
        ),
        pytest.param({"split_by_app": True}, marks=pytest.mark.long),
        {
            "split_by_app": True,
            "session_splits_at_midnight": True,
            "session_splits_on_campaign_change": True,
            "session_splits_on_user_change": True,
            "session_end_events": ["logout"],
            "session_limit_minutes": 60,
            "session_limit_events": 3,
            "session_timeout_minutes_by_platform": {"ios": 5, "android": 45},
        },
    ],
    ids=[
        *("gap", "platforms", "midnight", "campaign", "user", "everything"),
        *("apps", "everything in apps"),
    ],
)
def test_sessions_equal_a_plain_loop(
    build: Builder,
    events: list[Event],
    events_file: dict[str, Any],
    settings: dict[str, Any],
) -> None:
    """Every event's session and number, and what each session adds up to."""
    made = build(told(events_file, settings), select=SELECTED)
    assert misplaced(made, events, settings) == set()
    assert misjudged(made, events, settings) == set()


@pytest.mark.long  # `make test` asks that a comparison bites of batches and refreshes.
@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        pytest.param(
            "macros/is_past_timeout.sql",
            "{{ '>=' if var('session_timeout_is_inclusive') else '>' }}",
            ">=",
            id="a gap of the timeout parts",
        ),
        pytest.param(
            "models/intermediate/sessions/int_events__clustered.sql",
            "order by occurred_at, received_at, event_id",
            "order by occurred_at",
            id="ties fall anyhow",
        ),
        pytest.param(
            "models/intermediate/sessions/int_sessions__aggregated.sql",
            "and occurred_at > session_started_at",
            "and event_number > 1",
            id="no time is known before a start, and counts",
        ),
    ],
)
def test_the_loop_bites(
    tmp_path: Path,
    build: Builder,
    events: list[Event],
    events_file: dict[str, Any],
    name: str,
    old: str,
    new: str,
) -> None:
    """Each small mistake moves an event, or makes another time of them."""
    copy_project(tmp_path)
    text = (tmp_path / name).read_text()
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new))
    made = build(events_file, select=SELECTED, project=tmp_path)
    assert misplaced(made, events, {}) | misjudged(made, events, {}) != set()


def expected_places(
    events: list[Event], settings: dict[str, Any]
) -> dict[str, tuple[Any, Any]]:
    """The loop's session start and number in session of every event, by id."""
    rules = Rules(**settings)
    timelines: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in events:
        timelines[rules.timeline(event)].append(event)
    expected: dict[str, tuple[Any, Any]] = {}
    for own in timelines.values():
        expected |= answer(own, rules)
    return expected


def misplaced(made: Build, events: list[Event], settings: dict[str, Any]) -> set[str]:
    """Ids of events whose session or number is another than the loop's."""
    assert made.is_green, made.said
    built = {
        event_id: (start, number)
        for event_id, start, number in made.rows(
            "select event_id, session_started_at, event_number"
            " from int_events__sessionized"
        )
    }
    expected = expected_places(events, settings)
    assert built.keys() == expected.keys()
    return {each for each in expected if built[each] != expected[each]}


def misjudged(made: Build, events: list[Event], settings: dict[str, Any]) -> set[str]:
    """Visitors with a session that adds up to other times than the loop's."""
    built = {
        ((visitor, app), start): (measured, (inferred or 0) * TICK, end - start)
        for visitor, app, start, measured, inferred, end in made.rows(
            "select visitor_id, session_app, session_started_at,"
            " measured_engagement_ms, inferred_engagement_microseconds,"
            " session_ended_at"
            " from int_sessions__aggregated"
        )
    }
    places = expected_places(events, settings)
    expected = engagements(events, places, Rules(**settings))
    return {timeline[0] for (timeline, _), _ in built.items() ^ expected.items()} | {
        visitor
        for ((visitor, _), _), (_, inferred, duration) in built.items()
        if not timedelta(0) <= inferred <= duration
    }


TAGS = {
    "paid_search": ("google", "cpc"),
    "paid_social": ("facebook", "cpc"),
    "organic_search": ("google", "organic"),
    "email": ("newsletter", "email"),
    "display": ("gdn", "display"),
    "direct": (None, None),
}
OTHER_TAGS = ("partner", "affiliate")


def read_hand(name: str) -> list[dict[str, str]]:
    """Rows of a table worked by hand."""
    with (HANDS / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def session_id(visitor: str, started: str) -> str:
    """The project's key of a session, made again here."""
    since_1970 = datetime.fromisoformat(started) - datetime(1970, 1, 1)
    key = ["own", visitor, str(since_1970 // TICK)]
    return hashlib.md5(chr(31).join(key).encode()).hexdigest()


def touch_visitor(touch: dict[str, str]) -> str:
    """A device of its own for each touch, so that each is a session of its own.

    Touches at one instant come in the order of their session's id, which is a hash:
    the name is chosen so that the hashes follow the order worked by hand.
    """
    rank = f"{int(touch['touch_id']):x}"
    names = (f"{touch['case_id']}/{touch['touch_id']}/{nth}" for nth in range(9999))
    return next(
        name for name in names if session_id(name, touch["touched_at"]).startswith(rank)
    )


# The touches that made the lead of the two journeys worked by hand for W-shaped.
LEADS = {"H11": "3", "H12": "1"}


def hand_events(cases: set[str]) -> list[dict[str, object]]:
    """Journeys as events: a page per touch, and a server's word of orders and leads.

    A server's event starts no session, so a conversion adds no touch of its own.
    """
    touches: list[dict[str, object]] = [
        {
            "event_id": f"touch {row['case_id']} {row['touch_id']}",
            "visitor_id": touch_visitor(row),
            "user_id": row["case_id"],
            "platform": "web",
            "occurred_at": row["touched_at"],
            "event_name": "page_view",
            "utm_source": TAGS.get(row["channel"], OTHER_TAGS)[0],
            "utm_medium": TAGS.get(row["channel"], OTHER_TAGS)[1],
        }
        for row in read_hand("touches")
        if row["case_id"] in cases
    ]
    conversions: list[dict[str, object]] = [
        {
            "event_id": f"{row['case_id']} {row['conversion_id']}",
            "visitor_id": f"server of {row['case_id']}",
            "user_id": row["case_id"],
            "platform": "server",
            "occurred_at": row["converted_at"],
            "event_name": "purchase",
            "revenue": row["value"],
        }
        for row in read_hand("conversions")
        if row["case_id"] in cases
    ]
    leads: list[dict[str, object]] = [
        {
            "event_id": f"lead of {row['case_id']}",
            "visitor_id": f"server of {row['case_id']}",
            "user_id": row["case_id"],
            "platform": "server",
            "occurred_at": row["touched_at"],
            "event_name": "sign_up",
        }
        for row in read_hand("touches")
        if row["case_id"] in cases and LEADS.get(row["case_id"]) == row["touch_id"]
    ]
    return [*touches, *conversions, *leads]


@needs(HANDS)
@pytest.mark.parametrize(
    ("lookback_days", "resets"),
    [
        (90, True),
        # The first stands for the others in `make test`.
        pytest.param(90, False, marks=pytest.mark.long),
        pytest.param(30, True, marks=pytest.mark.long),
    ],
)
def test_credits_equal_those_worked_by_hand(
    build: Builder, tmp_path: Path, lookback_days: int, resets: bool
) -> None:
    """Seven models on twelve journeys: half-lives, ties, all direct, both limits."""
    cases = {
        row["case_id"]
        for row in read_hand("params")
        if int(row["lookback_days"]) == lookback_days
        and bool(int(row["reset_after_conversion"])) == resets
    }
    expected = {
        (row["case_id"], row["conversion_id"], row["model"], row["touch_id"]): (
            float(row["weight"]),
            float(row["value_credit"]),
        )
        for row in read_hand("expected_touch_credit")
        if row["case_id"] in cases
        and float(row["weight"]) > 0
        and row["channel"] != "(unattributed)"
    }
    events = hand_events(cases)
    columns = list(dict.fromkeys(name for row in events for name in row))
    path = write_parquet(tmp_path / "events.parquet", events)
    made = build(
        one_source(path, columns)
        | {
            "attribution_lookback_days": lookback_days,
            "attribution_resets_after_conversion": resets,
        },
        select="+mart_attribution__credits +fct_conversions +fct_sessions",
    )
    assert made.is_green, made.said
    assert made.value("select count(*) from fct_conversions where session_id > ''") == 0
    built = {
        (case, conversion, model, touch): (float(credit), float(revenue))
        for case, conversion, model, touch, credit, revenue in made.rows(
            "select split_part(event_id, ' ', 1), split_part(event_id, ' ', 2),"
            " attribution_model, split_part(sessions.visitor_id, '/', 2), credit,"
            " attributed_revenue from mart_attribution__credits as credits"
            " join fct_conversions using (conversion_id)"
            " join fct_sessions as sessions"
            " on credits.session_id = sessions.session_id where credit > 0"
            " and fct_conversions.conversion_name = 'purchase'"
        )
        if model in {each[2] for each in expected}
        # Without a lead it stands for position_based, which has rows of its own.
        and (model != "w_shaped" or case in LEADS)
    }
    assert built.keys() == expected.keys()
    for key, (credit, revenue) in expected.items():
        assert built[key][0] == pytest.approx(credit, abs=1e-9), key
        # Cents, and the last touch takes what the roundings of the others leave.
        assert built[key][1] == pytest.approx(revenue, abs=0.02), key
    unattributed = {
        (row["case_id"], row["conversion_id"])
        for row in read_hand("expected_touch_credit")
        if row["case_id"] in cases and row["channel"] == "(unattributed)"
    }
    assert unattributed == set(
        made.rows(
            "select distinct split_part(event_id, ' ', 1), split_part(event_id, ' ', 2)"
            " from mart_attribution__credits join fct_conversions using (conversion_id)"
            " where touch_number is null and credit = 1"
            " and fct_conversions.conversion_name = 'purchase'"
        )
    )
