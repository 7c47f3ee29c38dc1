"""The simulator keeps its word: same bytes, true truth, every defect.

The truth is derived again from the raw files by plain loops that share no code with
the simulator; a rule that both read differently shows as a difference.
"""

import csv
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyarrow.parquet as pq
import pytest

from simulator import demo, run
from simulator.__main__ import main
from simulator.draw import Period
from simulator.run import Options, simulate
from simulator.world import CHANNELS, DEFECTS

Row = dict[str, str | None]

TIMEOUT = timedelta(minutes=30)
TOLERANCE = timedelta(minutes=60)
EARLIEST = datetime(1990, 1, 1)
LOOKBACK = timedelta(days=30)
FUNNEL = ("view_item", "add_to_cart", "begin_checkout", "purchase")
CRAWLERS = ("bot", "curl", "python-requests", "headless")

SITES = {
    "google": ("google", "organic", "Organic Search"),
    "bing": ("bing", "organic", "Organic Search"),
    "duckduckgo": ("duckduckgo", "organic", "Organic Search"),
    "facebook": ("facebook", "referral", "Organic Social"),
    "instagram": ("instagram", "referral", "Organic Social"),
    "reddit": ("reddit", "referral", "Organic Social"),
    "t.co": ("x", "referral", "Organic Social"),
    "linkedin": ("linkedin", "referral", "Organic Social"),
    "youtube": ("youtube", "referral", "Organic Video"),
    "vimeo": ("vimeo", "referral", "Organic Video"),
    "amazon": ("amazon", "referral", "Organic Shopping"),
    "etsy": ("etsy", "referral", "Organic Shopping"),
    "chatgpt": ("chatgpt", "ai-assistant", "AI Assistant"),
    "perplexity": ("perplexity", "ai-assistant", "AI Assistant"),
    "claude": ("claude", "ai-assistant", "AI Assistant"),
    "mail.google": ("gmail", "email", "Email"),
    "outlook.live": ("outlook", "email", "Email"),
}
CLICK_IDS = {
    "gclid": ("google", "cpc", "Paid Search"),
    "msclkid": ("bing", "cpc", "Paid Search"),
    "ttclid": ("tiktok", "cpc", "Paid Social"),
    "fbclid": ("facebook", "referral", "Organic Social"),
}
MEDIUMS = {
    "display": "Display",
    "banner": "Display",
    "cpm": "Display",
    "email": "Email",
    "affiliate": "Affiliates",
    "audio": "Audio",
    "sms": "SMS",
    "push": "Mobile Push",
    "social": "Organic Social",
}
PAID = {
    "google": "Paid Search",
    "bing": "Paid Search",
    "facebook": "Paid Social",
    "tiktok": "Paid Social",
    "youtube": "Paid Video",
}


@dataclass(eq=False)
class Event:
    """A raw row, read as a careful project would."""

    row: Row
    visitor: str | None
    name: str
    time: datetime | None
    received: datetime
    reason: str | None = None

    @property
    def at(self) -> datetime:
        """Its time, where it has one."""
        assert self.time is not None
        return self.time


@dataclass(eq=False)
class Session:
    """Client events of one visitor, in order."""

    events: list[Event] = field(default_factory=list)

    @property
    def started(self) -> datetime:
        """Time of the first event."""
        return self.events[0].at

    @property
    def ended(self) -> datetime:
        """Time of the last event."""
        return self.events[-1].at


def read(path: Path) -> list[Row]:
    """Rows of a CSV file; empty is null."""
    with path.open(newline="") as file:
        return [
            {name: value or None for name, value in row.items()}
            for row in csv.DictReader(file)
        ]


def instant(text: str | None) -> datetime | None:
    """A time, or None for anything that is not one."""
    try:
        return datetime.strptime(text or "", "%Y-%m-%d %H:%M:%S.%f")
    except ValueError:
        return None


def moment(text: str | None) -> datetime:
    """A time that must be one."""
    time = instant(text)
    assert time is not None
    return time


