"""The report as it is used: clicked, linked to, sorted, saved, by mouse and keys."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
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
    figure,
    made_of,
    needs_chromium,
    note,
    opened,
    table,
    where,
)

MARKUP = '<img src=x onerror="document.title=1"><a href="//evil.example">x</a>'
# What visitors and whoever tags links can write, by table.
WRITTEN = {
    "fct_sessions": [
        *("landing_page_host", "landing_page_path", "source", "medium", "campaign"),
        *("channel", "channel_reason", "device_category", "country_code"),
        "visitor_type",
    ],
    "fct_page_views": ["page_host", "page_path"],
    "fct_ad_spend": ["channel", "source", "medium", "campaign"],
    "fct_conversions": ["conversion_name"],
    "fct_session_goals": ["goal_name"],
    "dim_goals": ["goal_name", "goal_description"],
    "mart_attribution__channels": ["channel", "conversion_name", "attribution_model"],
    "mart_attribution__paths": ["path", "conversion_name"],
    "mart_device__cross_device": [
        *("first_device_category", "converting_device_category"),
    ],
    "mart_funnel__steps_daily": [
        *("funnel_name", "step_name", "channel", "device_category", "visitor_type"),
    ],
    "dim_annotations": ["annotation_text", "annotation_kind"],
}


@pytest.fixture(scope="module")
def made(demo: Build, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The demo's page."""
    return made_of(demo, tmp_path_factory.mktemp("report"))


@pytest.fixture
def page(browser: Any, made: Report) -> Iterator[Any]:
    """The demo's page on a month."""
    with opened(browser, made) as found:
        choose(found, MONTH)
        yield found


def chips(page: Any) -> list[str]:
    """What is chosen by click."""
    texts = page.locator("#chips button").all_inner_texts()
    return [text.removesuffix(" ✕") for text in texts]


def fragment(page: Any) -> dict[str, list[str]]:
    """What the address says of the filters."""
    return parse_qs(urlsplit(page.url).fragment)


def sessions_of(made: Report, condition: str, chosen: dict[str, str] = MONTH) -> int:
    """Sessions of a month that fulfil a condition."""
    ((sessions,),) = made.rows(
        f"select count(*) from fct_sessions where {where(chosen)} and {condition}"
    )
    return int(sessions)


@needs_chromium
@pytest.mark.parametrize(
    ("chart", "name", "chip", "condition"),
    [
        ("channel_sessions", "Email", "Channel: Email", "channel = 'Email'"),
        ("channel_rate", "Email", "Channel: Email", "channel = 'Email'"),
        ("attribution", "Email", "Channel: Email", "channel = 'Email'"),
        (
            "source_sessions",
            "google / cpc",
            "Source / medium: google / cpc",
            "source = 'google' and medium = 'cpc'",
        ),
        ("campaign_sessions", "brand", "Campaign: brand", "campaign = 'brand'"),
        (
            "reasons",
            "medium email is email",
            "Reason: medium email is email",
            "channel_reason = 'medium email is email'",
        ),
        ("device_sessions", "tablet", "Device: tablet", "device_category = 'tablet'"),
        ("device_rate", "mobile", "Device: mobile", "device_category = 'mobile'"),
        ("country_sessions", "France", "Country: France", "country_code = 'FR'"),
        ("country_rate", "France", "Country: France", "country_code = 'FR'"),
        (
            "landing_pages",
            "shop/",
            "Landing page: shop/",
            "landing_page_host = 'shop' and landing_page_path = '/'",
        ),
        (
            "landing_rate",
            "shop/",
            "Landing page: shop/",
            "landing_page_host = 'shop' and landing_page_path = '/'",
        ),
        (
            "cross_device",
            "mobile → desktop",
            "Device: desktop",
            "device_category = 'desktop'",
        ),
    ],
)
def test_a_click_on_a_bar_filters_what_has_its_field(
    page: Any, made: Report, chart: str, name: str, chip: str, condition: str
) -> None:
    """A chip appears; a second click takes it back."""
    everything = count(figure(page, "sessions"))
    bar(page, chart, name).click()
    assert chips(page) == [chip]
    wanted = sessions_of(made, condition)
    assert 0 < wanted < everything
    assert count(figure(page, "sessions")) == wanted
    by_type = table(page, "visitor_types")
    shown = [row[each] for row in by_type for each in row if each != "Week from"]
    assert sum(count(each) for each in shown if each != "no data") == wanted
    assert bar(page, chart, name).get_attribute("aria-pressed") == "true"
    bar(page, chart, name).click()
    assert chips(page) == []
    assert count(figure(page, "sessions")) == everything


