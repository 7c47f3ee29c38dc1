"""Audiences are those of a plain loop, and the start of a session knows no later."""

import csv
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from harness import ROOT, Asker, Build, Builder, one_source, run_dbt, write_parquet

DAY = timedelta(days=1)
# The vars, as they are and so short that what counts ceases to within the demo.
Spans = dict[str, int]
DEFAULTS: Spans = {
    "audience_window_days": 365,
    "audience_recent_days": 30,
    "audience_absence_days": 30,
}
SHORT: Spans = {
    "audience_window_days": 20,
    "audience_recent_days": 7,
    "audience_absence_days": 5,
}
Condition = tuple[str, str, Decimal]
Features = dict[str, Any]
# What the simulator's shop knows, beside what its own clock got wrong.
COLUMNS = ["event_id", "visitor_id", "user_id", "platform", "occurred_at"]
COLUMNS += ["received_at", "event_name", "page_url", "referrer_url", "user_agent"]
COLUMNS += ["device_category", "country_code", "order_id", "revenue", "currency"]
COLUMNS += ["items"]
CUT = "2026-07-20"
# Days begin twice, half an hour off, in the middle of nowhere, or not at midnight.
ZONES = ["Europe/Berlin", "America/Sao_Paulo", "America/Havana", "Asia/Beirut"]
ZONES += ["Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Africa/Cairo"]