def screened(folder: Path) -> list[Event]:
    """Raw events in file order, with the reason to reject them."""
    latest: dict[str | None, tuple[datetime, bool]] = {}
    for row in read(folder / "raw_consents.csv"):
        decided = moment(row["decided_at"])
        if row["visitor_id"] not in latest or latest[row["visitor_id"]][0] < decided:
            denied = row["analytics_consent"] == "denied"
            latest[row["visitor_id"]] = (decided, denied)

    events, seen = [], set()
    for row in read(folder / "raw_events.csv"):
        time = instant(row["occurred_at"])
        if time and row["clock_offset_ms"]:
            time += timedelta(milliseconds=int(row["clock_offset_ms"]))
        name = row["event_name"] or ""
        event = Event(row, row["visitor_id"], name, time, moment(row["received_at"]))
        agent = (row["user_agent"] or "").lower()
        if event.visitor is None:
            event.reason = "missing_visitor"
        elif time is None:
            event.reason = "missing_time"
        elif time < EARLIEST:
            event.reason = "impossible_time"
        elif time > event.received + TOLERANCE:
            event.reason = "future"
        elif row["event_id"] and row["event_id"] in seen:
            event.reason = "duplicate"
        elif any(word in agent for word in CRAWLERS):
            event.reason = "bot"
        elif urlsplit(row["page_url"] or "").netloc == "staging.shop.example":
            event.reason = "internal"
        elif latest.get(event.visitor, (None, False))[1]:
            event.reason = "no_consent"
        seen.add(row["event_id"])
        events.append(event)
    return events


def sessionized(events: list[Event]) -> dict[Event, Session]:
    """The session of each accepted event that has one."""
    timelines: dict[str | None, list[Event]] = defaultdict(list)
    for event in events:
        if event.reason is None:
            timelines[event.visitor].append(event)
    found: dict[Event, Session] = {}
    for timeline in timelines.values():
        timeline.sort(key=lambda e: (e.at, e.received, e.row["event_id"] or ""))
        sessions: list[Session] = []
        for event in timeline:
            if event.row["platform"] == "server":
                continue
            if not sessions or event.at - sessions[-1].ended > TIMEOUT:
                sessions.append(Session())
            sessions[-1].events.append(event)
            found[event] = sessions[-1]
        for event in timeline:
            if event.row["platform"] == "server":
                for session in sessions:
                    if session.started <= event.at <= session.ended + TIMEOUT:
                        found[event] = session
    return found


def acquired(event: Event) -> tuple[str, str, str, str | None]:
    """Channel, source, medium and campaign of a session's first event."""
    query = parse_qs(urlsplit(event.row["page_url"] or "").query)
    host = urlsplit(event.row["referrer_url"] or "").netloc.removeprefix("www.")
    if "utm_source" in query:
        source = query["utm_source"][0].strip().lower()
        medium = query["utm_medium"][0].strip().lower()
        campaign = query["utm_campaign"][0].strip().lower()
        if "cross-network" in campaign:
            channel = "Cross-network"
        elif medium in ("cpc", "paid_social"):
            is_shopping = "shopping" in campaign
            channel = PAID.get(source, "Paid Other")
            channel = "Paid Shopping" if is_shopping else channel
        else:
            channel = MEDIUMS[medium]
        return channel, source, medium, campaign
    for click_id, (source, medium, channel) in CLICK_IDS.items():
        if click_id in query:
            return channel, source, medium, None
    if host in ("", "shop.example", "paypal.com"):
        return "Direct", "(direct)", "(none)", None
    known = SITES.get(host) or SITES.get(host.rpartition(".")[0])
    known = known or SITES.get(host.split(".")[-2])
    source, medium, channel = known or (host, "referral", "Referral")
    return channel, source, medium, None


@pytest.fixture(scope="module", params=["demo", "in many chunks", "with effects"])
def simulated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A folder with raw files and truth, as CSV."""
    out = tmp_path_factory.mktemp("simulated")
    if request.param == "demo":
        demo.simulate_demo(out)
        yield out
        return
    if request.param == "with effects":
        period = Period(date(2026, 6, 1), 30)
        simulate(Options(700, period, 5, "csv", out, has_effects=True))
        yield out
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "VISITORS_PER_CHUNK", 101)
        patch.setattr(run, "EVENTS_PER_SPAN", 900)
        period = Period(date(2025, 12, 20), 30)
        simulate(Options(700, period, 11, "csv", out))
    yield out


@pytest.fixture(scope="module")
def events(simulated: Path) -> list[Event]:
    """Raw events with our own reasons."""
    return screened(simulated)


@pytest.fixture(scope="module")
def sessions(events: list[Event]) -> dict[Event, Session]:
    """Our own sessions."""
    return sessionized(events)


@pytest.fixture(scope="module")
def truth(simulated: Path) -> dict[str, list[Row]]:
    """The simulator's tables by name."""
    return {
        path.stem: read(path) for path in sorted((simulated / "truth").glob("*.csv"))
    }


