"""Whatever the settings, a build is green, published, and right by its own settings."""

import copy
import json
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import combinations, groupby, pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
import yaml
from dbt.cli.main import dbtRunner
from engines import EngineBuilder
from harness import (
    ROOT,
    Builder,
    Row,
    demo_of,
    one_source,
    parse,
    run_dbt,
    write_parquet,
)
from test_oracle import Event, Rules, expected_places, random_events, told
from trackers import write_parquets

from parity.parsing import parsed_sources
from serving import build as runner
from serving.settings import described_vars

COLUMNS = ["event_id", "visitor_id", "occurred_at", "event_name", "page_url"]
COLUMNS += ["order_id", "revenue", "analytics_consent"]
HOME = "https://shop.example/"
MAIL = HOME + "?utm_source=news&utm_medium=email"
# Mail by our own rules. Of Google's none knows this medium.
LETTER = HOME + "?utm_source=news&utm_medium=newsletter"
GRANTED = {"analytics_consent": "granted"}
# visitor, time, page, and what else there is to it. The nights are those around the
# change of the clocks in Los Angeles, at 10:00 UTC, and in Auckland, at 14:00 UTC.
EVENTS: list[tuple[str, str, str, dict[str, str]]] = [
    ("idle", "2026-03-08 06:30:00", HOME, {}),
    ("idle", "2026-03-08 07:00:00", HOME, {}),
    ("idle", "2026-03-08 07:45:00", HOME, {}),
    ("idle", "2026-03-08 08:45:00", HOME, {}),
    ("idle", "2026-03-08 09:45:00.000001", HOME, {}),
    ("idle", "2026-03-09 07:30:00", HOME, {}),
    ("reader", "2026-04-04 11:30:00", LETTER, GRANTED),
    ("reader", "2026-04-05 11:30:00", LETTER, GRANTED),
    ("mailed", "2026-04-05 12:30:00", MAIL, GRANTED),
    ("mailed", "2026-04-06 12:30:00", HOME, {"order_id": "A", "revenue": "10.00"}),
    ("typed", "2026-04-06 12:30:00", HOME, {"order_id": "B", "revenue": "5.00"}),
    ("denier", "2026-04-06 12:30:00", HOME, {"analytics_consent": "denied"}),
]
EACH: dict[str, dict[str, object]] = {
    "a preset": {"channel_preset": "ga4_2026"},
    "a timeout": {"session_timeout_minutes": 60},
    "Los Angeles": {"reporting_timezone": "America/Los_Angeles"},
    "Auckland": {"reporting_timezone": "Pacific/Auckland"},
    "no direct": {"attribution_direct": "excluded"},
    "no unknown consent": {"accept_unknown_consent": False},
}
# Every setting that does not say where input is, at a value that is not the default.
OTHERS: dict[str, object] = {
    "unread_share_limit": 0.5,
    "source_rewrite_days": None,
    "event_earliest_date": "2000-01-01",
    "event_latest_date": "2100-01-01",
    "future_tolerance_minutes": 5,
    "event_age_limit_days": 1,
    "bot_limit_events": 1,
    "bot_limit_seconds": 1,
    "accept_bots": True,
    "accept_unknown_consent": False,
    "accepted_share_limit": 1,
    "publish_fall_limit": 0.5,
    "session_timeout_minutes": 60,
    "session_timeout_minutes_by_platform": {"web": 5, "server": 90},
    "session_timeout_is_inclusive": True,
    "session_splits_at_midnight": True,
    "session_splits_on_campaign_change": True,
    "session_splits_on_user_change": True,
    "session_end_events": ["page_view"],
    "session_limit_minutes": 1,
    "session_limit_events": 1,
    "view_repeat_seconds": 60,
    "history_days": 1,
    "engaged_session_seconds": 60,
    "engaged_pause_limit_seconds": 5,
    "reporting_timezone": "Pacific/Auckland",
    "channel_preset": "ga4_2026",
    "internal_hosts": ["www.example.org"],
    "last_non_direct_lookback_days": 1,
    "reporting_currency": "EUR",
    "attribution_touches": "channel_changes",
    "attribution_lookback_days": 1,
    "attribution_resets_after_conversion": True,
    "attribution_half_life_days": 1,
    "attribution_direct": "excluded",
    "attribution_path": "unique",
    "attribution_counts_non_converting": False,
    "audience_window_days": 10,
    "audience_recent_days": 2,
    "audience_absence_days": 2,
    "experiment_expected_basis_points": 500,
    "slow_page_ms": 1000,
    "journey_limit_pages": 2,
    "journey_limit_paths": 1,
    "journey_path_pages": 2,
}
INPUT = {"sources", "own_presets"}
# What `models:` says, which a run is not told otherwise.
SAID = {"topics"}


