"""The report draws what SQL says of the same marts, and asks nothing of the network."""

import base64
import gzip
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from harness import ROOT, Build

from scripts.browser import CHROMIUM
from serving.report import __main__ as report

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is absent")
# A month and nothing else; then every filter at once.
MONTH = {"from": "2026-07-01", "to": "2026-07-31"}
NARROW = {
    "from": "2026-06-10",
    "to": "2026-08-20",
    "channel": "Direct",
    "device": "mobile",
    "visitor_type": "returning",
}
COLUMNS = {"device": "device_category"}
# The cells of the table below each chart, by SQL over another mart where it can be; a
# list is a part and its whole. Only sessions that pass the filters are in `chosen`.
SESSION_CELLS = """
    count(*),
    count(case when has_conversion then 1 end),
    [count(case when has_conversion then 1 end), count(*)],
    [count(case when is_bounce then 1 end), count(*)],
    sum(revenue)
"""
TABLES = {
    "device_rate": f"select device_category, {SESSION_CELLS} from chosen group by all",
    "visitor_types": """
        select cast(week_started_date as text), visitor_type, count(*)
        from chosen inner join dim_dates on started_date = report_date
        group by all
    """,
    "funnel": """
        select
            step_number || '. ' || step_name,
            count(case when furthest_step >= step_number - 1 then 1 end),
            count(case when furthest_step >= step_number then 1 end),
            [count(case when furthest_step >= step_number then 1 end),
                count(case when furthest_step >= step_number - 1 then 1 end)]
        from (select distinct funnel_name, step_number, step_name
            from mart_funnel__steps_daily)
        inner join (select * from mart_funnel__entries where {entry})
            using (funnel_name)
        where funnel_name = 'purchase'
        group by all
    """,
}
PAGE_TABLES = {
    "landing_pages": """
        select
            concat(landing_page_host, landing_page_path),
            count(*),
            [count(case when is_bounce then 1 end), count(*)],
            [count(case when has_conversion then 1 end), count(*)]
        from chosen group by 1
    """,
    "exit_pages": """
        select
            concat(views.page_host, views.page_path),
            count(case when is_exit then 1 end),
            count(*),
            [count(case when is_exit then 1 end), count(*)]
        from fct_page_views as views inner join chosen using (session_id)
        group by 1
    """,
}


@dataclass(frozen=True)
class Report:
    """A page and the marts that it was made from."""

    path: Path
    marts: Path

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Answer a query over the marts."""
        with duckdb.connect(str(self.marts), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def cells(self, sql: str, chosen: dict[str, str]) -> list[list[str]]:
        """What a query over the chosen sessions answers, as the page writes it."""
        entry = where(chosen).replace("started_date", "report_date")
        sessions = f"select * from fct_sessions where {where(chosen)}"
        answer = self.rows(f"with chosen as ({sessions}) {sql.format(entry=entry)}")
        return [[cell(value) for value in row] for row in answer]


@pytest.fixture(scope="session")
def made(demo: Build, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The demo's page."""
    folder = tmp_path_factory.mktemp("report")
    found = Report(folder / "report.html", folder / "serving.duckdb")
    with duckdb.connect(str(found.marts)) as connection:
        connection.execute(f"attach '{demo.database}' as footfall (read_only)")
        for mart in demo.marts():
            rows = f"select *, 'b1' as build_id from footfall.{mart}"
            connection.execute(f"create table {mart} as {rows}")
    report.main(["--database", str(found.marts), "--output", str(found.path)])
    return found


def opened(browser: Any, made: Report, **context: Any) -> Any:
    """The page, drawn, with what it asked for and complained of in `said`."""
    page = browser.new_context(**context).new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("request", lambda request: page.said.append(request.url))
    page.goto(made.path.as_uri())
    page.wait_for_selector("html[data-drawn]", state="attached")
    return page


@pytest.fixture
def page(browser: Any, made: Report) -> Iterator[Any]:
    """The page on a desk."""
    found = opened(browser, made, viewport={"width": 1440, "height": 900})
    yield found
    found.context.close()


