"""The report on what a site has: no gap and no chance is taken for a number."""

from pathlib import Path
from typing import Any

import pytest
from harness import Build
from reports import (
    MONTH,
    TO,
    Report,
    bar,
    bars,
    choose,
    column,
    count,
    euros,
    figure,
    made_of,
    needs_chromium,
    note,
    opened,
    percent,
    table,
)

# Thirteen days of the tracker's silence.
SILENT = "between date '2026-08-05' and date '2026-08-17'"
SILENCE = (
    f"delete from fct_sessions where started_date {SILENT}",
    f"delete from fct_session_goals where started_date {SILENT}",
    f"delete from fct_conversions where converted_date {SILENT}",
    f"update dim_dates set has_data = false where report_date {SILENT}",
)
# All that a site has which sends page views and nothing else.
VIEWS_ALONE = (
    "truncate fct_conversions",
    "truncate fct_reversals",
    "truncate dim_goals",
    "truncate fct_session_goals",
    "truncate fct_ad_spend",
    "truncate mart_attribution__channels",
    "truncate mart_attribution__paths",
    "truncate mart_device__cross_device",
    "truncate mart_funnel__steps_daily",
    "update fct_sessions set revenue = 0, campaign = null, country_code = null",
)


@pytest.fixture(scope="module")
def made(demo: Build, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The demo's page."""
    return made_of(demo, tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def silent(made: Report, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A page with days on which nothing was received."""
    return made.changed(tmp_path_factory.mktemp("silent"), *SILENCE)


def sessions_on(made: Report, days: str) -> int:
    """Sessions that began on some days."""
    ((sessions,),) = made.rows(
        f"select count(*) from fct_sessions where started_date {days}"
    )
    return int(sessions)


@needs_chromium
def test_page_views_alone_fill_what_they_can_and_say_what_would_fill_the_rest(
    browser: Any, made: Report, tmp_path: Path
) -> None:
    """The script goes on, and filters act."""
    plain = made.changed(tmp_path, *VIEWS_ALONE)
    with opened(browser, plain) as page:
        assert page.said == [plain.path.as_uri()]
        filled = page.eval_on_selector_all(
            "figure:not(.empty)", "figures => figures.map(figure => figure.id)"
        )
        assert filled == [
            *("sessions_by_day", "channel_sessions", "source_sessions", "reasons"),
            *("landing_pages", "pages", "device_sessions", "visitor_types"),
            *("outcomes", "rejected_by_day"),
        ]
        assert note(page, "channel_rate") == (
            "No goal is defined: give a row of seeds/rules/conversion_definitions.csv"
            " the goal main, then build."
        )
        assert note(page, "campaign_sessions").startswith("No session has a campaign:")
        assert note(page, "country_sessions").startswith("No session has a country:")
        assert note(page, "funnel").startswith("No attempt so far:")
        assert note(page, "cross_device").startswith("No person has converted")
        assert not page.is_visible("#goal")
        assert page.locator("[data-metric]").count() == 3
        everything = count(figure(page, "sessions"))
        choose(page, {"channel": "Email"})
        assert 0 < count(figure(page, "sessions")) < everything
        assert page.said == [plain.path.as_uri()]


@needs_chromium
@pytest.mark.parametrize(
    ("kept", "days"),
    [
        ("started_date = date '2026-07-15'", 1),
        ("started_date between date '2026-07-13' and date '2026-07-19'", 7),
        ("channel = 'Direct'", 30),
    ],
    ids=["one day", "one week", "one channel"],
)
def test_little_data_draws(
    browser: Any, made: Report, tmp_path: Path, kept: str, days: int
) -> None:
    """A point for a day, a column for a week, a bar for the one channel."""
    little = made.changed(
        tmp_path,
        f"delete from fct_sessions where not ({kept})",
        "delete from fct_session_goals where session_id not in"
        " (select session_id from fct_sessions)",
        "delete from dim_dates where report_date not between"
        " (select min(started_date) from fct_sessions)"
        " and (select max(started_date) from fct_sessions)",
        "delete from fct_conversions where session_id is null or session_id not in"
        " (select session_id from fct_sessions)",
        "delete from mart_quality__event_ledger where received_date not in"
        " (select report_date from dim_dates)",
        "truncate fct_ad_spend",
        "truncate mart_attribution__channels",
    )
    ((sessions, channels),) = little.rows(
        "select count(*), count(distinct channel) from fct_sessions where started_date"
        " > (select max(started_date) from fct_sessions) - 30"
    )
    with opened(browser, little) as page:
        assert page.said == [little.path.as_uri()]
        assert count(figure(page, "sessions")) == sessions
        assert page.locator("#sessions_by_day circle.now").count() == days
        assert page.locator("#sessions_by_day .slots button").count() == days
        assert len(bars(page, "channel_sessions")) == min(10, channels)
        column_ = page.locator("#visitor_types rect.part0").first.bounding_box()
        assert column_["height"] > 5
        assert column_["width"] > 20


@needs_chromium
def test_a_chosen_day_draws(page_of_july: Any, made: Report) -> None:
    """15 July: one point, its numbers, and the day before to compare with."""
    page = page_of_july
    choose(page, {"from": "2026-07-15", "to": "2026-07-15"})
    assert count(figure(page, "sessions")) == sessions_on(made, "= '2026-07-15'")
    assert page.locator("#sessions_by_day circle.now").count() == 1
    assert page.inner_text("#status") == (
        "Compared with 14 Jul 2026: 1 of 1 day has data in both."
    )


@pytest.fixture
def page_of_july(browser: Any, made: Report) -> Any:
    """The demo's page on a month."""
    with opened(browser, made) as page:
        choose(page, MONTH)
        yield page


@needs_chromium
def test_days_without_data_are_hatched_and_no_line_is_drawn_through_them(
    browser: Any, silent: Report
) -> None:
    """August 5 to 17 in the 30 days to August 29: the line has two parts."""
    with opened(browser, silent) as page:
        for name in ("sessions_by_day", "conversions_by_day", "revenue_by_day"):
            assert page.locator(f"#{name} rect.nodata").count() == 13, name
            path = page.get_attribute(f"#{name} path.line.now", "d")
            assert path.count("M") == 2, name
            assert page.get_attribute(f"#{name} path.line.before", "d").count("M") == 1
        cells = column(page, "sessions_by_day", "This period")
        assert cells["2026-08-05"] == "no data"
        assert cells["2026-08-17"] == "no data"
        assert cells["2026-08-18"] != "no data"
        assert "no data" in page.inner_text("#sessions_by_day .legend")
        assert page.inner_text("#status").endswith(
            "13 days of the period without data: hatched, not counted as zero."
        )


@needs_chromium
def test_a_day_of_which_a_part_is_known_is_a_point_and_ends_no_period(
    browser: Any, made: Report, tmp_path: Path
) -> None:
    """August 29 goes on: the 30 days end on the day before, and no line falls to it."""
    today = made.changed(
        tmp_path,
        "update dim_dates set is_partial = true where report_date = '2026-08-29'",
    )
    with opened(browser, today) as page:
        assert page.input_value("#to") == "2026-08-28"
        choose(page, {"from": "2026-08-01", "to": "2026-08-29"})
        path = page.get_attribute("#sessions_by_day path.line.now", "d")
        assert path.count("M") == 2
        assert page.locator("#sessions_by_day rect.partial").count() == 1
        assert page.locator("#sessions_by_day rect.nodata").count() == 0
        page.locator("#sessions_by_day .slots button").last.hover()
        assert "not all of it has data" in page.inner_text("#tip")


@needs_chromium
def test_comparisons_use_the_days_that_both_periods_have(
    browser: Any, silent: Report
) -> None:
    """17 of 30: July 31 to August 4 and 18 to 29, with July 1 to 5 and 19 to 30."""
    now = sessions_on(silent, "between '2026-07-31' and '2026-08-04'") + sessions_on(
        silent, "between '2026-08-18' and '2026-08-29'"
    )
    before = sessions_on(silent, "between '2026-07-01' and '2026-07-05'") + sessions_on(
        silent, "between '2026-07-19' and '2026-07-30'"
    )
    with opened(browser, silent) as page:
        assert count(figure(page, "sessions")) == now
        assert figure(page, "sessions", "change") == (
            f"▲ {percent(now - before, before)} per day (17 of 30 days have data)"
        )
        assert page.inner_text("#status").startswith(
            f"Compared with 1 {TO} 30 Jul 2026: 17 of 30 days have data in both."
        )


@needs_chromium
def test_the_bounce_rate_gives_no_verdict_while_the_tracker_is_silent(
    browser: Any, made: Report, tmp_path: Path
) -> None:
    """It fell beyond chance, which is good news on whole days alone."""
    fewer = (
        "update fct_sessions set is_bounce = false where started_date > '2026-07-30'"
    )
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    with opened(browser, made.changed(whole, fewer)) as page:
        assert page.locator("[data-metric=bounce_rate] .up").count() == 1
    with opened(browser, made.changed(broken, fewer, *SILENCE)) as page:
        assert page.locator("[data-metric=bounce_rate] .up").count() == 0
        assert figure(page, "bounce_rate", "change").endswith("so no verdict")
        assert page.locator("[data-metric=sessions] .up").count() == 1


@needs_chromium
@pytest.mark.parametrize(
    ("compared", "chosen", "then", "days"),
    [
        ("Days before", ("08-11", "08-20"), ("08-01", "08-10"), 10),
        ("Month before", ("07-01", "07-31"), ("06-01", "06-30"), 30),
        ("Same weekdays before", ("08-11", "08-20"), ("07-14", "07-23"), 10),
        ("Same weekdays before", ("07-31", "08-29"), ("06-26", "07-25"), 30),
    ],
)
def test_a_period_is_compared_with_the_chosen_one(
    page_of_july: Any,
    made: Report,
    compared: str,
    chosen: tuple[str, str],
    then: tuple[str, str],
    days: int,
) -> None:
    """July has a day that June has not; weekdays repeat after 28 days, or 35."""
    choose(page_of_july, {"from": f"2026-{chosen[0]}", "to": f"2026-{chosen[1]}"})
    choose(page_of_july, {"compare": compared})
    before = column(page_of_july, "sessions_by_day", "Compared")
    known = [count(each) for each in before.values() if each != "no data"]
    assert len(known) == days
    first, last = (f"'2026-{day}'" for day in then)
    assert sum(known) == sessions_on(made, f"between {first} and {last}")


@needs_chromium
def test_a_year_before_the_data_is_no_comparison(page_of_july: Any) -> None:
    """It is said, and no arrow is drawn."""
    choose(page_of_july, {"compare": "Year before"})
    assert page_of_july.inner_text("#status") == (
        f"Nothing to compare with in 1 {TO} 31 Jul 2025: 0 of 31 days have data in"
        " both."
    )
    assert figure(page_of_july, "sessions", "change") == "nothing to compare with"
    assert page_of_july.locator(".up, .down").count() == 0


@needs_chromium
def test_arrows_are_coloured_beyond_chance_alone(
    browser: Any, made: Report, tmp_path: Path
) -> None:
    """Ten sessions a day, then eleven; and ten, then thirty.

    11 against 10 on each of ten days: the days differ by 1, and counts by chance alone
    by the root of 21, 4.6, over the root of ten days 1.45; times 1.83 that is 2.65.
    """
    found = {}
    for name, sessions in {"eleven": 11, "thirty": 30}.items():
        folder = tmp_path / name
        folder.mkdir()
        report = made.changed(
            folder,
            "create temp table one as select * from fct_sessions limit 1",
            "truncate fct_sessions",
            "insert into fct_sessions by name select one.* replace ("
            " cast(day as varchar) || number as session_id,"
            " cast(day as varchar) || number as visitor_id,"
            " cast(day as date) as started_date) from one,"
            " range(date '2026-07-01', date '2026-07-21', interval 1 day)"
            " as days (day),"
            f" range(case when day < date '2026-07-11' then 10 else {sessions} end)"
            " as numbers (number)",
        )
        with opened(browser, report) as page:
            choose(page, {"from": "2026-07-11", "to": "2026-07-20"})
            tone = page.locator("[data-metric=sessions] .up").count()
            found[name] = (figure(page, "sessions", "change"), tone)
    assert found == {
        "eleven": ("▲ 10.0% per day, within chance", 0),
        "thirty": ("▲ 200.0% per day", 1),
    }


@needs_chromium
def test_rates_show_their_n_and_interval_and_few_sessions_none(
    browser: Any, made: Report, tmp_path: Path
) -> None:
    """Wilson at 90 %: 10 of 100 is 6.1 to 16.0 %.

    By hand: (0.1 + 1.645² / 200 ± 1.645 √(0.1 · 0.9 / 100 + 1.645² / 40000)) /
    (1 + 1.645² / 100).
    """
    rates = made.changed(
        tmp_path,
        "create temp table one as select * from fct_sessions limit 1",
        "truncate fct_sessions",
        "insert into fct_sessions by name select one.* replace ("
        " channel_ || number as session_id, channel_ || number as visitor_id,"
        " channel_ as channel, date '2026-07-15' as started_date) from one,"
        " (values ('Many', 100), ('Few', 5)) as channels (channel_, sessions),"
        " range(sessions) as numbers (number)",
        "truncate fct_session_goals",
        "insert into fct_session_goals by name select session_id,"
        " 'purchase' as goal_name, true as is_main_goal, started_date,"
        " session_id in (select 'Many' || range from range(10)) as is_converted,"
        " 0 as goal_conversions, 0 as goal_revenue from fct_sessions",
    )
    with opened(browser, rates) as page:
        choose(page, {"from": "2026-07-15", "to": "2026-07-15"})
        assert bars(page, "channel_rate") == [
            ("Many", "10.0% of 100"),
            ("Few", "5 sessions: too few to say"),
        ]
        rates_of = column(page, "channel_rate", "Rate of purchase (90 %)")
        assert rates_of["Many"] == f"10.0% (6.1%{TO}16.0%)"
        assert rates_of["Few"] == "5 sessions: too few to say"
        assert page.locator("#channel_rate .interval").count() == 1
        assert page.locator("#channel_rate li.few").count() == 1
        bar(page, "channel_sessions", "Few").click()
        assert figure(page, "conversion_rate", "more") == "5 sessions: too few to say"
        assert page.locator("[data-metric=conversion_rate] .few").count() == 1


@needs_chromium
def test_weeks_without_sessions_keep_their_place(browser: Any, silent: Report) -> None:
    """The week of 10 August is there, hatched, between its neighbours."""
    with opened(browser, silent) as page:
        weeks = table(page, "visitor_types")
        assert [row["Week from"] for row in weeks] == [
            *("2026-07-31", "2026-08-03", "2026-08-10", "2026-08-17", "2026-08-24")
        ]
        assert set(weeks[2].values()) == {"2026-08-10", "no data"}
        assert page.locator("#visitor_types rect.nodata").count() == 1
        assert page.locator("#visitor_types .slots button").count() == 5


@needs_chromium
def test_notes_and_targets_are_drawn_and_compared(
    browser: Any, made: Report, tmp_path: Path
) -> None:
    """July's target is for 31 days: 62 purchases are 2 a day, and 20 in ten days."""
    aimed = made.changed(
        tmp_path,
        "insert into dim_annotations by name select 'a' as annotation_id,"
        " date '2026-07-12' as annotation_date, 'New basket' as annotation_text,"
        " 'release' as annotation_kind",
        "insert into mart_channel__targets_monthly by name select"
        " date '2026-07-01' as month_started_date, 'purchase' as goal_name,"
        " '(all)' as channel, 62 as target_conversions, 3100 as target_revenue",
    )
    with opened(browser, aimed) as page:
        choose(page, {"from": "2026-07-11", "to": "2026-07-20"})
        for name in ("sessions_by_day", "conversions_by_day", "visitor_types"):
            assert page.locator(f"#{name} line.mark").count() == 1, name
            said = page.inner_text(f"#{name} .marks")
            assert said.endswith(" · release: New basket"), name
        assert page.locator("#conversions_by_day path.line.aim").count() == 1
        assert page.locator("#sessions_by_day path.line.aim").count() == 0
        orders = count(figure(page, "conversions"))
        assert figure(page, "conversions", "more") == (
            f"{percent(orders, 20)} of the target of 20 for 10 days with data"
        )
        assert (
            f"(purchase, {percent(orders, 20)} of the target for 10 days with data)"
        ) in page.inner_text("#sentence")
        assert "target of gross revenue" in page.inner_text("#revenue_by_day .legend")
        choose(page, {"device": "mobile"})
        assert page.locator("#conversions_by_day path.line.aim").count() == 0


@needs_chromium
def test_a_target_is_held_against_the_days_that_have_data_and_gross_revenue(
    browser: Any, made: Report, tmp_path: Path
) -> None:
    """July's 62 purchases and 3100 euros are 2 and 100 a day, three days are silent.

    June has no target, so what it brought is no part of July's.
    """
    lost = "between date '2026-07-14' and date '2026-07-16'"
    aimed = made.changed(
        tmp_path,
        f"delete from fct_conversions where converted_date {lost}",
        f"update dim_dates set has_data = false where report_date {lost}",
        "update fct_reversals set reversed_date = '2026-07-12'",
        "insert into mart_channel__targets_monthly by name select"
        " date '2026-07-01' as month_started_date, 'purchase' as goal_name,"
        " '(all)' as channel, 62 as target_conversions, 3100 as target_revenue",
    )
    for first, days in {"2026-07-11": 7, "2026-06-21": 17}.items():
        ((orders, gross),) = aimed.rows(
            "select count(*), sum(revenue) from fct_conversions"
            " where conversion_name = 'purchase' and converted_date between"
            f" '{max(first, '2026-07-01')}' and '2026-07-20'"
        )
        assert orders > 0
        with opened(browser, aimed) as page:
            choose(page, {"from": first, "to": "2026-07-20"})
            assert "refunded €0.00" not in figure(page, "revenue", "more")
            assert figure(page, "conversions", "more") == (
                f"{percent(orders, 2 * days)} of the target of {2 * days} for {days}"
                " days with data"
            )
            assert figure(page, "revenue", "more").endswith(
                f"; gross is {percent(gross, 100 * days)} of the target of"
                f" {euros(100 * days)} for {days} days with data"
            )


@needs_chromium
def test_few_days_colour_no_arrow_unless_the_weekday_is_the_same(
    browser: Any, made: Report, tmp_path: Path
) -> None:
    """A Saturday after a Friday is no growth, however many come; after one it is."""
    busy = made.changed(
        tmp_path,
        "create temp table one as select * from fct_sessions limit 1",
        "truncate fct_sessions",
        "insert into fct_sessions by name select one.* replace ("
        " cast(day as varchar) || number as session_id,"
        " cast(day as varchar) || number as visitor_id,"
        " cast(day as date) as started_date) from one,"
        " range(date '2026-06-01', date '2026-08-01', interval 1 day) as days (day),"
        " range(case when day < date '2026-07-18' then 10 else 90 end)"
        " as numbers (number)",
    )
    with opened(browser, busy) as page:
        for last, told in {
            "2026-07-18": "▲ 800.0% per day, too few days to say",
            "2026-07-19": "▲ 800.0% per day, too few days to say",
            "2026-07-20": "▲ 800.0% per day",
        }.items():
            choose(page, {"from": "2026-07-18", "to": last})
            assert figure(page, "sessions", "change") == told
            is_coloured = "too few" not in told
            assert page.locator("[data-metric=sessions] .up").count() == is_coloured
            assert page.locator("[data-metric=visitors] .up").count() == is_coloured
        choose(page, {"to": "2026-07-18"})
        assert "Too few days" in page.inner_text("#sentence")
        assert "too few days to say" in next(
            iter(column(page, "channel_sessions", "Change per day").values())
        )
        choose(page, {"compare": "Same weekdays before"})
        assert figure(page, "sessions", "change") == "▲ 800.0% per day"
        assert page.locator("[data-metric=sessions] .up").count() == 1


@needs_chromium
@pytest.mark.parametrize(
    ("least", "tone"), [(15, 0), (20, 1)], ids=["within", "beyond"]
)
def test_three_days_are_judged_by_the_quantile_of_three(
    browser: Any, made: Report, tmp_path: Path, least: int, tone: int
) -> None:
    """Revenue of three days up by 15, 50 and 70; and by 20, 50 and 70.

    The first has the mean 45 and the deviation 27.8 over the root of 3: t is 2.80. The
    second has 46.7 and 25.2: t is 3.21. The 95 % quantile of two degrees is 2.92.
    """
    amounts = {11: 100, 12: 100, 13: 100, 14: 100 + least, 15: 150, 16: 170}
    rows = ", ".join(f"(date '2026-07-{day}', {sum_})" for day, sum_ in amounts.items())
    few = made.changed(
        tmp_path,
        "create temp table one as select * from fct_conversions"
        " where conversion_name = 'purchase' limit 1",
        "truncate fct_conversions",
        "truncate fct_reversals",
        "insert into fct_conversions by name select one.* replace ("
        " day as converted_date, amount as revenue) from one,"
        f" (values {rows}) as days (day, amount)",
    )
    with opened(browser, few) as page:
        choose(page, {"from": "2026-07-14", "to": "2026-07-16"})
        assert page.locator("[data-metric=revenue] .up").count() == tone


@needs_chromium
def test_days_of_receipt_have_gaps_of_their_own(
    browser: Any, made: Report, tmp_path: Path
) -> None:
    """Nothing happened on 14 July, but events came; on the 15th it was the reverse."""
    apart = made.changed(
        tmp_path,
        "update dim_dates set has_data = false where report_date = '2026-07-14'",
        "delete from mart_quality__event_ledger where received_date = '2026-07-15'",
    )
    with opened(browser, apart) as page:
        choose(page, {"from": "2026-07-11", "to": "2026-07-20"})
        for name, hatched in {"sessions_by_day": 3, "rejected_by_day": 4}.items():
            days = page.locator(f"#{name} .slots button").all()
            assert len(days) == 10
            told = [day.get_attribute("aria-label").endswith("no data") for day in days]
            assert [at for at, is_told in enumerate(told) if is_told] == [hatched]
            assert page.locator(f"#{name} rect.nodata").count() == 1


@needs_chromium
def test_a_late_receipt_makes_no_day(
    browser: Any, made: Report, tmp_path: Path
) -> None:
    """Old data that is loaded two years later: all its days end when it ends."""
    late = made.changed(
        tmp_path,
        "insert into mart_quality__event_ledger by name select 'demo' as source_name,"
        " date '2028-08-01' as received_date, 9 as received, 8 as accepted, 1 as bot",
    )
    with opened(browser, late) as page:
        choose(page, {"period": "All days"})
        assert page.input_value("#to") < "2026-10-01"
        assert page.locator("#sessions_by_day rect.nodata").count() == 0
        choose(page, {"from": "2028-07-25", "to": "2028-08-05"})
        rejected = column(page, "rejected_by_day", "Rejected")
        assert rejected["2028-08-01"] == "1"


@needs_chromium
def test_a_mart_that_was_not_built_is_named(
    browser: Any, made: Report, tmp_path: Path
) -> None:
    """The other charts are drawn."""
    fewer = made.changed(
        tmp_path, "drop table mart_device__cross_device", "drop table fct_page_views"
    )
    with opened(browser, fewer) as page:
        assert note(page, "cross_device") == (
            "This file has no mart_device__cross_device: build that mart to fill this."
        )
        assert note(page, "pages") == (
            "This file has no fct_page_views: build that mart to fill this."
        )
        assert len(bars(page, "channel_sessions")) == 10


@needs_chromium
def test_a_filter_that_nothing_passes_is_said(page_of_july: Any) -> None:
    """No empty axes, no old bars."""
    choose(page_of_july, {"from": "2026-06-01", "to": "2026-06-01"})
    choose(page_of_july, {"channel": "Direct", "device": "tablet"})
    assert figure(page_of_july, "sessions") == "0"
    assert note(page_of_july, "landing_pages") == "Nothing here under these filters."
    assert not page_of_july.is_visible("#landing_pages .chart")


@needs_chromium
def test_a_period_that_ends_before_it_begins_is_told(page_of_july: Any) -> None:
    """What is drawn stays."""
    before = figure(page_of_july, "sessions")
    page_of_july.fill("#from", "2026-08-30")
    assert page_of_july.inner_text("#status").startswith("The period has no day")
    assert figure(page_of_july, "sessions") == before