@needs_chromium
@pytest.mark.parametrize(
    "chart", ["sessions_by_day", "conversions_by_day", "revenue_by_day"]
)
def test_a_click_on_a_point_shows_its_day(page: Any, made: Report, chart: str) -> None:
    """The line itself stays whole, so that another day can be clicked."""
    page.locator(f"#{chart} .slots button").nth(14).click()
    assert chips(page) == ["Days: 15 Jul 2026"]
    wanted = sessions_of(made, "started_date = date '2026-07-15'")
    assert count(figure(page, "sessions")) == wanted
    assert sum(count(each) for _, each in bars(page, "device_sessions")) == wanted
    assert page.locator(f"#{chart} .slots button").count() == 31
    page.click("#chips button")
    assert chips(page) == []


@needs_chromium
def test_a_click_on_a_week_shows_its_days_of_the_period(
    page: Any, made: Report
) -> None:
    """The week of 29 June begins on 1 July here."""
    page.locator("#visitor_types .slots button").first.click()
    assert chips(page) == [f"Days: 1 {TO} 5 Jul 2026"]
    assert count(figure(page, "sessions")) == sessions_of(
        made, "started_date <= date '2026-07-05'"
    )


@needs_chromium
def test_a_click_on_a_row_filters_as_its_bar_does(page: Any, made: Report) -> None:
    """Anywhere on it, or by the button that its name is."""
    table(page, "channel_sessions")
    row = page.locator("#channel_sessions tbody tr", has_text="Referral")
    row.locator("td").nth(2).click()
    assert chips(page) == ["Channel: Referral"]
    assert count(figure(page, "sessions")) == sessions_of(made, "channel = 'Referral'")
    page.locator("#channel_sessions tbody tr.chosen button").click()
    assert chips(page) == []
    table(page, "sessions_by_day")
    page.locator("#sessions_by_day tbody tr", has_text="2026-07-15").click()
    assert chips(page) == ["Days: 15 Jul 2026"]


@needs_chromium
def test_charts_without_the_field_say_so(page: Any) -> None:
    """A page viewed is known of views alone; visitors are not known by campaign."""
    bar(page, "campaign_sessions", "brand").click()
    for name in ("funnel", "attribution", "pages", "paths", "outcomes", "cross_device"):
        assert note(page, name).endswith("Not filtered by campaign."), name
    for name in ("sessions_by_day", "revenue_by_day", "channel_rate", "visitor_types"):
        assert "Not filtered" not in note(page, name), name
    assert figure(page, "visitors", "more") == "not counted by this filter"
    page.click("#chips button")
    page.locator("#pages .bars button").first.click()
    assert note(page, "channel_sessions").endswith("Not filtered by page.")
    assert "Not filtered" not in note(page, "pages")


@needs_chromium
def test_filters_add_up_and_go_one_by_one(page: Any, made: Report) -> None:
    """Each chip takes its own away."""
    bar(page, "channel_sessions", "Direct").click()
    bar(page, "device_sessions", "mobile").click()
    page.locator("#sessions_by_day .slots button").nth(14).click()
    assert chips(page) == ["Days: 15 Jul 2026", "Channel: Direct", "Device: mobile"]
    mobile = "device_category = 'mobile' and started_date = date '2026-07-15'"
    assert count(figure(page, "sessions")) == sessions_of(
        made, f"channel = 'Direct' and {mobile}"
    )
    page.click("#chips button:nth-child(2)")
    assert count(figure(page, "sessions")) == sessions_of(made, mobile)


@needs_chromium
def test_the_address_holds_what_is_chosen_and_restores_it(
    browser: Any, made: Report, page: Any
) -> None:
    """For whoever gets the link, and for the browser's way back."""
    choose(page, {"goal": "sign_up", "compare": "Same weekdays before"})
    bar(page, "channel_sessions", "Organic Search").click()
    page.locator("#sessions_by_day .slots button").nth(14).click()
    assert fragment(page) == {
        "period": ["own"],
        "from": ["2026-07-01"],
        "to": ["2026-07-31"],
        "compare": ["weekdays"],
        "goal": ["sign_up"],
        "channel": ["Organic Search"],
        "days": ["2026-07-15..2026-07-15"],
    }
    link = f"#{urlsplit(page.url).fragment}"
    with opened(browser, made, link) as other:
        assert chips(other) == chips(page)
        assert other.inner_text("#figures") == page.inner_text("#figures")
        assert other.inner_text("#sentence") == page.inner_text("#sentence")
        assert other.input_value("#compare") == "weekdays"
    page.go_back()
    page.wait_for_selector("#chips button:only-child", state="attached")
    assert chips(page) == ["Channel: Organic Search"]