@pytest.fixture(scope="module")
def session_ids(
    events: list[Event],
    sessions: dict[Event, Session],
    truth: dict[str, list[Row]],
) -> dict[Session, str | None]:
    """The simulator's name for each of our sessions: that of its first event."""
    number = {event: row for row, event in enumerate(events)}
    return {
        session: truth["events"][number[session.events[0]]]["session_id"]
        for session in sessions.values()
    }


def test_events_come_in_order_of_arrival_and_truth_follows_them(
    events: list[Event], truth: dict[str, list[Row]]
) -> None:
    assert all(a.received <= b.received for a, b in pairwise(events))
    numbers = [row["row_number"] for row in truth["events"]]
    assert numbers == [str(row + 1) for row in range(len(events))]
    for event, row in zip(events, truth["events"], strict=True):
        assert event.row["event_id"] in (None, row["event_id"])
        assert event.row["visitor_id"] in (None, row["visitor_id"])


def test_reasons_equal_a_plain_loop(
    events: list[Event], truth: dict[str, list[Row]]
) -> None:
    ours = [event.reason for event in events]
    assert ours == [row["rejection_reason"] for row in truth["events"]]
    assert len(set(ours)) == 9


def test_accepted_events_have_their_true_time(
    events: list[Event], truth: dict[str, list[Row]]
) -> None:
    for event, row in zip(events, truth["events"], strict=True):
        if event.reason is None:
            assert event.at == instant(row["true_occurred_at"])


def test_sessions_equal_a_plain_loop(
    events: list[Event],
    sessions: dict[Event, Session],
    session_ids: dict[Session, str | None],
    truth: dict[str, list[Row]],
) -> None:
    ours = [session_ids[sessions[e]] if e in sessions else None for e in events]
    assert ours == [row["session_id"] for row in truth["events"]]
    assert len(set(session_ids.values())) == len(session_ids)

    by_id = {row["session_id"]: row for row in truth["sessions"]}
    assert by_id.keys() == set(session_ids.values())
    servers = Counter(
        sessions[event] for event in sessions if event.row["platform"] == "server"
    )
    for session, session_id in session_ids.items():
        row, first = by_id[session_id], session.events[0]
        views = [e for e in session.events if e.name in ("page_view", "screen_view")]
        assert row["visitor_id"] == first.visitor
        assert instant(row["started_at"]) == session.started
        assert instant(row["ended_at"]) == session.ended
        assert row["event_count"] == str(len(session.events))
        assert row["server_event_count"] == str(servers[session])
        assert row["page_view_count"] == str(len(views))
        for column in ("device_category", "os_name", "browser_name", "platform"):
            assert row[column] == first.row[column]
        written = tuple(
            row[column] for column in ("channel", "source", "medium", "campaign")
        )
        assert written == acquired(first)


def test_funnels_equal_a_plain_loop(
    session_ids: dict[Session, str | None], truth: dict[str, list[Row]]
) -> None:
    by_id = {row["session_id"]: row for row in truth["funnels"]}
    for session, session_id in session_ids.items():
        times: list[datetime] = []
        for event in session.events:
            if len(times) < 4 and event.name == FUNNEL[len(times)]:
                times.append(event.at)
        # Tied steps would have no order that every project agrees on.
        steps = [event.at for event in session.events if event.name in FUNNEL]
        assert len(set(steps)) == len(steps)
        row = by_id[session_id]
        assert row["furthest_step"] == str(len(times))
        written = [instant(row[f"{step}_at"]) for step in FUNNEL]
        assert written == times + [None] * (4 - len(times))
    furthest = Counter(row["furthest_step"] for row in truth["funnels"])
    assert set(furthest) == set("01234")


