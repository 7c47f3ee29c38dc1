"""Whatever the settings, a build is green, published, and right by its own settings."""

import copy
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
import yaml
from dbt.cli.main import dbtRunner
from harness import ROOT, Row, one_source, parse, parsed_sources, run_dbt, write_parquet
from tiers import IS_ALL

from serving import build as runner

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
# What is right follows from the settings, so that two builds can ask for all of them.
HALVES = {
    name: {key: value for each in half for key, value in each.items()}
    for name, half in (
        ("preset, Los Angeles, no direct", list(EACH.values())[::2]),
        ("timeout, Auckland, no unknown consent", list(EACH.values())[1::2]),
    )
}
SETTINGS = EACH if IS_ALL else HALVES
# Every setting that does not say where input is, at a value that is not the default.
OTHERS: dict[str, object] = {
    "unread_share_limit": 0.5,
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
}
INPUT = {"sources", "own_presets"}


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


Publish = Callable[[dict[str, object]], Published]


@pytest.fixture
def publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Publish:
    """`python -m serving.build` on the events above, in this process."""
    database, serving = tmp_path / "footfall.duckdb", tmp_path / "serving.duckdb"
    monkeypatch.setenv("FOOTFALL_DUCKDB_PATH", str(database))
    monkeypatch.setenv("FOOTFALL_SERVING_PATH", str(serving))
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    monkeypatch.chdir(ROOT)
    parsed = parse(ROOT, parsed_sources(one_source("", ())))
    assert parsed
    manifest = copy.deepcopy(parsed)

    def stamp(event: Any) -> None:
        # Else dbt writes it down as that of the command that parsed it.
        manifest.metadata.invocation_id = event.info.invocation_id

    monkeypatch.setattr(
        runner, "dbtRunner", lambda callbacks: dbtRunner(manifest, [stamp, *callbacks])
    )
    rows = [
        {"event_id": number, "visitor_id": visitor, "occurred_at": at, "page_url": url}
        | {"event_name": "purchase" if "order_id" in more else "page_view"}
        | more
        for number, (visitor, at, url, more) in enumerate(EVENTS)
    ]
    events = write_parquet(tmp_path / "events.parquet", rows)

    def published(settings: dict[str, object]) -> Published:
        arguments = ["--profiles-dir", str(ROOT)]
        arguments += ["--target-path", str(tmp_path / "target")]
        arguments += ["--log-path", str(tmp_path / "logs")]
        chosen = one_source(events, COLUMNS) | settings
        code = runner.main([*arguments, "--vars", json.dumps(chosen)])
        assert code == runner.GREEN
        results = tmp_path / "target" / "run_results.json"
        return Published(serving, results, defaults() | chosen)

    return published


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


@pytest.mark.parametrize("name", SETTINGS)
def test_a_build_of_any_setting_is_published_and_right(
    publish: Publish, name: str
) -> None:
    """Who is counted, in which sessions, on which day, by which channel and credit."""
    made = publish(SETTINGS[name])
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


def test_unit_tests_hold_whatever_the_settings(tmp_path: Path) -> None:
    """All of them, under none and under all that a user may set."""
    assert set(OTHERS) == set(defaults()) - INPUT
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