def choose(page: Any, chosen: dict[str, str]) -> None:
    """Set filters, and wait until each is drawn."""
    for name, value in chosen.items():
        drawn = int(page.locator("html").get_attribute("data-drawn"))
        if name in ("from", "to"):
            page.fill(f"#{name}", value)
        else:
            page.select_option(f"#{name}", label=value)
        page.wait_for_selector(f'html[data-drawn="{drawn + 1}"]', state="attached")


def where(chosen: dict[str, str]) -> str:
    """The filters as a condition on sessions."""
    conditions = [f"started_date between '{chosen['from']}' and '{chosen['to']}'"]
    conditions += [
        f"{COLUMNS.get(name, name)} = '{value}'"
        for name, value in chosen.items()
        if name not in ("from", "to")
    ]
    return " and ".join(conditions)


def figure(page: Any, metric: str) -> str:
    """A number of the overview, as it is shown."""
    return str(page.inner_text(f"[data-metric={metric}] .now"))


def table(page: Any, name: str) -> list[list[str]]:
    """The cells below a chart."""
    rows = page.locator(f"#{name} tbody tr")
    return [row.locator("td").all_text_contents() for row in rows.all()]


def from_the_top(page: Any, selector: str) -> list[str]:
    """Texts of a picture by their height, which is not the order of their elements."""
    texts = page.locator(selector).all()
    return [text.text_content() for text in sorted(texts, key=height)]


def height(found: Any) -> float:
    """How far from the top an element is, in pixels."""
    return float(found.bounding_box()["y"])


def count(text: str) -> int:
    """A whole number as the page writes it."""
    return int(text.replace(",", ""))


def percent(part: int, whole: int) -> str:
    """A rate as the page writes it."""
    if not whole:
        return "none"
    rate = Decimal(100 * part) / Decimal(whole)
    return f"{rate.quantize(Decimal('0.1'), ROUND_HALF_UP)} %"


def cell(value: Any) -> str:
    """A value of SQL as the page writes it."""
    if isinstance(value, list):
        return percent(*value)
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.2f}" if isinstance(value, Decimal) else str(value)


def total(rows: list[list[str]], place: int) -> int:
    """The sum of a table's column."""
    return sum(count(row[place]) for row in rows)


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
@pytest.mark.parametrize("chosen", [MONTH, NARROW], ids=["month", "narrow"])
def test_the_figures_are_those_of_sql(
    page: Any, made: Report, chosen: dict[str, str]
) -> None:
    """Visitors above all: they cannot be summed."""
    choose(page, chosen)
    ((sessions, visitors, converting, bounces, revenue),) = made.rows(
        f"""
        select count(*), count(distinct (source_name, visitor_id)),
            count(case when has_conversion then 1 end),
            count(case when is_bounce then 1 end), sum(revenue)
        from fct_sessions where {where(chosen)}
        """
    )
    assert 0 < visitors < sessions
    assert count(figure(page, "sessions")) == sessions
    assert count(figure(page, "visitors")) == visitors
    assert figure(page, "conversion_rate") == percent(converting, sessions)
    assert figure(page, "bounce_rate") == percent(bounces, sessions)
    assert figure(page, "revenue") == f"{revenue:,.2f}"


@needs_chromium
def test_the_period_before_is_as_long_and_just_before(page: Any, made: Report) -> None:
    """July's 31 days have none: what came before begins on 31 May, the data in June."""
    choose(page, {"from": "2026-07-02", "to": "2026-07-31"})
    ((sessions,),) = made.rows(
        "select count(*) from fct_sessions"
        " where started_date between '2026-06-02' and '2026-07-01'"
    )
    assert page.inner_text("[data-metric=sessions] dd:last-child").endswith(
        f" from {sessions:,}"
    )
    choose(page, MONTH)
    assert page.inner_text("[data-metric=sessions] dd:last-child") == (
        "no whole period before"
    )


