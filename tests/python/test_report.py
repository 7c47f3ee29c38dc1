"""The report shows what SQL says of the same marts, and asks nothing of the network."""

import base64
import gzip
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from harness import ROOT, Build
from reports import (
    MONTH,
    NARROW,
    NONE,
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
    rounded,
    table,
    where,
)

from serving.report import __main__ as report

GOALS = ["purchase", "sign_up"]
CHOICES = pytest.mark.parametrize("chosen", [MONTH, NARROW], ids=["month", "narrow"])


@pytest.fixture(scope="module")
def made(demo: Build, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The demo's page."""
    return made_of(demo, tmp_path_factory.mktemp("report"))


@pytest.fixture
def page(browser: Any, made: Report) -> Iterator[Any]:
    """The page on a desk."""
    with opened(browser, made) as found:
        yield found


def data_of(made: Report) -> Any:
    """All that the page's script works on."""
    (packed,) = re.findall(r'id="data">([^<]+)<', made.path.read_text())
    return json.loads(gzip.decompress(base64.b64decode(packed)))


def colour(page: Any, selector: str, name: str) -> list[int]:
    """Red, green and blue of the first element, 0 to 255."""
    script = f"(found) => getComputedStyle(found)['{name}']"
    written = page.locator(selector).first.evaluate(script)
    return [int(each) for each in re.findall(r"\d+", written)[:3]]


def luminance(rgb: list[int]) -> float:
    """Relative luminance by WCAG 2, 0 to 1."""
    parts = [each / 255 for each in rgb]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    ]
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: list[int], other: list[int]) -> float:
    """Contrast ratio by WCAG 2, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@needs_chromium
@CHOICES
@pytest.mark.parametrize("goal", GOALS)
def test_the_figures_are_those_of_sql(
    page: Any, made: Report, chosen: dict[str, str], goal: str
) -> None:
    """Visitors above all: they cannot be summed. A rate is of its goal alone."""
    choose(page, {**chosen, "goal": goal})
    ((sessions, visitors, bounces),) = made.rows(
        "select count(*), count(distinct (source_name, visitor_id)),"
        " count(case when is_bounce then 1 end)"
        f" from fct_sessions where {where(chosen)}"
    )
    ((converting,),) = made.rows(
        "select count(distinct session_id) from fct_conversions"
        " inner join fct_sessions using (session_id)"
        f" where conversion_name = '{goal}' and {where(chosen)}"
    )
    assert 0 < visitors < sessions
    assert converting > 0
    assert count(figure(page, "sessions")) == sessions
    assert count(figure(page, "visitors")) == visitors
    assert figure(page, "conversion_rate") == percent(converting, sessions)
    assert figure(page, "bounce_rate") == percent(bounces, sessions)
    assert page.inner_text("[data-metric=conversion_rate] dt") == (
        f"Conversion rate: {goal}"
    )


@needs_chromium
@CHOICES
def test_revenue_is_net_on_the_days_of_sales_and_refunds(
    page: Any, made: Report, chosen: dict[str, str]
) -> None:
    """Gross and refunds stand beside it; a refund has its order's channel."""
    choose(page, chosen)
    join = "left join fct_sessions using (session_id)"
    ((orders, gross),) = made.rows(
        "select count(*), coalesce(sum(conversions.revenue), 0)"
        f" from fct_conversions as conversions {join}"
        f" where conversion_name = 'purchase' and {where(chosen, 'converted_date')}"
    )
    ((refunds,),) = made.rows(
        "select coalesce(sum(reversed_revenue), 0) from fct_reversals"
        " inner join fct_conversions as conversions using (conversion_id)"
        " left join fct_sessions as sessions"
        " on conversions.session_id = sessions.session_id"
        " where conversions.conversion_name = 'purchase'"
        f" and {where(chosen, 'reversed_date')}"
    )
    assert refunds or chosen == NARROW
    assert count(figure(page, "conversions")) == orders
    assert figure(page, "revenue") == euros(gross - refunds)
    assert figure(page, "revenue", "more").startswith(
        f"gross {euros(gross)}, refunded {euros(refunds)}"
    )