def test_conversions_and_touches_equal_a_plain_loop(
    events: list[Event],
    sessions: dict[Event, Session],
    session_ids: dict[Session, str | None],
    truth: dict[str, list[Row]],
) -> None:
    person = {row["visitor_id"]: row["person_id"] for row in truth["visitors"]}
    conversions = {}
    accepted = [event for event in events if event.reason is None]
    for event in sorted(accepted, key=lambda each: each.at):
        if event.name == "sign_up" or (
            event.name == "purchase" and event.row["order_id"] not in conversions
        ):
            key = event.row["order_id"] or event.row["event_id"]
            session = sessions.get(event)
            conversions[key] = (event, session_ids[session] if session else None)
    written = {
        (row["conversion_name"], row["session_id"], instant(row["converted_at"])): row
        for row in truth["conversions"]
    }
    assert len(written) == len(conversions) == len(truth["conversions"])

    touches: dict[str | None, list[Row]] = defaultdict(list)
    for row in truth["touches"]:
        touches[row["conversion_id"]].append(row)
    for event, session_id in conversions.values():
        row = written[event.name, session_id, event.at]
        assert row["visitor_id"] == event.visitor
        assert row["person_id"] == person[event.visitor]
        assert row["order_id"] == event.row["order_id"]
        assert row["revenue"] == event.row["revenue"]
        expected = sorted(
            (other.started, other_id)
            for other, other_id in session_ids.items()
            if person[other.events[0].visitor] == row["person_id"]
            and event.at - LOOKBACK <= other.started <= event.at
        )
        found = touches[row["conversion_id"]]
        assert [touch["touch_number"] for touch in found] == [
            str(nth + 1) for nth in range(len(expected))
        ]
        assert [
            (instant(touch["touched_at"]), touch["session_id"]) for touch in found
        ] == expected


def test_logins_alone_tell_who_owns_several_devices(
    sessions: dict[Event, Session], truth: dict[str, list[Row]]
) -> None:
    person = {row["visitor_id"]: row["person_id"] for row in truth["visitors"]}
    users: dict[str | None, set[str]] = defaultdict(set)
    for event in sessions:
        if event.row["user_id"]:
            users[event.visitor].add(event.row["user_id"])
    devices = Counter(person.values())
    for visitor in {event.visitor for event in sessions}:
        known = users[visitor]
        assert len(known) == 1 or (not known and devices[person[visitor]] == 1)
        assert {f"p{user[1:]}" for user in known} <= {person[visitor]}
    assert max(devices.values()) == 3


def test_damage_is_told_where_an_event_of_the_visit_was_lost(
    events: list[Event], truth: dict[str, list[Row]]
) -> None:
    lost = {
        row["visitor_id"]
        for row in truth["events"]
        if row["rejection_reason"] not in (None, "duplicate")
    }
    for row in truth["sessions"]:
        assert row["visitor_id"] in lost or row["is_damaged"] == "false"
    assert any(row["is_damaged"] == "true" for row in truth["sessions"])


def test_every_defect_is_there(truth: dict[str, list[Row]]) -> None:
    planted = Counter(row["defect"] for row in truth["defects"])
    assert {name for name in DEFECTS if planted[name] >= 3} == set(DEFECTS)
    assert set(planted) == set(DEFECTS)


def test_planted_gaps_are_exact_to_the_microsecond(
    events: list[Event],
    sessions: dict[Event, Session],
    truth: dict[str, list[Row]],
) -> None:
    ends = {each.events[-1]: each for each in sessions.values()}
    for event, row in zip(events, truth["events"], strict=True):
        if row["defect"] == "gap_exactly_30_minutes":
            inside = sessions[event].events
            previous = inside[inside.index(event) - 1]
            assert event.at - previous.at == timedelta(minutes=30)
        if row["defect"] == "gap_30_minutes_and_a_microsecond":
            gap = timedelta(minutes=30, microseconds=1)
            before = [e for e in ends if e.visitor == event.visitor]
            assert event.at - gap in [each.at for each in before]
            assert sessions[event].events[0] is event