@needs_chromium
@pytest.mark.parametrize("chosen", [MONTH, NARROW], ids=["month", "narrow"])
def test_the_tables_are_those_of_sql(
    page: Any, made: Report, chosen: dict[str, str]
) -> None:
    """Every cell of charts that all filters act on."""
    choose(page, chosen)
    for name, sql in TABLES.items():
        assert sorted(table(page, name)) == sorted(made.cells(sql, chosen)), name


@needs_chromium
@pytest.mark.parametrize("chosen", [MONTH, NARROW], ids=["month", "narrow"])
def test_pages_are_those_of_sql_and_the_rest_is_one(
    page: Any, made: Report, chosen: dict[str, str]
) -> None:
    """No session is lost among the other pages."""
    choose(page, chosen)
    for name, sql in PAGE_TABLES.items():
        wanted, shown = made.cells(sql, chosen), table(page, name)
        assert len(shown) > 1, name
        assert shown[-1][0] == "(other pages)", name
        assert all(row in wanted for row in shown[:-1]), name
        assert total(shown, 1) == total(wanted, 1), name


@needs_chromium
def test_bars_are_drawn_as_sql_counts(page: Any, made: Report) -> None:
    """Names and labels of the picture itself, in their order from the top."""
    choose(page, MONTH)
    names = from_the_top(page, "#channel_sessions .role-axis-label text")
    labels = from_the_top(page, "#channel_sessions .mark-text.role-mark text")
    assert list(zip(names, labels, strict=True)) == [
        (channel, f"{sessions:,}")
        for channel, sessions in made.rows(
            f"select channel, count(*) from fct_sessions where {where(MONTH)}"
            " group by channel order by count(*) desc, channel"
        )
    ]


@needs_chromium
def test_spend_is_shown_where_it_is_known(page: Any, made: Report) -> None:
    """By day and channel, and not by device."""
    choose(page, MONTH)
    spent = dict(
        made.rows(
            "select channel, sum(spend) from fct_ad_spend"
            " where spend_date between '2026-07-01' and '2026-07-31' group by channel"
        )
    )
    assert spent
    for row in table(page, "channel_sessions"):
        assert row[-1] == f"{spent.get(row[0], 0):,.2f}"
    choose(page, {"device": "mobile"})
    assert "Spend" not in page.locator("#channel_sessions th").all_text_contents()


@needs_chromium
def test_credit_is_filtered_by_period_and_channel_alone(
    page: Any, made: Report
) -> None:
    """And the page says that a device changes nothing."""
    choose(page, {**MONTH, "channel": "Paid Search", "device": "mobile"})
    page.select_option("#attribution #model_1", "linear")
    page.wait_for_function(
        "document.querySelector('#attribution th:nth-child(2)').textContent == 'linear'"
    )
    credit = dict(
        made.rows(
            "select attribution_model, sum(attributed_revenue)"
            " from mart_attribution__credits where channel = 'Paid Search'"
            " and entry_date between '2026-07-01' and '2026-07-31' group by all"
        )
    )
    # Models that keep no ledger are in another mart, where reversals stand apart.
    net = made.rows(
        "select sum(attributed_revenue + reversed_revenue)"
        " from mart_attribution__channels where channel = 'Paid Search'"
        " and report_date between '2026-07-01' and '2026-07-31'"
        " and attribution_model is not null group by attribution_model"
    )
    wanted = [credit["linear"], credit["first_touch"], min(net)[0], max(net)[0]]
    assert table(page, "attribution") == [
        ["Paid Search", *(f"{each:,.2f}" for each in wanted)]
    ]
    assert page.inner_text("#attribution .note") == "Not filtered by device."
    assert page.inner_text("#sessions_by_day .note") == ""