@cache
def rules() -> dict[str, list[Condition]]:
    """The audiences as the seed has them."""
    found: dict[str, list[Condition]] = defaultdict(list)
    with (ROOT / "seeds" / "rules" / "audiences.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            condition = (row["feature"], row["operator"], Decimal(row["value"]))
            found[row["audience"]].append(condition)
    return found


class Person:
    """Whatever one person did, day by day and instant by instant."""

    def __init__(self, spans: Spans) -> None:
        """Of nobody yet."""
        self.window = spans["audience_window_days"]
        self.recent = spans["audience_recent_days"]
        self.absence = spans["audience_absence_days"]
        self.sessions: list[date] = []
        self.views: list[date] = []
        self.carts: list[tuple[datetime, date, tuple[str, str]]] = []
        self.checkouts: list[tuple[datetime, date]] = []
        self.goals: list[tuple[datetime, date]] = []
        self.days: set[date] = set()
        # Day of the order, day of the entry, amount.
        self.money: list[tuple[date, date, Decimal]] = []

    def bought_at(self, day: date) -> datetime:
        """When the main goal was last reached by the end of a day."""
        return max((at for at, on in self.goals if on <= day), default=datetime.min)

    def open_carts(self, day: date) -> list[tuple[date, tuple[str, str]]]:
        """What was in carts at the end of a day."""
        bought = self.bought_at(day)
        return [(on, key) for at, on, key in self.carts if on <= day and at > bought]

    def features(self, day: date) -> Features:
        """What is true at the end of a day."""

        def since(days: Iterable[date]) -> int | None:
            found = [(day - each).days for each in days if each <= day]
            return min(found, default=None)

        def within(days: Iterable[date], limit: int) -> int:
            return sum(0 <= (day - each).days < limit for each in days)

        came, bought = sorted(set(self.sessions)), self.bought_at(day)
        checkouts = [on for at, on in self.checkouts if on <= day and at > bought]
        return {
            "days_since_last_session": since(came),
            "sessions": within(self.sessions, self.window),
            "recent_sessions": within(self.sessions, self.recent),
            "days_since_return": since(
                later
                for earlier, later in pairwise(came)
                if (later - earlier).days >= self.absence
            ),
            "recent_product_views": within(self.views, self.recent),
            "recent_carts": within((on for _, on, _ in self.carts), self.recent),
            "open_cart_days": since(on for on, _ in self.open_carts(day)),
            "open_checkout_days": since(checkouts),
            "days_since_last_conversion": since(on for _, on in self.goals),
            "conversions": within((on for _, on in self.goals), self.window),
            "net_revenue": sum(
                (
                    amount
                    for ordered, on, amount in self.money
                    if max(ordered, on) <= day < ordered + self.window * DAY
                ),
                Decimal(0),
            ),
        }


def persons_of(build: Build, spans: Spans) -> dict[str, Person]:
    """All that the facts say of each."""
    persons: dict[str, Person] = defaultdict(lambda: Person(spans))
    for person, day in build.rows("select person_id, started_date from fct_sessions"):
        persons[person].sessions.append(day)
        persons[person].days.add(day)
    for person, at, day, is_main, revenue in build.rows(
        "select person_id, converted_at, converted_date, is_main_goal, revenue"
        " from fct_conversions"
    ):
        persons[person].days.add(day)
        persons[person].money.append((day, day, revenue or Decimal(0)))
        if is_main:
            persons[person].goals.append((at, day))
    for person, ordered, day, amount in build.rows(
        "select person_id, converted_date, reversed_date, reversed_revenue"
        " from fct_reversals inner join fct_conversions using (conversion_id)"
    ):
        persons[person].money.append((ordered, day, -amount))
    for person, at, day, name, source, event in build.rows(
        "select person_id, occurred_at, occurred_date, event_name, source_name,"
        " event_id from fct_events"
        " where event_name in ('view_item', 'add_to_cart', 'begin_checkout')"
    ):
        persons[person].days.add(day)
        if name == "view_item":
            persons[person].views.append(day)
        elif name == "add_to_cart":
            persons[person].carts.append((at, day, (source, event)))
        else:
            persons[person].checkouts.append((at, day))
    return persons


def fifths(values: Iterable[Any]) -> list[tuple[Any, int]]:
    """Each value with its fifth, by the share of those who have less."""
    ordered = sorted(values)
    return [
        (value, 1 + 5 * bisect_left(ordered, value) // len(ordered))
        for value in sorted(set(ordered))
    ]


def score(value: Any, scores: list[tuple[Any, int]]) -> int:
    """That of the highest value on the last day that this one reaches."""
    if value is None:
        return 0
    place = bisect_right(scores, value, key=lambda each: each[0])
    return scores[place - 1][1] if place else 0


class Loop:
    """Every person on every day, one after the other."""

    def __init__(self, build: Build, spans: Spans) -> None:
        """Find the last day, and the fifths on it."""
        self.build = build
        self.recent = spans["audience_recent_days"]
        self.persons = persons_of(build, spans)
        self.first = min(min(each.days) for each in self.persons.values())
        self.last = max(max(each.days) for each in self.persons.values())
        found = [each.features(self.last) for each in self.persons.values()]
        self.recency = fifths(
            -each["days_since_last_session"]
            for each in found
            if each["days_since_last_session"] is not None
        )
        self.frequency = fifths(
            each["sessions"] for each in found if each["sessions"] > 0
        )
        self.money = fifths(
            each["net_revenue"] for each in found if each["net_revenue"] > 0
        )

    def features(self, person: str, day: date) -> Features:
        """With the scores."""
        found = self.persons[person].features(day)
        days = found["days_since_last_session"]
        return found | {
            "recency_score": score(None if days is None else -days, self.recency),
            "frequency_score": score(found["sessions"], self.frequency),
            "monetary_score": score(found["net_revenue"], self.money),
        }


def meets(features: Features, conditions: list[Condition]) -> bool:
    """Whether all conditions hold."""
    return all(
        features[name] is not None
        and {
            "at_least": features[name] >= value,
            "at_most": features[name] <= value,
            "equals": features[name] == value,
        }[operator]
        for name, operator, value in conditions
    )


def days_between(first: date, last: date) -> list[date]:
    """From the first to the last."""
    return [first + number * DAY for number in range((last - first).days + 1)]


def stake(
    acts: Person,
    day: date,
    conditions: list[Condition],
    features: Features,
    prices: Mapping[tuple[str, str], Decimal],
) -> Decimal | None:
    """What lies in open carts, if the audience asks about one; else what was spent."""
    if not any(name.startswith("open_") for name, *_ in conditions):
        return Decimal(features["net_revenue"])
    known = [prices[key] for _, key in acts.open_carts(day) if key in prices]
    return sum(known, Decimal(0)) if known else None


def cart_prices(build: Build) -> dict[tuple[str, str], Decimal]:
    """What each filled cart came to, where a price is known of anything in it."""
    rows = build.rows(
        "select source_name, event_id, event_name, item_id, price, quantity"
        " from fct_items order by occurred_at, event_id, item_number"
    )
    last = {
        (source, item): price
        for source, _, name, item, price, _ in rows
        if name == "purchase" and price is not None
    }
    found: dict[tuple[str, str], Decimal] = {}
    for source, event, name, item, own, quantity in rows:
        price = own if own is not None else last.get((source, item))
        if name == "add_to_cart" and price is not None:
            key = (source, event)
            found[key] = found.get(key, Decimal(0)) + price * quantity
    return found


@pytest.fixture(scope="module", params=[DEFAULTS, SHORT], ids=["as it is", "short"])
def loop(request: pytest.FixtureRequest, demo: Build, build: Builder) -> Loop:
    """All of the demo's persons."""
    spans: Spans = request.param
    if spans == DEFAULTS:
        return Loop(demo, spans)
    facts = "+fct_events +fct_sessions +fct_conversions +fct_reversals"
    made = build(
        spans,
        select=f"+mart_audience__visitors +mart_audience__session_features {facts}",
    )
    assert made.is_green, made.said
    return Loop(made, spans)


def test_features_and_scores_are_those_of_a_plain_loop(loop: Loop) -> None:
    """Of every person, at the end of the last day with data."""
    names = list(loop.features(next(iter(loop.persons)), loop.last))
    rows = loop.build.rows(
        f"select person_id, as_of_date, {', '.join(names)} from mart_audience__visitors"
    )
    assert {as_of for _, as_of, *_ in rows} == {loop.last}
    found = {
        person: dict(zip(names, values, strict=True)) for person, _, *values in rows
    }
    assert len(found) == len(rows) > 500
    assert found == {
        person: loop.features(person, loop.last) for person in loop.persons
    }
    for name in ("recency_score", "frequency_score", "monetary_score"):
        assert len({each[name] for each in found.values()}) > 2, name
    assert any(each["open_checkout_days"] for each in found.values())
    assert any(each["days_since_return"] for each in found.values())


def test_stays_are_those_of_a_plain_loop(loop: Loop) -> None:
    """Asked of every person and audience on every day, with what was at stake."""
    prices = cart_prices(loop.build)
    expected: dict[tuple[str, str, int], tuple[Any, ...]] = {}
    for person, acts in loop.persons.items():
        entered: dict[str, date] = {}
        numbers: Counter[str] = Counter()
        for day in days_between(min(acts.days), loop.last):
            features = loop.features(person, day)
            for audience, conditions in rules().items():
                if meets(features, conditions):
                    if audience not in entered:
                        entered[audience] = day
                        numbers[audience] += 1
                    expected[person, audience, numbers[audience]] = (
                        entered[audience],
                        None,
                        stake(acts, day, conditions, features, prices),
                    )
                elif audience in entered:
                    stay = (person, audience, numbers[audience])
                    began, _, value = expected[stay]
                    expected[stay] = (began, day, value)
                    del entered[audience]
    rows = loop.build.rows(
        "select person_id, audience, stay_number, entered_date, left_date,"
        " value_at_stake from mart_audience__memberships"
    )
    found = {row[:3]: row[3:] for row in rows}
    assert len(found) == len(rows)
    assert found == expected
    audiences = Counter(audience for _, audience, _ in found)
    left = Counter(key[1] for key, (_, left, _) in found.items() if left)
    # Within a short window nobody who came twice has been away for a month.
    nobody = {"lapsing"} if loop.recent < DEFAULTS["audience_recent_days"] else set()
    assert audiences.keys() == left.keys() == rules().keys() - nobody
    assert any(number > 1 for *_, number in found)


def test_a_reason_says_what_was_so_and_what_was_asked(loop: Loop) -> None:
    """Of every stay, by the names of the features."""
    conditions = rules()
    for person, audience, entered, reason in loop.build.rows(
        "select person_id, audience, entered_date, reason"
        " from mart_audience__memberships"
    ):
        features = loop.features(person, entered)
        told = dict(
            part.removesuffix(")").replace(" (", "|").split("|")
            for part in reason.split("; ")
        )
        asked = {name for name, *_ in conditions[audience]}
        assert set(told) == {
            f"{name.replace('_', ' ')} {features[name]}" for name in asked
        }


def test_activations_are_of_who_granted_and_of_nobody_else(demo: Build) -> None:
    """By consent as the visitors of a person decided."""
    consents = {
        (source, visitor): word
        for source, visitor, word in demo.rows(
            "select source_name, visitor_id, marketing_consent"
            " from int_visitors__consented"
        )
    }
    devices: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for person, *device in demo.rows(
        "select distinct person_id, source_name, visitor_id from fct_events"
    ):
        devices[person].add(tuple(device))
    expected = set()
    for person, audience in demo.rows(
        "select person_id, audience from mart_audience__memberships"
        " where left_at is null"
    ):
        words = {device: consents.get(device) for device in devices[person]}
        if "denied" not in words.values():
            expected |= {
                (audience, person, *device)
                for device, word in words.items()
                if word == "granted"
            }
    rows = demo.rows(
        "select audience, person_id, source_name, visitor_id"
        " from mart_audience__activations"
    )
    assert len(rows) == len(set(rows)) > 100
    assert set(rows) == expected


def test_session_features_are_those_of_a_plain_loop(loop: Loop) -> None:
    """What the same visitor did before the instant at which the session started."""
    acts: dict[tuple[str, str], dict[str, list[datetime]]] = defaultdict(
        lambda: defaultdict(list)
    )
    orders: dict[tuple[Any, ...], datetime] = {}
    for source, visitor, name, order, event, at in loop.build.rows(
        "select source_name, visitor_id, event_name, order_id, event_id, occurred_at"
        " from fct_events order by occurred_at"
    ):
        acts[source, visitor][name].append(at)
        if name == "purchase":
            orders.setdefault((source, visitor, order or event, bool(order)), at)
    for (source, visitor, *_), at in orders.items():
        acts[source, visitor]["order"].append(at)
    for source, visitor, at in loop.build.rows(
        "select source_name, visitor_id, started_at from fct_sessions"
    ):
        acts[source, visitor]["session"].append(at)
    rows = loop.build.rows(
        "select source_name, visitor_id, started_at, previous_sessions,"
        " recent_sessions, previous_product_views, previous_carts,"
        " previous_checkouts, previous_conversions, has_open_cart,"
        " seconds_since_previous_session, seconds_since_last_conversion"
        " from mart_audience__session_features"
    )
    assert len(rows) == loop.build.value("select count(*) from fct_sessions")
    for source, visitor, start, *found in rows:
        known = {
            name: [at for at in instants if at < start]
            for name, instants in acts[source, visitor].items()
        }
        sessions, bought = known["session"], known.get("order", [])
        carts = known.get("add_to_cart", [])
        expected = [
            len(sessions),
            sum(start - at <= timedelta(days=loop.recent) for at in sessions),
            len(known.get("view_item", [])),
            len(carts),
            len(known.get("begin_checkout", [])),
            len(bought),
            bool(carts) and max(carts) > max(bought, default=datetime.min),
        ]
        for instants in (sessions, bought):
            gap = (start - max(instants)) / timedelta(microseconds=1) if instants else 0
            expected.append(Decimal(round(gap)) / 1_000_000 if instants else None)
        assert found == expected, (source, visitor, start)
    assert any(row[6] for row in rows)
    assert any(row[4] < row[3] for row in rows)


def moved(row: Mapping[str, str], number: int) -> dict[str, object] | None:
    """An event after the cut, as it might have been."""
    if number % 5 == 0:
        return None
    changed: dict[str, object] = dict(row)
    later = timedelta(hours=7 * (number % 11))
    for name in ("occurred_at", "received_at"):
        # Some say what is no time, and stay as they are.
        with suppress(ValueError):
            changed[name] = datetime.fromisoformat(row[name]) + later
    if number % 3 == 0:
        changed |= {"event_name": "add_to_cart", "order_id": None}
    # Whoever comes logs in as one of few, so that many become one person.
    changed["user_id"] = f"user{number % 7}"
    return changed


def test_the_future_changes_nothing_that_a_session_knew(
    build: Builder, tmp_path: Path
) -> None:
    """Other acts, logins, orders and amounts after a day: nothing before it moves."""
    with (ROOT / "seeds" / "demo" / "raw_events.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["occurred_at"] > "2026"]
    past = [row for row in rows if max(row["occurred_at"], row["received_at"]) < CUT]
    future = [row for row in rows if row not in past and row["occurred_at"] >= CUT]
    others = [moved(row, number) for number, row in enumerate(future)]
    # Orders of the past are claimed again, by a server and with another amount.
    claims = [
        dict(row)
        | {
            "event_id": f"claim-{row['event_id']}",
            "platform": "server",
            "occurred_at": f"{CUT} 12:00:00",
            "received_at": f"{CUT} 12:00:01",
            "revenue": "1.23",
        }
        for row in past
        if row["event_name"] == "purchase" and row["order_id"]
    ]
    assert len(past) > 3000
    assert len(future) > 3000
    assert len(claims) > 20
    features = {}
    for name, told in {
        "as it was": [*past, *future],
        "otherwise": [*past, *(row for row in others if row), *claims],
    }.items():
        file_name = tmp_path / f"{name.replace(' ', '_')}.parquet"
        made = build(
            one_source(write_parquet(file_name, told), COLUMNS),
            select="+mart_audience__session_features +dim_persons",
        )
        assert made.is_green, made.said
        features[name] = {
            row[0]: row
            for row in made.rows(
                "select * from mart_audience__session_features"
                f" where started_at < '{CUT}'"
            )
        }
        features[f"later {name}"] = dict(
            made.rows(
                "select session_id, previous_carts from mart_audience__session_features"
                f" where started_at >= '{CUT}'"
            )
        )
    assert len(features["as it was"]) > 500
    # Who went on as a bot is gone, with all that they ever did.
    both = features["as it was"].keys() & features["otherwise"].keys()
    assert len(both) > len(features["as it was"]) * 0.95
    assert {key: features["otherwise"][key] for key in both} == {
        key: features["as it was"][key] for key in both
    }
    assert features["later as it was"] != features["later otherwise"]


def test_a_late_event_moves_the_day_that_it_should_have_moved(tmp_path: Path) -> None:
    """In a second run, and as if it had come in the first."""

    def event(name: str, visitor: str, day: int, minute: int = 0) -> dict[str, object]:
        at = datetime(2026, 1, 1, 12, minute) + timedelta(days=day - 1)
        return {
            "event_id": f"{name}-{visitor}-{day}-{minute}",
            "visitor_id": visitor,
            "occurred_at": at,
            "received_at": at,
            "event_name": name,
        }

    rows = [
        *(event("page_view", "often", day) for day in (1, 5, 20)),
        event("add_to_cart", "left", 3),
        event("purchase", "left", 10),
        event("page_view", "other", 31),
    ]
    late = [
        event("page_view", "often", 7),
        event("purchase", "left", 3, 10),
    ]
    # They come weeks after all others.
    for row in late:
        row["received_at"] = datetime(2026, 2, 20)
    columns = list(rows[0])
    settings = one_source(tmp_path / "events.parquet", columns)
    select = "+mart_audience__memberships"
    question = (
        "select visitor_id, audience, entered_date, left_date from"
        " mart_audience__memberships inner join dim_visitors"
        " on person_id = first_person_id"
        " where audience in ('frequent', 'cart_abandoner') order by all"
    )
    found = []
    for told in (rows, rows + late):
        write_parquet(tmp_path / "events.parquet", told)
        made = run_dbt(tmp_path, settings, f"{select} +dim_visitors", ROOT)
        assert made.is_green, made.said
        found.append(made.rows(question))
    assert found[0] == [
        ("left", "cart_abandoner", date(2026, 1, 4), date(2026, 1, 10)),
        ("often", "frequent", date(2026, 1, 20), date(2026, 1, 31)),
    ]
    assert found[1] == [("often", "frequent", date(2026, 1, 7), None)]


def test_a_day_begins_where_its_clocks_say(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The first instant whose local time is of the day, for thirty years of days."""
    folder = tmp_path_factory.mktemp("asked")
    asker = Asker(folder, {"reporting_timezone": ZONES[0]})
    sql = asker.answer("local_day_start", day="day")
    for zone in ZONES:
        found = duckdb.execute(
            f"select cast(day as date), {sql.replace(ZONES[0], zone)} from"
            " (select unnest(range(date '2000-01-01', date '2030-01-01',"
            " interval 1 day)) as day)"
        ).fetchall()
        assert len(found) > 10000
        for day, start in found:
            # Of a midnight that is there twice the first; of none the next instant.
            local = datetime.combine(day, time(), ZoneInfo(zone))
            expected = local.astimezone(timezone.utc).replace(tzinfo=None)
            assert start == expected, (zone, day)