@needs_chromium
def test_every_heading_that_depends_on_it_names_goal_and_currency(page: Any) -> None:
    """And a goal without amounts has no currency, and no chart of revenue."""
    dependent = {
        "conversions_by_day": "Conversions by day: {}",
        "revenue_by_day": "Net revenue by day: {}, EUR",
        "channel_rate": "Conversion rate by channel: {}",
        "device_rate": "Conversion rate by device: {}",
        "country_rate": "Conversion rate by country: {}",
        "landing_rate": "Conversion rate by landing page: {}",
        "attribution": "Attributed revenue, net of refunds, by model: {}, EUR",
        "paths": "Paths to a conversion: {}",
    }
    for name, heading in dependent.items():
        assert page.inner_text(f"#{name} h3") == heading.format("purchase")
    assert page.inner_text("[data-metric=revenue] dt") == "Net revenue: purchase, EUR"
    said = page.inner_text("#conversions_by_day figcaption")
    assert said.startswith("An order was placed; sent again with its order_id")
    choose(page, {"goal": "sign_up"})
    assert page.inner_text("#channel_rate h3") == "Conversion rate by channel: sign_up"
    assert page.inner_text("#attribution h3") == (
        "Attributed conversions, net of refunds, by model: sign_up"
    )
    assert note(page, "revenue_by_day") == (
        "No conversion of this goal carries an amount: deliver revenue and currency"
        " with the event."
    )


@needs_chromium
def test_the_main_goal_is_chosen_whatever_it_is_called(
    browser: Any, made: Report, tmp_path: Path
) -> None:
    """Not the first by the alphabet."""
    other = made.changed(
        tmp_path, "update dim_goals set is_main_goal = goal_name = 'sign_up'"
    )
    with opened(browser, other) as page:
        assert page.inner_text("[data-metric=conversions] dt") == (
            "Conversions: sign_up"
        )


@needs_chromium
def test_the_first_line_is_about_the_business(page: Any, made: Report) -> None:
    """The build is a footnote."""
    choose(page, MONTH)
    ((sessions,),) = made.rows(
        f"select count(*) from fct_sessions where {where(MONTH)}"
    )
    ((orders, direct),) = made.rows(
        "select count(*), count(case when channel = 'Direct' then 1 end)"
        " from fct_conversions left join fct_sessions using (session_id)"
        f" where conversion_name = 'purchase' and {where(MONTH, 'converted_date')}"
    )
    said = page.inner_text("#sentence")
    assert f": {sessions} sessions brought {orders} conversions (purchase), €" in said
    assert direct < orders / 2
    assert f"The largest part came by Direct: {percent(direct, orders)}." in said
    assert "b1" not in said
    assert page.inner_text("footer").endswith("Build b1.")


@needs_chromium
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("update fct_sessions set channel = 'Email'", " Most came by Email: 100.0%."),
        ("update fct_conversions set session_id = null", None),
        (
            "delete from fct_conversions where conversion_id not in (select"
            " max(conversion_id) from fct_conversions inner join fct_sessions"
            " using (session_id) where conversion_name = 'purchase'"
            f" and {where(MONTH, 'converted_date')}"
            " and channel in ('Email', 'Referral') group by channel)",
            None,
        ),
    ],
    ids=["all by one", "by no session", "as many by two"],
)
def test_the_first_line_names_the_channel_that_leads(
    browser: Any, made: Report, tmp_path: Path, change: str, told: str | None
) -> None:
    """Most is more than half; no name in brackets leads, and none of two equal ones."""
    other = made.changed(tmp_path, change)
    with opened(browser, other) as page:
        choose(page, MONTH)
        said = page.inner_text("#sentence")
        assert "(purchase), €" in said
        assert (told in said) if told else ("came by" not in said)


@needs_chromium
@CHOICES
@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("channel_sessions", "channel"),
        ("device_sessions", "coalesce(device_category, '(unknown)')"),
        ("campaign_sessions", "coalesce(campaign, '(no campaign)')"),
        ("source_sessions", "source || ' / ' || medium"),
        ("reasons", "channel_reason"),
    ],
)
def test_breakdowns_are_those_of_sql(
    page: Any, made: Report, chosen: dict[str, str], name: str, field: str
) -> None:
    """A chart of channels keeps the others beside the chosen one, to be compared."""
    choose(page, chosen)
    own = {"channel_sessions": "channel", "device_sessions": "device"}.get(name)
    others = {each: value for each, value in chosen.items() if each != own}
    wanted = {
        value: (str(sessions), str(converting))
        for value, sessions, converting in made.rows(
            f"select {field}, count(*), count(case when is_converted then 1 end)"
            " from fct_sessions inner join fct_session_goals as goals"
            " using (session_id) where goal_name = 'purchase'"
            f" and {where(others, 'fct_sessions.started_date')} group by all"
        )
    }
    sessions = column(page, name, "Sessions")
    converting = column(page, name, "Sessions with purchase")
    shown = {key: (count_, converting[key]) for key, count_ in sessions.items()}
    assert {key: value for key, value in shown.items() if value[0] != "0"} == wanted