def test_a_webhook_belongs_to_a_session_up_to_its_last_instant(
    events: list[Event], sessions: dict[Event, Session]
) -> None:
    hooks = [event for event in events if event.name == "payment_confirmed"]
    ends = {(each.events[0].visitor, each.ended) for each in sessions.values()}
    last = [hook for hook in hooks if (hook.visitor, hook.at - TIMEOUT) in ends]
    tick = timedelta(microseconds=1)
    late = [hook for hook in hooks if (hook.visitor, hook.at - TIMEOUT - tick) in ends]
    assert last
    assert all(hook in sessions for hook in last)
    assert late
    assert not any(hook in sessions for hook in late)


def test_ties_and_placeholders_and_refunds_are_as_promised(
    events: list[Event],
    sessions: dict[Event, Session],
    truth: dict[str, list[Row]],
) -> None:
    tied: Counter[tuple[str | None, datetime]] = Counter()
    orders = {
        event.row["order_id"]: (event, moment(row["true_occurred_at"]))
        for event, row in zip(events, truth["events"], strict=True)
        if event.name == "purchase"
        and row["defect"] not in ("order_reloaded", "duplicate_other_payload")
    }
    for event, row in zip(events, truth["events"], strict=True):
        if row["defect"] == "equal_timestamps":
            tied[event.visitor, event.at] += 1
        if row["defect"] == "tied_landing":
            assert sessions[event].events[1] is event
            assert sessions[event].started == event.at
        if row["defect"] == "placeholder_text":
            columns = ("referrer_url", "page_title", "language")
            assert {event.row[name] for name in columns} & {"(not set)", "(none)"}
        if row["defect"] == "refund":
            order, ordered = orders[event.row["order_id"]]
            assert event.visitor == order.visitor
            assert event.row["platform"] == "server"
            paid = float(order.row["revenue"] or 0)
            assert 0 < float(event.row["revenue"] or 0) <= paid
            assert event.at - ordered >= timedelta(days=1)
    assert set(tied.values()) == {3}


def test_phone_orders_are_large_and_led_to_by_no_visit(
    events: list[Event], sessions: dict[Event, Session], truth: dict[str, list[Row]]
) -> None:
    """The largest comes back whole, in two parts, and half of another one."""
    called = {
        event.row["order_id"]: event
        for event, row in zip(events, truth["events"], strict=True)
        if row["defect"] == "phone_order"
    }
    amounts = {name: Decimal(each.row["revenue"] or 0) for name, each in called.items()}
    assert max(amounts.values()) == Decimal("12500000.00")
    assert min(amounts.values()) >= Decimal("10000.00")
    back = dict.fromkeys(called, Decimal(0))
    for event in events:
        if event.name == "refund" and event.row["order_id"] in called:
            back[event.row["order_id"]] += Decimal(event.row["revenue"] or 0)
    assert sorted(back[name] / amounts[name] for name in called)[-3:] == [
        Decimal(0),
        Decimal("0.5"),
        Decimal(1),
    ]
    assert max(back.values()) == max(amounts.values())
    for event in called.values():
        visits = [each.at for each in sessions if each.visitor == event.visitor]
        assert event.reason is None
        assert min(visits, default=event.at + LOOKBACK) > event.at


def test_copies_arrive_after_what_they_copy(
    events: list[Event], truth: dict[str, list[Row]]
) -> None:
    original: dict[str | None, Event] = {}
    same = different = 0
    for event, row in zip(events, truth["events"], strict=True):
        if event.reason != "duplicate":
            original[event.row["event_id"]] = event
            continue
        first = original[event.row["event_id"]]
        assert first.received < event.received
        changed = {name for name in event.row if event.row[name] != first.row[name]}
        same += changed == {"received_at"}
        different += changed > {"received_at"}
        assert (changed > {"received_at"}) == (
            row["defect"] == "duplicate_other_payload"
        )
    assert same
    assert different


def test_every_channel_is_there(truth: dict[str, list[Row]]) -> None:
    assert len(CHANNELS) == 19
    assert {row["channel"] for row in truth["sessions"]} == set(CHANNELS)