@needs_chromium
def test_a_link_to_what_is_not_there_opens_the_report_without_it(
    browser: Any, made: Report
) -> None:
    """A name of another site, a day that no calendar has, words that nobody knows."""
    wrong = "#channel=Nowhere&days=2026-13-40..x&period=century&goal=none&model_1=&x=1"
    with opened(browser, made, wrong) as page:
        assert chips(page) == []
        assert page.input_value("#period") == "30"
        assert page.said == [made.path.as_uri()]


@needs_chromium
def test_sections_are_reached_without_losing_the_filters(page: Any) -> None:
    """The fragment is theirs."""
    bar(page, "channel_sessions", "Direct").click()
    before = fragment(page)
    page.click("nav a[href='#countries']")
    assert page.evaluate("document.activeElement.id") == "countries"
    assert fragment(page) == before


@needs_chromium
def test_tables_sort_by_any_column(page: Any) -> None:
    """Numbers from the largest, then from the least; names by the alphabet."""
    table(page, "channel_sessions")
    heading = page.locator("#channel_sessions thead button", has_text="Bounce rate")
    named = page.locator("#channel_sessions thead button", has_text="Channel")
    rates = []
    for expected in ("descending", "ascending"):
        heading.click()
        rates.append(list(column(page, "channel_sessions", "Bounce rate (90 %)")))
        cell = page.locator("#channel_sessions th[aria-sort]")
        assert cell.get_attribute("aria-sort") == expected
    assert len(rates[0]) > 5
    assert rates[0] != rates[1]
    values = column(page, "channel_sessions", "Sessions")
    named.click()
    names = list(column(page, "channel_sessions", "Sessions"))
    assert names == sorted(values, key=str.casefold)
    page.locator("#channel_sessions thead button", has_text="Sessions").first.click()
    sizes = [count(n) for n in column(page, "channel_sessions", "Sessions").values()]
    assert sizes == sorted(sizes, reverse=True)


@needs_chromium
def test_tables_are_saved_as_csv_that_no_spreadsheet_runs(
    browser: Any, made: Report, tmp_path: Path
) -> None:
    """With plain numbers; a campaign named as a formula stays text."""
    formula = made.changed(
        tmp_path, "update fct_sessions set campaign = '=1+1' where campaign = 'brand'"
    )
    with opened(browser, formula) as page:
        choose(page, MONTH)
        table(page, "campaign_sessions")
        with page.expect_download() as download:
            page.click("#campaign_sessions .save")
        assert download.value.suggested_filename == "campaign_sessions.csv"
        saved = Path(download.value.path()).read_text(encoding="utf-8-sig")
    rows = {row["Campaign"]: row for row in csv.DictReader(saved.splitlines())}
    brand = made.rows(
        "select count(*), avg(case when is_bounce then 1 else 0 end) from fct_sessions"
        f" where campaign = 'brand' and {where(MONTH)}"
    )[0]
    assert int(rows["'=1+1"]["Sessions"]) == brand[0]
    assert float(rows["'=1+1"]["Bounce rate (90 %)"]) == pytest.approx(float(brand[1]))


@needs_chromium
def test_all_works_by_keyboard(page: Any) -> None:
    """Filters in their order, then bars by Enter, days by arrows, tables by Space."""
    reached = []
    page.focus("#period")
    for _ in range(16):
        reached.append(page.evaluate("document.activeElement.id"))
        page.keyboard.press("Tab")
    assert [name for name in dict.fromkeys(reached) if name][:9] == [
        *("period", "from", "to", "compare", "goal", "channel", "device"),
        *("visitor_type", "country"),
    ]
    days = page.locator("#sessions_by_day .slots button")
    days.first.focus()
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    assert chips(page) == ["Days: 3 Jul 2026"]
    page.focus("#chips button")
    page.keyboard.press("Enter")
    bar(page, "channel_sessions", "Direct").focus()
    page.keyboard.press("Enter")
    assert chips(page) == ["Channel: Direct"]
    page.focus("#channel_sessions summary")
    page.keyboard.press("Enter")
    # A table is made when it is first opened, a moment after the key.
    page.wait_for_selector("#channel_sessions .save")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "save"


@needs_chromium
def test_a_chosen_bar_keeps_the_focus(page: Any) -> None:
    """So that a second Enter takes it back."""
    bar(page, "device_sessions", "mobile").focus()
    page.keyboard.press("Enter")
    assert chips(page) == ["Device: mobile"]
    page.keyboard.press("Enter")
    assert chips(page) == []