@needs_chromium
@CHOICES
def test_pages_are_those_of_sql_and_the_rest_is_one(
    page: Any, made: Report, chosen: dict[str, str]
) -> None:
    """No session and no view is lost among the other pages."""
    choose(page, chosen)
    landings = dict(
        made.rows(
            "select concat(landing_page_host, landing_page_path), count(*)"
            f" from fct_sessions where {where(chosen)} group by all"
        )
    )
    shown = {
        key: count(value)
        for key, value in column(page, "landing_pages", "Sessions").items()
    }
    rest = shown.pop("(other pages)")
    assert shown.items() <= landings.items()
    assert sum(shown.values()) + rest == sum(landings.values())
    views = made.rows(
        "select concat(page_host, page_path), count(*),"
        " count(case when views.is_entrance then 1 end),"
        " count(case when views.is_exit then 1 end) from fct_page_views as views"
        " where exists (select 1 from fct_sessions as sessions"
        " where sessions.session_id = views.session_id"
        f" and {where(chosen, 'viewed_date')}) group by all"
    )
    found = {
        row["Page"]: tuple(count(row[each]) for each in ("Views", "Entrances", "Exits"))
        for row in table(page, "pages")
    }
    rest_of_views = found.pop("(other pages)")
    wanted = {name: tuple(counts) for name, *counts in views}
    assert found.items() <= wanted.items()
    for place in range(3):
        shown_sum = sum(each[place] for each in found.values()) + rest_of_views[place]
        assert shown_sum == sum(each[place] for each in wanted.values())


@needs_chromium
def test_reading_and_load_times_are_of_the_views_that_have_them(
    page: Any, made: Report
) -> None:
    """Most views of the demo have no load time; they are not taken for 0."""
    choose(page, MONTH)
    named = "select concat(page_host, page_path),"
    ((name, read),) = made.rows(
        f"{named} avg(seconds_on_page) from fct_page_views"
        f" where {where(MONTH, 'viewed_date')}"
        " group by all order by count(*) desc, 1 limit 1"
    )
    loads = dict(
        made.rows(f"{named} median(page_load_ms) from fct_page_views group by all")
    )
    shown = {row["Page"]: row for row in table(page, "pages")}[name]
    assert shown["Mean reading time"] == f"{rounded(read, 0)} s"
    load = float(shown["Median load, all days, s"])
    assert load == pytest.approx(loads[name] / 1000, abs=0.051)


@needs_chromium
@CHOICES
def test_the_funnel_is_that_of_sql(
    page: Any, made: Report, chosen: dict[str, str]
) -> None:
    """By the names with which attempts began."""
    choose(page, chosen)
    entry = where(chosen, "report_date")
    wanted = made.rows(
        f"""
        select
            step_number || '. ' || step_name,
            count(case when furthest_step >= step_number - 1 then 1 end),
            count(case when furthest_step >= step_number then 1 end)
        from (select distinct funnel_name, step_number, step_name
            from mart_funnel__steps_daily)
        inner join (select * from mart_funnel__entries where {entry})
            using (funnel_name)
        where funnel_name = 'purchase'
        group by all order by all
        """
    )
    shown = [
        (row["Step"], count(row["At the step before"]), count(row["Took the step"]))
        for row in table(page, "funnel")
    ]
    assert shown == wanted


@needs_chromium
def test_spend_stands_beside_what_a_goal_cost(page: Any, made: Report) -> None:
    """By channel and campaign; by device nobody knows it."""
    choose(page, MONTH)
    join = "left join fct_sessions using (session_id)"
    spent = dict(
        made.rows(
            "select channel, sum(spend) from fct_ad_spend"
            f" where {where(MONTH, 'spend_date')} group by channel"
        )
    )
    orders = dict(
        made.rows(
            f"select channel, count(*) from fct_conversions {join}"
            f" where conversion_name = 'purchase' and {where(MONTH, 'converted_date')}"
            " group by channel"
        )
    )
    assert spent.keys() & orders.keys()
    cost = column(page, "channel_sessions", "Spend per purchase")
    for channel, spend in column(page, "channel_sessions", "Spend").items():
        paid = spent.get(channel, 0)
        assert spend == euros(paid)
        if paid and channel in orders:
            assert cost[channel] == euros(paid / orders[channel])
        else:
            assert cost[channel] == NONE
    paid = "Paid Search"
    bar(page, "channel_sessions", paid).click()
    assert page.inner_text("#channel_sessions .told").startswith(
        f"{paid}: spend {euros(spent[paid])},"
        f" {euros(spent[paid] / orders[paid])} per purchase; net revenue €"
    )
    choose(page, {"device": "mobile"})
    assert "Spend" not in table(page, "channel_sessions")[0]
    assert page.inner_text("#channel_sessions .told") == ""