def defaults() -> dict[str, object]:
    """What every setting is, unless a user says otherwise."""
    found: dict[str, object] = yaml.safe_load((ROOT / "dbt_project.yml").read_text())[
        "vars"
    ]
    return found


def in_zone(instant: datetime, zone: str) -> date:
    """The date of an instant of UTC on the clocks of a time zone."""
    return instant.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(zone)).date()


@dataclass(frozen=True)
class Published:
    """The marts as readers have them."""

    serving: Path
    results: Path
    settings: Mapping[str, Any]

    def rows(self, sql: str) -> list[Row]:
        """Answer a query."""
        with duckdb.connect(str(self.serving), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def kinds(self) -> set[str]:
        """Of what ran."""
        results = json.loads(self.results.read_text())["results"]
        return {str(result["unique_id"]).split(".")[0] for result in results}

    def day(self, instant: datetime) -> date:
        """The date of an instant, where days begin by these settings."""
        return in_zone(instant, self.settings["reporting_timezone"])


Publish = Callable[[dict[str, object] | str], Published]


@pytest.fixture
def publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Publish:
    """`python -m serving.build` on the events above."""
    rows = [
        {"event_id": number, "visitor_id": visitor, "occurred_at": at, "page_url": url}
        | {"event_name": "purchase" if "order_id" in more else "page_view"}
        | more
        for number, (visitor, at, url, more) in enumerate(EVENTS)
    ]
    return publisher(tmp_path, monkeypatch, rows, COLUMNS)


def publisher(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rows: Sequence[Mapping[str, object]],
    columns: Sequence[str],
) -> Publish:
    """`python -m serving.build` on some events, in this process."""
    database, serving = tmp_path / "footfall.duckdb", tmp_path / "serving.duckdb"
    monkeypatch.setenv("FOOTFALL_DUCKDB_PATH", str(database))
    monkeypatch.setenv("FOOTFALL_SERVING_PATH", str(serving))
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    monkeypatch.chdir(ROOT)
    events = write_parquet(tmp_path / "events.parquet", rows)

    def published(settings: dict[str, object] | str) -> Published:
        arguments = ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT)]
        arguments += ["--target-path", str(tmp_path / "target")]
        arguments += ["--log-path", str(tmp_path / "logs")]
        if isinstance(settings, str):
            # The name of a file.
            chosen = yaml.safe_load(Path(settings).read_text())
            given = settings
        else:
            chosen = told(one_source(events, columns), settings)
            given = json.dumps(chosen)
        parsed = parse(ROOT, parsed_sources(chosen | one_source("", ())))
        assert parsed
        manifest = copy.deepcopy(parsed)

        def stamp(event: Any) -> None:
            # Else dbt writes it down as that of the command that parsed it.
            manifest.metadata.invocation_id = event.info.invocation_id

        monkeypatch.setattr(
            runner,
            "dbtRunner",
            lambda callbacks: dbtRunner(manifest, [stamp, *callbacks]),
        )
        before = Path.cwd()
        code = runner.main([*arguments, "--vars", given])
        os.chdir(before)
        assert code == runner.GREEN
        results = tmp_path / "target" / "run_results.json"
        return Published(serving, results, defaults() | chosen)

    return published


def hit(number: int, at: str, **more: object) -> dict[str, object]:
    """A hit of a visit to the store, with all that an export of hits has."""
    lacks = dict.fromkeys(
        ("tx_revenue", "ecom_action", "event_action", "referer", "src", "medium")
    )
    lacks |= dict.fromkeys(("campaign", "gclid", "transaction_id"))
    return {
        "fullVisitorId": "7",
        "visitId": "70",
        "hit_number": number,
        "ts": datetime.fromisoformat(at),
        "hit_type": "PAGE",
        "hostname": "store.example",
        "page_path": "/lamps",
        "page_title": "Lamps",
        "device_category": "desktop",
        "os": "Linux",
        "browser": "Firefox",
        **lacks,
        **more,
    }


