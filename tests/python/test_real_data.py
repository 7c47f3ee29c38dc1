"""Real traffic gives the numbers that others found for it."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest
import yaml
from harness import ROOT, SHARED, Build, Builder, needs, one_source

GA360 = SHARED / "data" / "ga360_day" / "hits_flat.parquet"
READERS = SHARED / "data" / "wikipedia_readers" / "events.parquet"
ACCESS_LOG = SHARED / "data" / "apache_log" / "access.log.gz"
GA4 = SHARED / "data" / "ga4_native"


def example(name: str, events: Path) -> dict[str, Any]:
    """The vars of an example, with its input in place."""
    settings: dict[str, Any] = yaml.safe_load(
        (ROOT / "examples" / f"{name}.yml").read_text()
    )
    (source,) = settings["sources"].values()
    source["events"] = str(events)
    return settings


@pytest.fixture(scope="module")
def comparison() -> ModuleType:
    """The example that compares channels with GA360's."""
    path = ROOT / "examples" / "ga360_agreement.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def ga360(build: Builder) -> Build:
    """One day of the Google Merchandise Store."""
    made = build(example("ga360", GA360))
    assert made.is_green, made.said
    return made


@needs(READERS)
@pytest.mark.parametrize(
    ("is_inclusive", "sessions"),
    # The loop over drawn events tells the two rules apart in `make test`.
    [(False, 22_224), pytest.param(True, 22_226, marks=pytest.mark.long)],
)
def test_readers_have_the_sessions_that_two_methods_found(
    build: Builder, is_inclusive: bool, sessions: int
) -> None:
    """Two gaps of exactly 30 minutes tell the two rules apart."""
    made = build(
        example("wikipedia_readers", READERS)
        | {"session_timeout_is_inclusive": is_inclusive},
        select="+int_sessions__aggregated",
    )
    assert made.is_green, made.said
    assert made.value("select count(*) from int_sessions__aggregated") == sessions


@pytest.mark.long  # `make test` asks of the readers' sessions and of GA4's shop.
@needs(GA360)
def test_a_day_of_ga360_has_the_sessions_that_two_methods_found(ga360: Build) -> None:
    """Many hits share one timestamp; none is lost to it, nor to a rejection."""
    assert ga360.rows(
        "select count(*), count(distinct visitor_id) from fct_sessions"
    ) == [(2_513, 2_293)]
    assert ga360.rows(
        "select sum(received), sum(accepted) from mart_quality__event_ledger"
    ) == [(13_233, 13_233)]


@pytest.mark.long  # `make test` asks of the readers' sessions and of GA4's shop.
@needs(GA360)
def test_every_ga360_order_and_dollar_is_attributed_once(ga360: Build) -> None:
    """Two orders were sent again with another amount: the first one stands."""
    orders, revenue = duckdb.execute(
        "select count(*), cast(sum(tx_revenue) / 1e6 as decimal(18, 2)) from ("
        "  select arg_min(tx_revenue, hit_number) as tx_revenue"
        "  from read_parquet(?) where tx_revenue > 0 group by transaction_id)",
        [str(GA360)],
    ).fetchall()[0]
    assert orders == 43
    assert ga360.rows("select count(*), sum(revenue) from fct_conversions") == [
        (orders, revenue)
    ]
    # Markov chains of channels share totals out, and no single journey.
    for mart, credit, kinds in (
        ("credits", "credit", "kind <> 'markov'"),
        ("channels", "conversions", "true"),
    ):
        totals = ga360.rows(
            f"select attribution_model, sum({credit}), sum(attributed_revenue)"
            f" from mart_attribution__{mart} group by all"
        )
        assert len(totals) == ga360.value(
            f"select count(*) from attribution_models where is_enabled and {kinds}"
        )
        assert {total[1:] for total in totals} == {(orders, revenue)}


@pytest.mark.long  # `make test` asks of the readers' sessions and of GA4's shop.
@needs(GA360)
def test_a_direct_ga360_session_takes_its_channel_from_the_referrer(
    ga360: Build,
) -> None:
    """GA360 writes "(direct)" as source of nearly all its organic searches."""
    found = ga360.value(
        "select count(*) from fct_sessions"
        " where channel = 'Organic Search' and source = 'google'"
    )
    assert found > 1_200