@needs_chromium
def test_money_that_brought_nobody_and_events_of_no_day_do_not_vanish(
    browser: Any, made: Report, tmp_path: Path
) -> None:
    """Each stands in its chart."""
    rare = made.changed(
        tmp_path,
        "insert into mart_quality__event_ledger by name select 'demo' as source_name,"
        " 7 as received, 0 as accepted, 7 as missing_time",
        "insert into fct_ad_spend by name select date '2026-07-15' as spend_date,"
        " 'Billboards' as channel, 'city' as source, 1250.5 as spend",
    )
    with opened(browser, rare) as page:
        choose(page, MONTH)
        assert page.inner_text("#outcomes .told").endswith(
            " 7 more, of all days, have no known day."
        )
        assert column(page, "channel_sessions", "Spend")["Billboards"] == "€1,250.50"
        assert column(page, "channel_sessions", "Sessions")["Billboards"] == "0"


@needs_chromium
def test_rejected_events_are_those_of_their_mart(page: Any, made: Report) -> None:
    """By day of receipt; accepted events stand in the sentence above the chart."""
    choose(page, MONTH)
    inside = where(MONTH, "cast(received_at as date)")
    rejected = made.rows(
        "select rejection_reason, count(*) from mart_quality__rejected_events"
        f" where {inside} group by all order by count(*) desc, 1"
    )
    ((received, accepted),) = made.rows(
        "select sum(received), sum(accepted) from mart_quality__event_ledger"
        f" where {where(MONTH, 'received_date')}"
    )
    assert page.inner_text("#outcomes .told") == (
        f"{accepted:,} of {received:,} events received were accepted:"
        f" {percent(accepted, received)}."
    )
    assert bars(page, "outcomes") == [(why, str(events)) for why, events in rejected]
    days = column(page, "rejected_by_day", "Rejected")
    assert {day: count(events) for day, events in days.items() if events != "0"} == {
        str(day): events
        for day, events in made.rows(
            "select cast(received_at as date), count(*)"
            f" from mart_quality__rejected_events where {inside} group by all"
        )
    }


@needs_chromium
def test_credit_sorts_by_the_chosen_model_and_shows_what_all_give(
    page: Any, made: Report
) -> None:
    """Net of refunds, for the chosen goal; a device changes nothing, and it says so."""
    choose(page, {**MONTH, "device": "mobile"})
    page.select_option("#model_1", "linear")
    net = made.rows(
        "select channel, attribution_model, sum(attributed_revenue + reversed_revenue)"
        f" from mart_attribution__channels where {where(MONTH, 'report_date')}"
        " and conversion_name = 'purchase' and attribution_model is not null"
        " group by all"
    )
    by_channel: dict[str, dict[str, Any]] = {}
    for channel, model, amount in net:
        by_channel.setdefault(channel, {})[model] = amount
    shown = table(page, "attribution")
    models = {model for _, model, _ in net}
    for amounts in by_channel.values():
        amounts.update(dict.fromkeys(models - amounts.keys(), 0))
    linear = [by_channel[row["Channel"]]["linear"] for row in shown]
    assert len(shown) > 5
    assert linear == sorted(linear, reverse=True)
    for row in shown:
        amounts = by_channel[row["Channel"]]
        assert row["linear"] == euros(amounts["linear"])
        assert row["first_touch"] == euros(amounts["first_touch"])
        assert row["Least of all models"] == euros(min(amounts.values()))
        assert row["Most of all models"] == euros(max(amounts.values()))
    assert note(page, "attribution") == "Not filtered by device."
    assert note(page, "sessions_by_day") == ""