# Files that the examples name, and what is published of them: visitor, day in the
# example's time zone, channel, events and revenue of each session, by hand.
EXAMPLES: dict[str, tuple[dict[str, list[dict[str, object]]], list[Row]]] = {
    "plain_csv": (
        {},
        [
            ("ann-laptop", "2026-03-03", "Organic Search", 2, "49.90"),
            ("ann-phone", "2026-03-02", "Email", 3, "0.00"),
            ("bob", "2026-03-03", "Direct", 1, "0.00"),
        ],
    ),
    "ga360": (
        {
            "hits_flat": [
                # In California it is a minute to midnight.
                hit(1, "2016-08-02 06:59:00", gclid="Cj0", event_action="none"),
                hit(2, "2016-08-02 07:00:10", ecom_action="5", campaign="none"),
                hit(
                    10,
                    "2016-08-02 07:01:00",
                    tx_revenue=25_000_000,
                    transaction_id="T1",
                    referer="https://store.example/",
                    src="(direct)",
                    medium="(none)",
                ),
            ]
        },
        [("7", "2016-08-01", "Paid Search", 3, "25.00")],
    ),
    "wikipedia_readers": (
        {
            "events": [
                {
                    "uuid": "r",
                    "ts": datetime.fromisoformat(f"2016-01-01 {at}"),
                    "url": "https://wiki.example/Lamp",
                }
                for at in ("00:00:00", "00:30:00", "01:00:00.000001")
            ]
        },
        [
            ("r", "2016-01-01", "Direct", 2, "0.00"),
            ("r", "2016-01-01", "Direct", 1, "0.00"),
        ],
    ),
}