@needs_chromium
def test_reset_takes_all_back(browser: Any, made: Report) -> None:
    """What was clicked as well."""
    with opened(browser, made) as page:
        before = page.inner_text("#figures")
        bar(page, "channel_sessions", "Direct").click()
        choose(page, {"device": "mobile", "goal": "sign_up", **MONTH})
        page.select_option("#model_1", "linear")
        page.click("button[type=reset]")
        assert page.input_value("#model_1") == "last_touch"
        assert page.inner_text("#figures") == before
        assert chips(page) == []
        assert fragment(page) == {}


@needs_chromium
def test_numbers_dates_and_currency_are_the_readers(
    browser: Any, made: Report, page: Any
) -> None:
    """German here: point and comma change places, and the sign follows."""
    english = figure(page, "revenue")
    with opened(browser, made, locale="de-DE") as german:
        choose(german, MONTH)
        number = english.removeprefix("€").translate(str.maketrans(",.", ".,"))
        assert figure(german, "revenue") == f"{number}\N{NO-BREAK SPACE}€"
        assert "Juli 2026" in german.inner_text("#sentence")
        assert "Deutschland" in dict(bars(german, "country_sessions"))


@needs_chromium
def test_a_phone_shows_the_figures_before_the_filters_that_few_need(
    browser: Any, made: Report
) -> None:
    """The rest is a button away."""
    size = {"width": 390, "height": 844}
    with opened(browser, made, viewport=size) as phone:
        assert phone.locator("#figures").bounding_box()["y"] < 620
        assert not phone.is_visible("#channel")
        phone.click("#more")
        assert phone.get_attribute("#more", "aria-expanded") == "true"
        choose(phone, {"channel": "Email"})
        assert chips(phone) == ["Channel: Email"]
        phone.click("#more")
        assert not phone.is_visible("#channel")


@needs_chromium
def test_long_page_names_lose_their_middle(
    browser: Any, made: Report, tmp_path: Path
) -> None:
    """Both ends tell pages apart; the whole name is in the readout and the table."""
    path = f"/begins{'/aisle' * 30}/ends"
    long = made.changed(
        tmp_path, f"update fct_sessions set landing_page_path = '{path}'"
    )
    with opened(browser, long) as page:
        name, _ = bars(page, "landing_pages")[0]
        assert len(name) < 50
        assert name.startswith("www.shop.")
        assert name.endswith("/ends")
        button = page.locator("#landing_pages .bars button").first
        button.hover()
        assert f"www.shop.example{path}" in page.inner_text("#tip")
        assert f"www.shop.example{path}" in column(page, "landing_pages", "Sessions")


@needs_chromium
def test_text_of_visitors_is_shown_as_text(
    browser: Any, made: Report, tmp_path: Path
) -> None:
    """Markup in every text column is in every chart, in words, and asks for nothing."""
    written = [
        f"update {table_} set "
        + ", ".join(f"{each} = {each} || '{MARKUP}'" for each in columns)
        for table_, columns in WRITTEN.items()
    ]
    note_of = (
        "insert into dim_annotations by name select 'a' as annotation_id,"
        " date '2026-07-12' as annotation_date, 'New' as annotation_text,"
        " 'release' as annotation_kind"
    )
    planted = made.changed(tmp_path, note_of, *written)
    with opened(browser, planted) as page:
        choose(page, MONTH)
        for name in page.eval_on_selector_all(
            "figure:not(.empty)", "figures => figures.map(figure => figure.id)"
        ):
            table(page, name)
        for name in ("channel_sessions", "landing_pages", "pages", "paths"):
            bar_ = page.locator(f"#{name} .bars button").first
            bar_.hover()
            assert MARKUP in page.inner_text("#tip"), name
            bar_.click()
        assert MARKUP in page.inner_text("#sessions_by_day .marks")
        assert "<img" in page.inner_text("#chips")
        assert "<img" in page.inner_text("#channel_rate h3")
        assert page.locator("img, a[href*=evil]").count() == 0
        assert page.title() == "Footfall report"
        assert [said for said in page.said if "report.html" not in said] == []


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_serious(
    browser: Any, made: Report, scheme: str, width: int
) -> None:
    """With a filter chosen and the tables open."""
    size = {"width": width, "height": 900}
    with opened(
        browser, made, "#channel=Direct", viewport=size, color_scheme=scheme
    ) as page:
        for name in ("channel_rate", "sessions_by_day", "pages"):
            table(page, name)
        found = Axe().run(page).response["violations"]
    told = [
        (each["id"], each["impact"], [node["html"][:120] for node in each["nodes"][:3]])
        for each in found
    ]
    assert told == []