@needs_chromium
def test_attribution_says_which_order_no_model_changes(
    browser: Any, made: Report, tmp_path: Path
) -> None:
    """Direct is above both others by each model, and those change places."""
    amounts = [("Direct", 90, 80), ("Email", 9, 5), ("Display", 7, 6)]
    rows = [
        f"(date '2026-07-{day}', '{channel}', 'purchase', '{model}', {amount})"
        for day, (channel, *both) in enumerate(amounts, 10)
        for model, amount in zip(("last_touch", "linear"), both, strict=True)
    ]
    few = made.changed(
        tmp_path,
        "truncate mart_attribution__channels",
        "insert into mart_attribution__channels by name"
        " select *, 1 as conversions, 0 as reversed_conversions, 0 as reversed_revenue"
        f" from (values {', '.join(rows)}) as rows (report_date, channel,"
        " conversion_name, attribution_model, attributed_revenue)",
    )
    with opened(browser, few) as page:
        choose(page, MONTH)
        assert page.inner_text("#attribution .told") == (
            "Under every model: Direct above Email. Other neighbours change places with"
            " the model."
        )
        page.select_option("#model_1", "linear")
        assert page.inner_text("#attribution .told").startswith(
            "Under every model: Direct above Display."
        )
        assert [name for name, _ in bars(page, "attribution")] == [
            *("Direct", "Display", "Email")
        ]


@needs_chromium
def test_paths_and_devices_are_those_of_sql(page: Any, made: Report) -> None:
    """Of all days, of the chosen goal."""
    choose(page, {"goal": "sign_up"})
    wanted = made.rows(
        "select path, conversions from mart_attribution__paths"
        " where conversion_name = 'sign_up' and conversions > 0"
        " order by conversions desc, path limit 40"
    )
    assert [
        (row["Path"], count(row["Conversions"])) for row in table(page, "paths")
    ] == wanted
    persons = made.rows(
        "select first_device_category || ' → ' || converting_device_category, persons"
        " from mart_device__cross_device"
    )
    shown = column(page, "cross_device", "Persons").items()
    assert sorted((name, count(each)) for name, each in shown) == sorted(persons)
    choose(page, {"from": MONTH["from"]})
    page.click("#sessions_by_day .slots button:first-child")
    assert note(page, "paths").endswith("Not filtered by day.")


@needs_chromium
def test_reasons_come_with_three_landings_and_no_id(page: Any, made: Report) -> None:
    """The pages on which most of the chosen sessions began for that reason."""
    reason = "source google is a search engine"
    found = []
    for more in ({}, {"device": "mobile"}):
        chosen = {**MONTH, "channel": "Organic Search", **more}
        choose(page, chosen)
        wanted = made.rows(
            "select concat(landing_page_host, landing_page_path), count(*)"
            f" from fct_sessions where {where(chosen)}"
            f" and channel_reason = '{reason}'"
            " group by all order by count(*) desc, 1 limit 3"
        )
        landings = column(page, "reasons", "Example landings")[reason]
        assert landings == " ".join(name for name, _ in wanted)
        found.append(landings)
    assert found[0] != found[1]


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_fetched_said_or_cut_off_on_a_phone(
    browser: Any, made: Report, scheme: str
) -> None:
    """The one request is for the file; every figure has its picture within 390 px."""
    size = {"width": 390, "height": 844}
    with opened(browser, made, viewport=size, color_scheme=scheme) as narrow:
        choose(narrow, {"period": "All days"})
        assert narrow.said == [made.path.as_uri()]
        assert narrow.evaluate("document.documentElement.scrollWidth") == 390
        charts = narrow.locator("figure .chart").all()
        assert len(charts) == 22
        for chart in charts:
            box = chart.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
            assert box["height"] > 20


@needs_chromium
@pytest.mark.parametrize("width", [390, 768, 1280])
def test_revenue_of_any_size_stays_in_its_box(
    browser: Any, made: Report, width: int
) -> None:
    """The demo takes thousands, a shop of a million events millions."""
    with opened(browser, made, viewport={"width": width, "height": 844}) as found:
        revenue = found.locator("[data-metric=revenue] .now")
        for written in ("€1,234,567.89", "€123,456,789.01"):
            inner, outer = revenue.evaluate(
                "(figure, text) => { figure.textContent = text;"
                " return [figure.scrollWidth, figure.clientWidth]; }",
                written,
            )
            assert inner <= outer, written
            assert found.evaluate("document.documentElement.scrollWidth") == width


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_legible_in_light_and_dark(
    browser: Any, made: Report, scheme: str
) -> None:
    """Text 4.5 to 1 against what is behind it, what is drawn 3 to 1."""
    with opened(browser, made, color_scheme=scheme) as found:
        behind = [
            colour(found, "body", "background-color"),
            colour(found, "figure", "background-color"),
        ]
        assert (luminance(behind[0]) < 0.5) is (scheme == "dark")
        for text in ("h1", "#sentence", "figcaption", "nav a", ".up", ".down", "label"):
            for paper in behind:
                assert contrast(colour(found, text, "color"), paper) >= 4.5, text
        drawn = {
            ".plot text": ("fill", 4.5),
            ".line.now": ("stroke", 3),
            ".line.before": ("stroke", 3),
            ".part0": ("fill", 3),
            ".part1": ("fill", 3),
            ".bar": ("background-color", 3),
            ".spread": ("background-color", 3),
            ".interval": ("border-left-color", 3),
        }
        for selector, (name, least) in drawn.items():
            assert contrast(colour(found, selector, name), behind[1]) >= least