@needs_chromium
def test_rejected_events_are_those_of_their_mart(page: Any, made: Report) -> None:
    """By day of receipt; accepted events stand in the sentence above the chart."""
    choose(page, MONTH)
    rejected = made.rows(
        "select cast(cast(received_at as date) as text), rejection_reason, count(*)"
        " from mart_quality__rejected_events"
        " where cast(received_at as date) between '2026-07-01' and '2026-07-31'"
        " group by all"
    )
    ((received, accepted),) = made.rows(
        "select sum(received), sum(accepted) from mart_quality__event_ledger"
        " where received_date between '2026-07-01' and '2026-07-31'"
    )
    assert page.inner_text("#accepted") == (
        f"{accepted:,} of {received:,} events received were accepted:"
        f" {percent(accepted, received)}."
    )
    shown = [row for row in table(page, "quality") if row[1] != "accepted"]
    assert sorted(shown) == sorted([day, why, str(n)] for day, why, n in rejected)


@needs_chromium
def test_what_has_no_day_or_no_session_does_not_vanish(
    browser: Any, made: Report, tmp_path: Path
) -> None:
    """Events that came without any time, and money that brought nobody."""
    rare = Report(tmp_path / "report.html", tmp_path / "serving.duckdb")
    shutil.copy(made.marts, rare.marts)
    with duckdb.connect(str(rare.marts)) as connection:
        connection.execute(
            "insert into mart_quality__event_ledger by name"
            " select 'demo' as source_name,"
            " 7 as received, 0 as accepted, 7 as missing_time"
        )
        connection.execute(
            "insert into mart_channel__daily by name select date '2026-07-15' as"
            " report_date, 'Billboards' as channel, 0 as sessions, 1250.5 as spend"
        )
    report.main(["--database", str(rare.marts), "--output", str(rare.path)])
    page = opened(browser, rare)
    assert page.get_attribute("#from", "min") == "2026-06-01"
    choose(page, MONTH)
    said = page.inner_text("#accepted")
    assert said.endswith("%. 7 more, of all days, have no known day.")
    assert table(page, "channel_sessions")[-1] == [
        *("Billboards", "0", "0", "none", "none", "0.00", "1,250.50")
    ]
    page.context.close()


@needs_chromium
def test_a_newcomer_finds_paid_searchs_conversion_rate_in_two_choices(
    page: Any, made: Report
) -> None:
    """Of the last whole month: July, where the data ends on 29 August."""
    choose(page, {"period": "Last whole month", "channel": "Paid Search"})
    ((converting, sessions),) = made.rows(
        "select count(case when has_conversion then 1 end), count(*) from fct_sessions"
        f" where {where({**MONTH, 'channel': 'Paid Search'})}"
    )
    assert figure(page, "conversion_rate") == percent(converting, sessions)


@needs_chromium
def test_filters_work_by_keyboard_and_can_be_taken_back(page: Any) -> None:
    """In the order in which they stand."""
    before = figure(page, "sessions")
    reached = []
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))
        if reached[-1] == "channel":
            page.keyboard.press("ArrowDown")
            page.wait_for_selector('html[data-drawn="2"]', state="attached")
    assert list(dict.fromkeys(reached))[1:7] == [
        *("period", "from", "to", "channel", "device", "visitor_type")
    ]
    assert count(figure(page, "sessions")) < count(before)
    page.click("button[type=reset]")
    page.wait_for_selector('html[data-drawn="3"]', state="attached")
    assert figure(page, "sessions") == before


@needs_chromium
def test_a_filter_that_nothing_passes_is_said(page: Any) -> None:
    """No empty axes, no old bars."""
    choose(page, {**NARROW, "from": "2026-06-01", "to": "2026-06-01"})
    assert figure(page, "sessions") == "0"
    assert page.inner_text("#channel_sessions .note") == (
        "Nothing here under these filters."
    )
    assert not page.is_visible("#channel_sessions .chart")