def test_spend_and_sessions_meet_on_some_days_only(
    simulated: Path, truth: dict[str, list[Row]]
) -> None:
    spend = read(simulated / "raw_ad_spend.csv")
    paid = {
        (row["spend_date"] or "", row["source"], row["medium"], row["campaign"])
        for row in spend
    }
    campaigns = {key[1:] for key in paid}
    visited = {
        ((row["started_at"] or "")[:10], row["source"], row["medium"], row["campaign"])
        for row in truth["sessions"]
    }
    of_campaigns = {key for key in visited if key[1:] in campaigns}
    assert len(paid) == len(spend)
    assert paid - visited
    assert of_campaigns - paid
    assert paid & visited
    for row in spend:
        clicks, shown = int(row["clicks"] or 0), int(row["impressions"] or 0)
        assert float(row["cost"] or 0) >= 0.1 * clicks > 0
        assert shown > clicks


def fingerprints(folder: Path) -> dict[str, str]:
    """Hash of each file below `folder`."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.*"))
    }


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_the_seed_decides_every_byte(tmp_path: Path, file_format: str) -> None:
    made = []
    for nth, seed in enumerate((3, 3, 4)):
        out = tmp_path / str(nth)
        arguments = f"--visitors 150 --days 10 --format {file_format} --seed {seed}"
        assert main([*arguments.split(), "--out", str(out)]) == 0
        made.append(fingerprints(out))
    assert made[0] == made[1]
    assert made[0].keys() == made[2].keys()
    assert not set(made[0].values()) & set(made[2].values())
    # Nothing temporary is left behind.
    assert len(made[0]) == 10


def test_parquet_holds_what_csv_holds(tmp_path: Path) -> None:
    for file_format in ("csv", "parquet"):
        options = Options(
            60, Period(date(2026, 6, 1), 5), 5, file_format, tmp_path / file_format
        )
        simulate(options)
    for path in sorted((tmp_path / "csv").rglob("*.csv")):
        twin = tmp_path / "parquet" / path.relative_to(tmp_path / "csv")
        table = pq.read_table(twin.with_suffix(".parquet"))
        if path.stem.startswith("raw_"):
            assert {str(kind) for kind in table.schema.types} == {"string"}
        texts = [column.cast("string").to_pylist() for column in table.columns]
        rows = [
            dict(zip(table.column_names, row, strict=True))
            for row in zip(*texts, strict=True)
        ]
        ours = [{name: text or None for name, text in row.items()} for row in rows]
        assert ours == read(path)


def test_the_committed_seeds_are_the_demo(tmp_path: Path) -> None:
    demo.simulate_demo(tmp_path)
    for name in demo.FILES:
        assert (demo.SEEDS / name).read_bytes() == (tmp_path / name).read_bytes()
    assert sum((demo.SEEDS / name).stat().st_size for name in demo.FILES) < 3.1e6


def test_few_visitors_make_much_of_the_traffic(tmp_path: Path) -> None:
    simulate(Options(6_000, Period(date(2026, 6, 1), 90), 2, "parquet", tmp_path))
    owners = pq.read_table(tmp_path / "truth" / "sessions.parquet")["visitor_id"]
    counts = sorted(Counter(owners.to_pylist()).values(), reverse=True)
    assert sum(counts[:60]) > 0.15 * sum(counts)
    assert counts[0] > 60
    assert sum(count <= 2 for count in counts) > 0.7 * len(counts)


@pytest.mark.parametrize("visitors", [1, 2, 9])
def test_the_smallest_worlds_work(tmp_path: Path, visitors: int) -> None:
    simulate(Options(visitors, Period(date(2026, 6, 1), 1), 0, "csv", tmp_path))
    assert len(read(tmp_path / "truth" / "visitors.csv")) == visitors


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("--visitors", "0"),
        ("--visitors", "many"),
        ("--days", "-1"),
        ("--days", "1e9"),
        ("--seed", "-5"),
        ("--start", "2026-02-30"),
        ("--start", "June"),
        ("--format", "xlsx"),
        ("--out", "a_file/below"),
        ("--visiters", "5"),
    ],
)
def test_a_bad_argument_is_refused_in_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a_file").touch()
    with pytest.raises(SystemExit) as stopped:
        main(["--visitors", "5", "--out", "made", name, value])
    said = capsys.readouterr().err
    assert stopped.value.code == 2
    assert name in said
    assert said.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a_file"]