@pytest.mark.long  # `make test` asks of the readers' sessions and of GA4's shop.
@needs(GA360)
def test_channels_agree_with_ga360_where_anything_tells_them(
    ga360: Build, comparison: ModuleType
) -> None:
    """What differs is known: see the table that the example prints."""
    lines = comparison.compare(str(ga360.database), str(GA360))
    print(comparison.markdown(lines))
    assert sum(line.sessions for line in lines) == 2_556
    assert comparison.agreement(lines) >= AGREEMENT
    for line in lines:
        assert line.agreed + sum(line.others.values()) == line.with_signal
        assert all(reason for _, reason in line.others)


AGREEMENT = 0.95


@needs(GA4)
@pytest.mark.long  # `make test` asks the preset for this shop's engagement.
def test_where_ga4_measured_nothing_pauses_are_engaged_time(build: Builder) -> None:
    """Most of its sessions start with two or three events of one instant.

    The numbers are those of a query over the files alone, which cuts by gaps.
    """
    parameter = "list_filter(event_params, lambda each: each.key = '{}')[1].value.{}"
    columns = {
        "visitor_id": "user_pseudo_id",
        "occurred_at": "make_timestamp(event_timestamp)",
        "event_name": "event_name",
        "page_url": parameter.format("page_location", "string_value"),
        "engagement_ms": parameter.format("engagement_time_msec", "int_value"),
        "properties": "to_json(event_params) || to_json(items)",
    }
    made = build(one_source(GA4 / "*.parquet", columns), select="+fct_sessions")
    assert made.is_green, made.said
    found = made.rows(
        "select engaged_time_method, count(*), round(sum(engaged_seconds)),"
        " count_if(engaged_seconds < 0 or engaged_seconds > duration_seconds)"
        " from fct_sessions group by 1 order by 1"
    )
    inferred, (_, measured, seconds, _) = found
    assert inferred == ("inferred", 2_063, 10_190, 0)
    assert (measured, seconds) == (9_712 - 2_063, 907_194)


# `make test` asks the rules of that log's user agents, and the preset of its lines.
@pytest.mark.long
@needs(ACCESS_LOG)
def test_bots_in_an_access_log_are_rejected(build: Builder, tmp_path: Path) -> None:
    """A quarter of the requests name a crawler; people stay."""
    part = r'^(\S+) \S+ \S+ \[([^]]+)\] "(\S+) (\S+)[^"]*" \d+ \S+ "([^"]*)" "([^"]*)'
    names = ["visitor", "stamp", "method", "path", "referrer", "agent"]
    path = tmp_path / "requests.parquet"
    duckdb.execute(
        f"copy (select unnest(regexp_extract(line, '{part}', {names})), line"
        " from read_csv(?, delim = chr(1), header = false, quote = '', escape = '',"
        f" columns = {{'line': 'varchar'}})) to '{path}' (format parquet)",
        [str(ACCESS_LOG)],
    )
    columns = {
        "visitor_id": "md5(visitor || agent)",
        "occurred_at": "strptime(stamp, '%d/%b/%Y:%H:%M:%S %z')",
        "event_name": "'page_view'",
        "page_url": "'https://www.semicomplete.com' || path",
        "referrer_url": "nullif(referrer, '-')",
        "user_agent": "agent",
        "properties": "line",
    }
    made = build(one_source(path, columns), select="+mart_quality__rejected_events")
    assert made.is_green, made.said
    requests, reasons = 10_000, "rejection_reason, bot_reason"
    found: dict[str | None, int] = dict(
        made.rows(
            "select rejection_reason, count(*) from int_events__classified group by 1"
        )
    )
    print(found)
    assert sum(found.values()) == requests
    assert 0.2 < found["bot"] / requests < 0.4
    bots = made.rows(
        f"select {reasons}, count(*) from mart_quality__rejected_events"
        " where rejection_reason = 'bot' group by all"
    )
    assert len(bots) >= 5
    assert all(bot_reason for _, bot_reason, _ in bots)
    people, unknown = made.rows(
        "select count(*), count(case when coalesce(agents.device_category,"
        " agents.os_name, agents.browser_name) is null then 1 end)"
        " from int_events__classified"
        " left join int_user_agents__classified as agents using (user_agent)"
        " where rejection_reason is null"
    )[0]
    assert unknown / people < 0.01
    browsers = made.value(
        "select count(*) from int_events__classified where rejection_reason = 'bot'"
        " and regexp_matches(user_agent, '^Mozilla/5.0 [(](Windows NT|Macintosh)[^)]*"
        "[)] AppleWebKit/[0-9.]+ [(]KHTML, like Gecko[)] Chrome/[0-9.]+"
        " Safari/[0-9.]+$')"
    )
    assert browsers == 0