@needs_chromium
def test_a_period_that_ends_before_it_begins_is_told(page: Any) -> None:
    """What is drawn stays."""
    before = figure(page, "sessions")
    page.fill("#from", "2026-08-30")
    page.wait_for_function(
        "document.querySelector('#status').textContent.startsWith('The period has no')"
    )
    assert figure(page, "sessions") == before


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_fetched_said_or_cut_off_on_a_phone(
    browser: Any, made: Report, scheme: str
) -> None:
    """The one request is for the file; every figure has its picture within 390 px."""
    narrow = opened(
        browser, made, viewport={"width": 390, "height": 844}, color_scheme=scheme
    )
    choose(narrow, {"period": "All days"})
    assert narrow.said == [made.path.as_uri()]
    assert narrow.evaluate("document.documentElement.scrollWidth") == 390
    charts = narrow.locator("figure .chart").all()
    assert len(charts) == 12
    for chart in charts:
        assert "The table below" in chart.get_attribute("aria-label")
        box = chart.locator("svg").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    narrow.context.close()


@needs_chromium
@pytest.mark.parametrize("width", [390, 768, 1440])
def test_revenue_of_any_size_stays_in_its_box(
    browser: Any, made: Report, width: int
) -> None:
    """The demo takes thousands, a shop of a million events millions."""
    found = opened(browser, made, viewport={"width": width, "height": 844})
    revenue = found.locator("[data-metric=revenue] .now")
    for written in ("1,234,567.89", "123,456,789.01"):
        inner, outer = revenue.evaluate(
            "(figure, text) => { figure.textContent = text;"
            " return [figure.scrollWidth, figure.clientWidth]; }",
            written,
        )
        assert inner <= outer, written
        assert found.evaluate("document.documentElement.scrollWidth") == width
    found.context.close()


@needs_chromium
def test_text_is_legible_in_light_and_dark(browser: Any, made: Report) -> None:
    """At least 4.5 to 1 against what is behind it, in the page and in its charts."""
    for scheme in ("light", "dark"):
        found = opened(browser, made, color_scheme=scheme)
        behind = [
            colour(found, "body", "background-color"),
            colour(found, "figure", "background-color"),
        ]
        assert (luminance(behind[0]) < 0.5) is (scheme == "dark")
        for text in ("h1", "figcaption", "nav a", ".up", ".down", "label"):
            for paper in behind:
                assert contrast(colour(found, text, "color"), paper) >= 4.5, text
        for paper in behind:
            assert contrast(colour(found, ".chart text", "fill"), paper) >= 4.5
        found.context.close()


def test_every_chart_names_its_mart_and_a_metric(made: Report, demo: Build) -> None:
    """By names that the project knows."""
    manifest = demo.manifest()
    metrics = {each["name"] for each in manifest["metrics"].values()}
    figures = re.findall(r"<figure.*?</figure>", made.path.read_text(), re.DOTALL)
    assert len(figures) == 12
    for each in figures:
        named = set(re.findall(r"<code>(\w+)</code>", each))
        assert named & set(demo.marts()), each
        assert named & (metrics | {"is_exit", "outcome"}), each


def test_the_page_holds_no_identifier(made: Report) -> None:
    """Names of groups are all its text, and every visitor is in one set of them."""
    (packed,) = re.findall(r'id="data">([^<]+)<', made.path.read_text())
    data = json.loads(gzip.decompress(base64.b64decode(packed)))
    assert set(data["texts"]) == {
        *("channel", "device", "visitor_type", "page", "funnel", "step"),
        *("attribution_model", "outcome"),
    }
    assert (
        sum(data["visitors"]["visitors"])
        == made.rows(
            "select count(distinct (source_name, visitor_id)) from fct_sessions"
        )[0][0]
    )


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


def test_pages_without_a_host_keep_their_paths(made: Report, tmp_path: Path) -> None:
    """An app, or a source that delivers paths alone."""
    path = tmp_path / "paths.duckdb"
    shutil.copyfile(made.marts, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("update fct_sessions set landing_page_host = null")
        connection.execute("update fct_page_views set page_host = null")
        for name in PAGE_TABLES:
            sql = (ROOT / "serving" / "report" / "sql" / f"{name}.sql").read_text()
            pages = connection.execute(f"select distinct page from ({sql})").fetchall()
            assert ("/",) in pages