# `make test` builds the first of them where other input than the demo is asked of.
@pytest.mark.long
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_publishes_as_it_is_shipped(
    publish: Publish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """With nothing but its file of vars, where its input is where it says."""
    tables, sessions = EXAMPLES[name]
    assert {path.stem for path in (ROOT / "examples").glob("*.yml")} == set(EXAMPLES)
    (tmp_path / "data").mkdir()
    write_parquets(tmp_path / "data", tables)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    made = publish(f"examples/{name}.yml")
    found = made.rows(
        "select visitor_id, cast(started_date as text), channel, event_count,"
        " cast(cast(revenue as numeric(18, 2)) as text) from fct_sessions"
        " order by visitor_id, started_at"
    )
    assert found == sessions


def sessions_by_loop(made: Published) -> list[tuple[str, datetime, int]]:
    """Visitor, start and number of events, gap by gap over the events that count."""
    timeout = timedelta(minutes=made.settings["session_timeout_minutes"])
    events = made.rows(
        "select visitor_id, occurred_at from fct_events order by 1, 2, event_id"
    )
    found: list[tuple[str, datetime, int]] = []
    for visitor, own in groupby(events, key=lambda event: event[0]):
        last = datetime.min
        for _, at in own:
            if at - last > timeout:
                found.append((visitor, at, 0))
            found[-1] = (visitor, found[-1][1], found[-1][2] + 1)
            last = at
    return found


# `make test` asks of sessions under drawn settings, in a sequence of runs.
@pytest.mark.long
@pytest.mark.parametrize("name", EACH)
def test_a_build_of_any_setting_is_published_and_right(
    publish: Publish, name: str
) -> None:
    """Who is counted, in which sessions, on which day, by which channel and credit."""
    made = publish(EACH[name])
    assert made.kinds() >= {"seed", "model", "test"}
    assert "unit_test" not in made.kinds()

    undecided = {"idle", "typed"} if made.settings["accept_unknown_consent"] else set()
    seen = {visitor for (visitor,) in made.rows("select visitor_id from fct_events")}
    assert seen == {"reader", "mailed"} | undecided

    sessions = sessions_by_loop(made)
    assert sessions == made.rows(
        "select visitor_id, started_at, event_count from fct_sessions order by all"
    )
    days = Counter(made.day(started) for _, started, _ in sessions)
    assert days == dict(
        made.rows(
            "select report_date, sum(sessions) from mart_channel__daily group by all"
        )
    )

    is_googles = made.settings["channel_preset"] == "ga4_2026"
    assert made.rows(
        "select distinct channel from fct_sessions where visitor_id = 'reader'"
    ) == [("Unassigned" if is_googles else "Email",)]

    share, whole = Decimal("0.5"), Decimal(1)
    credits = {("A", "Email"): share, ("A", "Direct"): share, ("B", "Direct"): whole}
    if made.settings["attribution_direct"] == "excluded":
        credits = {("A", "Email"): whole, ("B", "(no touch)"): whole}
    booked = made.rows(
        "select order_id, channel, sum(credit) from mart_attribution__credits"
        " inner join fct_conversions using (conversion_id)"
        " where attribution_model = 'linear' group by all"
    )
    assert {(order, channel): credit for order, channel, credit in booked} == {
        key: credit
        for key, credit in credits.items()
        if key[0] == "A" or "typed" in undecided
    }


def test_the_events_tell_the_settings_apart() -> None:
    """Five sessions of one visitor are three under the longer timeout, and no time zone
    has the days of another.
    """
    idle = [at for visitor, at, _, _ in EVENTS if visitor == "idle"]
    times = [datetime.fromisoformat(at) for at in idle]
    gaps = [after - before for before, after in pairwise(times)]
    assert sum(gap > timedelta(minutes=30) for gap in gaps) == 4
    assert sum(gap > timedelta(minutes=60) for gap in gaps) == 2
    days = {
        zone: [in_zone(datetime.fromisoformat(at), zone) for _, at, _, _ in EVENTS]
        for zone in ("UTC", "America/Los_Angeles", "Pacific/Auckland")
    }
    assert len({tuple(each) for each in days.values()}) == 3
    # Had no clock been changed, each of these would be on another day.
    assert days["America/Los_Angeles"][5] == date(2026, 3, 9)
    assert days["Pacific/Auckland"][6:8] == [date(2026, 4, 5)] * 2


def rows_of(visits: dict[str, list[tuple[str, str, str, str]]]) -> list[dict[str, str]]:
    """Visitor -> time of a day, event, platform, page."""
    return [
        {"event_id": f"{visitor}{nth}", "visitor_id": visitor}
        | {"occurred_at": f"2026-05-04 {at}", "event_name": event}
        | {"platform": platform, "page_url": page}
        for visitor, own in visits.items()
        for nth, (at, event, platform, page) in enumerate(own)
    ]


# `make test` asks of a platform and of events below, and of one of quotes elsewhere.
@pytest.mark.long
@pytest.mark.parametrize("engine", ["duckdb", "postgres", "sail", "spark"])
def test_names_in_settings_may_be_written_as_the_tracker_has_them(
    engine_build: EngineBuilder, shared: Path, engine: str
) -> None:
    """Platforms, names of events, tags: each as it is compared in the data."""
    tagged = HOME + "?utm_source={}&utm_medium={}"
    visits = {
        # One campaign, and then another one.
        "tags": [
            ("10:00", "Page View", "Web", tagged.format("Bing", "CPC")),
            ("10:05", "Page View", "Web", tagged.format("bing", "cpc")),
            ("10:10", "Page View", "Web", tagged.format("bing", "email")),
        ],
        "tv": [
            ("10:00", "screenView", "tvOS", ""),
            ("10:08", "screenView", "TVOS", ""),
            ("10:12", "screenView", "tvos", ""),
        ],
        "o'platform": [
            ("10:00", "screenView", "O'Box", ""),
            ("10:05", "screenView", "O'Box", ""),
        ],
        "leaver": [
            ("10:00", "Page View", "Web", HOME),
            ("10:01", "signOut", "Web", HOME),
            ("10:02", "Page View", "Web", HOME),
            ("10:03", "Session Over!", "Web", HOME),
            ("10:04", "Page View", "Web", HOME),
        ],
    }
    settings = {
        "session_splits_on_campaign_change": True,
        "session_timeout_minutes_by_platform": {" tvOS": 7, "o'BOX": 4},
        "session_end_events": ["Sign Out", "session-over!", "never"],
        "internal_hosts": ["o'host.example", "müller.example"],
    }
    made = engine_build(
        engine,
        settings,
        project=demo_of(shared, "names as trackers have them", rows_of(visits)),
        runs_tests=False,
        select="+fct_sessions +int_settings__unmatched",
    )
    assert made.is_green, made.said
    (sessions,) = (each for each in made.relations if each.name == "fct_sessions")
    names = list(sessions.columns)
    counts = Counter(
        row[names.index("visitor_id")] for row in made.rows("fct_sessions")
    )
    assert counts == {"leaver": 3, "o'platform": 2, "tags": 2, "tv": 2}


def test_hosts_and_names_of_a_source_may_be_written_as_they_are_copied(
    build: Builder, tmp_path: Path
) -> None:
    """A payment page out of the address bar is own; a renamed event is a conversion."""
    referrers = {
        "payer": "https://checkout.pay.example/done",
        "signer": "https://login.example:8443/",
        "referred": "https://other.example/",
    }
    rows = [
        {"visitor_id": visitor, "occurred_at": "2026-05-04 10:00", "page_url": HOME}
        | {"event_name": "Order Completed", "order_id": visitor, "referrer_url": url}
        for visitor, url in referrers.items()
    ]
    events = write_parquet(tmp_path / "events.parquet", rows)
    settings = one_source(
        events,
        list(rows[0]),
        own_hosts=["LOGIN.example:443", HOME],
        event_names={"order-completed": "Purchase"},
    )
    made = build(
        settings | {"internal_hosts": ["https://pay.example/", "*.pay.example"]},
        select="+fct_sessions +fct_conversions",
    )
    assert made.is_green, made.said
    assert made.rows(
        "select visitor_id, channel, conversion_count from fct_sessions order by 1"
    ) == [
        ("payer", "Direct", 1),
        ("referred", "Referral", 1),
        ("signer", "Direct", 1),
    ]


# Documented values of the vars, of which each pair is built once. Names are written as
# trackers have them.
FACTORS: dict[str, list[Any]] = {
    "reporting_timezone": [
        *("UTC", "Pacific/Auckland", "Pacific/Kiritimati", "America/Los_Angeles"),
        "Pacific/Pago_Pago",
    ],
    "channel_preset": ["footfall", "ga4_2026", "ga4_2025", "plausible", "posthog"],
    "session_timeout_minutes": [30, 1, 45],
    "session_timeout_minutes_by_platform": [{}, {"iOS": 5, "android": 45}],
    "session_timeout_is_inclusive": [False, True],
    "session_splits_at_midnight": [False, True],
    "session_splits_on_campaign_change": [False, True],
    "session_splits_on_user_change": [False, True],
    "session_end_events": [[], ["Logout", "never"]],
    "session_limit_minutes": [None, 45],
    "session_limit_events": [None, 1, 4],
    "split_by_app": [False, True],
    "accept_bots": [False, True],
    "accept_unknown_consent": [True, False],
    "internal_hosts": [[], ["https://shop.example/", "*.pay.example"]],
    "event_age_limit_days": [None, 1],
    "future_tolerance_minutes": [60, 0],
    "bot_limit_events": [100, None],
    "view_repeat_seconds": [1, None],
    "history_days": [30, 0],
    "engaged_pause_limit_seconds": [60, 0],
    "last_non_direct_lookback_days": [30, 0],
    "reporting_currency": [None, "EUR"],
    "attribution_touches": ["sessions", "channel_changes"],
    "attribution_lookback_days": [30, 0],
    "attribution_resets_after_conversion": [False, True],
    "attribution_half_life_days": [7, 1],
    "attribution_direct": ["channel", "excluded", "excluded_unless_alone"],
    "attribution_path": ["as_is", "collapsed", "first", "unique"],
    "attribution_counts_non_converting": [True, False],
}


def all_pairs(factors: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Few rows in which every two values of two factors stand beside each other.

    Greedy, and the same whenever it is asked.
    """
    names = list(factors)
    left = {
        ((one, nth), (other, mth)): None
        for one, other in combinations(names, 2)
        for nth in range(len(factors[one]))
        for mth in range(len(factors[other]))
    }
    rows = []
    while left:
        row = dict(next(iter(left)))
        for name in names:
            if name not in row:
                gains = [
                    sum(
                        ((name, nth), given) in left or (given, (name, nth)) in left
                        for given in row.items()
                    )
                    for nth in range(len(factors[name]))
                ]
                row[name] = gains.index(max(gains))
        for one, other in combinations(names, 2):
            left.pop(((one, row[one]), (other, row[other])), None)
        rows.append({name: factors[name][row[name]] for name in names})
    return rows


PAIRS = all_pairs(FACTORS)
# All numbers at once at either bound, so that no sum of them is too large.
LEAST: dict[str, Any] = {
    "unread_share_limit": 0,
    "source_rewrite_days": 0,
    "future_tolerance_minutes": 0,
    "event_age_limit_days": 1,
    "bot_limit_events": 1,
    "bot_limit_seconds": 1,
    "accept_bots": True,
    "accepted_share_limit": 0,
    "session_timeout_minutes": 1,
    "session_timeout_minutes_by_platform": {"ios": 1},
    "session_limit_minutes": 1,
    "session_limit_events": 1,
    "view_repeat_seconds": 1,
    "history_days": 0,
    "engaged_session_seconds": 0,
    "engaged_pause_limit_seconds": 0,
    "last_non_direct_lookback_days": 0,
    "attribution_lookback_days": 0,
    "attribution_half_life_days": 1,
    "audience_window_days": 1,
    "audience_recent_days": 1,
    "audience_absence_days": 1,
    "experiment_expected_basis_points": 1,
    "slow_page_ms": 1,
    "journey_limit_pages": 1,
    "journey_limit_paths": 1,
    "journey_path_pages": 1,
}
MOST: dict[str, Any] = {
    "unread_share_limit": 1,
    "source_rewrite_days": 36500,
    "future_tolerance_minutes": 525600,
    "event_age_limit_days": 36500,
    "bot_limit_events": 1000000,
    "bot_limit_seconds": 86400,
    "accepted_share_limit": 1,
    "session_timeout_minutes": 525600,
    "session_timeout_minutes_by_platform": {"ios": 525600},
    "session_limit_minutes": 525600,
    "session_limit_events": 1000000,
    "view_repeat_seconds": 86400,
    "history_days": 36500,
    "engaged_session_seconds": 86400,
    "engaged_pause_limit_seconds": 86400,
    "last_non_direct_lookback_days": 36500,
    "attribution_lookback_days": 36500,
    "attribution_half_life_days": 36500,
    "audience_window_days": 36500,
    "audience_recent_days": 36500,
    "audience_absence_days": 36500,
    "experiment_expected_basis_points": 10000,
    "slow_page_ms": 600000,
    "journey_limit_pages": 10000,
    "journey_limit_paths": 10000,
    "journey_path_pages": 100,
    "event_earliest_date": "1000-01-01",
    "event_latest_date": "9999-12-31",
}
TRIED = {
    "at least": LEAST,
    "at most": MOST,
    **{f"pairs {nth}": row for nth, row in enumerate(PAIRS)},
}


def test_every_pair_of_values_is_tried() -> None:
    """And the bounds are those of the description."""
    for one, other in combinations(FACTORS, 2):
        for value in FACTORS[one]:
            for beside in FACTORS[other]:
                assert any(
                    row[one] == value and row[other] == beside for row in PAIRS
                ), (one, value, other, beside)
    assert len(PAIRS) < 40
    described = described_vars()
    for bounds, bound in ((LEAST, "least"), (MOST, "most")):
        numbers = {
            name: each[bound] for name, each in described.items() if bound in each
        }
        numbers["session_timeout_minutes_by_platform"] = {
            "ios": numbers["session_timeout_minutes_by_platform"]
        }
        assert numbers.items() <= bounds.items()


@pytest.fixture(scope="module")
def drawn() -> list[Event]:
    """Gaps around every limit; of half of the visitors it is known that they agree."""
    return [event for event in random_events() if event.visitor < "v060"]


# `make test` asks of sessions under drawn settings, in a sequence of runs.
@pytest.mark.long
@pytest.mark.parametrize("name", TRIED)
def test_any_two_settings_publish_the_sessions_of_a_plain_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drawn: list[Event], name: str
) -> None:
    """Each event in its session, and each session on its day."""
    settings = TRIED[name]
    granted = {event.visitor for event in drawn if int(event.visitor[1:]) % 2}
    rows = [
        {"event_id": event.event_id, "visitor_id": event.visitor}
        | {"user_id": event.user, "platform": event.platform}
        | {"occurred_at": event.occurred, "received_at": event.received}
        # What a visitor clicks at is an order, for the marts of money and credit.
        | {"event_name": "purchase" if event.name == "click" else event.name}
        | {"order_id": event.event_id if event.name == "click" else None}
        | {"revenue": "10.00" if event.name == "click" else None, "currency": "EUR"}
        | {"utm_campaign": event.campaign[0], "click_id": event.campaign[1]}
        | {"click_id_type": "gclid" if event.campaign[1] else None}
        | {"engagement_ms": event.engagement_ms, "app_id": event.app}
        | {"page_url": HOME, "referrer_url": "https://checkout.pay.example/"}
        | {"analytics_consent": "granted" if event.visitor in granted else None}
        for event in drawn
    ]
    made = publisher(tmp_path, monkeypatch, rows, list(rows[0]))(settings)
    kept = [
        event
        for event in drawn
        if settings.get("accept_unknown_consent", True) or event.visitor in granted
    ]
    # As the data have them.
    names = settings.get("session_end_events", [])
    minutes = settings.get("session_timeout_minutes_by_platform", {})
    rules = {
        key: value for key, value in settings.items() if key in Rules.__annotations__
    } | {
        "session_end_events": [each.lower() for each in names],
        "session_timeout_minutes_by_platform": {
            platform.lower(): value for platform, value in minutes.items()
        },
    }
    expected = expected_places(kept, rules)
    found = {
        event_id: (started, number)
        for event_id, started, number in made.rows(
            "select event_id, started_at, event_number from fct_events"
            " left join fct_sessions using (session_id)"
        )
    }
    assert found == expected
    starts = {
        (event.visitor, event.app if settings.get("split_by_app") else "", start)
        for event in kept
        if (start := expected[event.event_id][0]) is not None
    }
    days = Counter(made.day(start) for _, _, start in starts)
    assert days == dict(
        made.rows(
            "select report_date, sum(sessions) from mart_channel__daily group by all"
            " having sum(sessions) > 0"
        )
    )


def test_unit_tests_run_where_types_are_chosen_that_hold_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """dbt subtracts what is excluded from what is asked for."""
    for name in ("DBT_RESOURCE_TYPES", "DBT_EXCLUDE_RESOURCE_TYPES"):
        monkeypatch.delenv(name, raising=False)
    without = ["--exclude-resource-types", "unit_test"]
    assert runner.types(["--select", "resource_type:model"]) == without
    assert runner.types(["--resource-type", "unit_test"]) == []
    assert runner.types(["--resource-types=model"]) == []
    assert runner.types(["--exclude-resource-type", "seed"]) == []
    monkeypatch.setenv("DBT_EXCLUDE_RESOURCE_TYPES", "seed")
    assert runner.types([]) == []


@pytest.mark.long  # `make test` runs them under no settings, with the demo on Postgres.
def test_unit_tests_hold_whatever_the_settings(tmp_path: Path) -> None:
    """All of them, under none and under all that a user may set."""
    assert set(OTHERS) == set(defaults()) - INPUT - SAID
    assert {
        name for name, value in OTHERS.items() if value == defaults()[name]
    } == set()
    nothing = tmp_path / "nothing.csv"
    nothing.write_text(",".join(COLUMNS) + "\n")
    # Both sources, for each has unit tests of its own.
    both = {"demo": {"preset": "demo"}, **one_source(nothing, COLUMNS)["sources"]}
    source: dict[str, object] = {"sources": both}
    # A unit test asks its model's inputs for their columns.
    made = run_dbt(tmp_path, source, None, ROOT, flags=["--empty"])
    assert made.is_green, made.said
    for settings in ({}, OTHERS):
        tested = run_dbt(
            tmp_path,
            source | settings,
            "test_type:unit",
            ROOT,
            runs_tests=True,
            command="test",
        )
        assert tested.is_green, tested.said
        results = json.loads((tmp_path / "target" / "run_results.json").read_text())
        ran = [each["unique_id"] for each in results["results"]]
        assert set(tested.manifest()["unit_tests"]) <= set(ran)