def test_the_page_holds_no_identifier(made: Report) -> None:
    """Names of groups are all its text, and every visitor is in one set of them."""
    data = data_of(made)
    assert set(data["texts"]) == {
        *("channel", "device", "visitor_type", "country", "source_medium", "campaign"),
        *("reason", "landing_page", "page", "goal", "goal_description", "funnel"),
        *("step", "attribution_model", "path", "outcome", "first_device"),
    }
    assert (
        sum(data["visitors"]["visitors"])
        == made.rows(
            "select count(distinct (source_name, visitor_id)) from fct_sessions"
        )[0][0]
    )
    rows = made.rows(
        "select session_id, visitor_id, person_id, user_id from fct_sessions"
        " union all by name select order_id as user_id from fct_conversions"
    )
    ids = {each for row in rows for each in row if each}
    # Page addresses are as visitors sent them.
    texts = [
        text
        for name, texts in data["texts"].items()
        if name not in ("landing_page", "page")
        for text in texts
    ]
    assert len(ids) > 1000
    assert [each for each in ids if any(each in text for text in texts)] == []


def test_the_page_holds_no_address_that_it_does_not_show(
    made: Report, tmp_path: Path
) -> None:
    """Load times are looked up by page, so only those of pages shown are there."""
    many = made.changed(
        tmp_path,
        "insert into fct_page_views by name select one.* replace ("
        " '/account/' || number as page_path, 900 as page_load_ms) from range(60)"
        " as numbers (number), (select * from fct_page_views limit 1) as one",
    )
    data = data_of(many)
    pages, loads = (data[name]["page"] for name in ("pages", "loads"))
    shown = {name for name in data["texts"]["page"] if name != "(other pages)"}
    assert len(shown) == 40
    assert len(data["texts"]["page"]) == 41
    assert 0 < len(loads) <= 40
    assert set(loads) < set(pages)


def test_marts_that_cannot_be_reported_are_told_in_one_sentence(
    made: Report, tmp_path: Path
) -> None:
    """What was wrong, where, and what to do."""
    absent, broken, empty = (tmp_path / name for name in ("absent", "broken", "empty"))
    broken.write_text("no database")
    shutil.copy(made.marts, empty)
    with duckdb.connect(str(empty)) as connection:
        connection.execute("truncate fct_sessions")
    for database, said in [
        (absent, r"^There are no published marts at .*absent: run `make build`"),
        (broken, r"^The marts in .*broken cannot be read: run `make build`"),
        (empty, r"^The marts in .*empty hold no session"),
    ]:
        with pytest.raises(SystemExit, match=said):
            report.main(["--database", str(database), "--output", str(tmp_path / "r")])
    assert not (tmp_path / "r").exists()
    with pytest.raises(SystemExit, match=r"^The report cannot be written to "):
        report.main(["--database", str(made.marts), "--output", str(tmp_path)])


@needs_chromium
def test_pages_without_a_host_keep_their_paths(
    browser: Any, made: Report, tmp_path: Path
) -> None:
    """An app, or a source that delivers paths alone."""
    apart = made.changed(
        tmp_path,
        "update fct_sessions set landing_page_host = null",
        "update fct_page_views set page_host = null",
    )
    with opened(browser, apart) as page:
        assert "/" in column(page, "landing_pages", "Sessions")
        assert "/" in column(page, "pages", "Views")


def test_every_query_states_its_grain() -> None:
    """As the models do."""
    queries = list((ROOT / "serving" / "report" / "sql").rglob("*.sql"))
    assert len(queries) == 18
    for query in queries:
        assert query.read_text().startswith("-- grain: one row per "), query
