"""The dashboard, as a visitor finds it in a browser.

Needs the environment that `make superset-install` makes, and the system's Chromium.
"""

import os
import re
import secrets
import shutil
import stat
import subprocess
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import duckdb
import pytest
import yaml
from harness import ROOT, Build, Row
from playwright.sync_api import Browser, Locator, Page, Request, Response, expect

from benchmarks.superset import PYTHON, Dashboard, running, sign_in
from scripts.browser import CHROMIUM
from serving.checks import is_published
from serving.superset import bundle as bundles
from serving.superset.bundle import BundleError, bundle

PLAN: dict[str, Any] = yaml.safe_load(
    (bundles.FOLDER / "dashboard.yml").read_text().replace("{currency}", "EUR")
)
DATASETS: dict[str, Any] = yaml.safe_load((bundles.FOLDER / "datasets.yml").read_text())
TABS = [tab["title"] for tab in PLAN["tabs"]]
# What has no rows in the demo: it has no targets and contradicts itself nowhere.
EMPTY = [
    "Are the targets near?",
    "Which targets are met?",
    "Which orders contradict each other?",
    "Which spend was rejected?",
]
ALL_CHARTS = [
    (tab["title"], chart)
    for tab in PLAN["tabs"]
    for row in tab["rows"]
    for chart in row["charts"]
]
CHARTS = [each for each in ALL_CHARTS if each[1]["title"] not in EMPTY]
# The demo ends on 29 August: its last whole month, and as many days before that.
LAST_MONTH = "between date '2026-07-01' and date '2026-07-31'"
BEFORE = "between date '2026-05-31' and date '2026-06-30'"
LATER = date(2026, 11, 25)

Test = TypeVar("Test", bound=Callable[..., object])
# Of what a chart was asked for: column, operator and values.
Condition = tuple[str, str, str]

in_browser = pytest.mark.browser
no_superset = pytest.mark.skipif(
    not PYTHON.exists(), reason="no .venv-superset: make superset-install"
)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium: apt-get install chromium"
)


def needs_superset(test: Test) -> Test:
    """Of `make test-all` alone: 700 MB to install, and a server to start.

    `make test` asks whether the bundle's charts and filters name what there is, and
    nothing of the server: its password, its policy, what it asks of the network.
    """
    marked: Test = pytest.mark.long(no_superset(test))
    return marked


@dataclass(frozen=True)
class Serving:
    """A file as the dashboard reads it."""

    path: Path

    def rows(self, sql: str) -> list[Row]:
        """Answer a query."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def row(self, sql: str) -> Row:
        """Answer a query that has one row."""
        (row,) = self.rows(sql)
        return row


@dataclass(frozen=True)
class Visit:
    """A browser that is logged in, and every request that it made."""

    page: Page
    address: str
    asked: list[str]
    """The addresses asked for."""
    chart_data: list[dict[str, Any]]
    """What charts asked for."""
    marks: dict[str, tuple[float, float] | None] = field(default_factory=dict)
    """Where drawings were clicked, by their charts' titles."""

    def open(self, tab: str) -> None:
        """Load the dashboard anew, as nobody has touched it, and open a tab."""
        self.page.goto(f"{self.address}/superset/dashboard/footfall/")
        if tab != TABS[0]:
            self.turn_to(tab)

    def turn_to(self, tab: str) -> None:
        """Open a tab of the dashboard as it stands."""
        self.page.get_by_role("tab", name=re.compile(f"^{re.escape(tab)}")).click()

    def chart(self, title: str) -> Locator:
        """A chart of the open tab."""
        found = self.page.locator(f'[data-test-chart-name="{title}"]:visible')
        expect(found).to_have_count(1)
        return found

    def body(self, title: str) -> Locator:
        """What is below a chart's title."""
        return self.chart(title).locator(".dashboard-chart")

    def shows(self, title: str, *values: str) -> None:
        """Wait until a number and what stands below it are drawn."""
        pattern = r"[↑↓]?\s*".join(re.escape(each) for each in values)
        expect(self.body(title)).to_contain_text(
            re.compile(rf"(?<![\d,.]){pattern}(?![\d,.])")
        )

    def settle(self) -> None:
        """Wait until charts have asked, and bars have grown into their places."""
        self.page.wait_for_timeout(1200)
        expect(self.page.locator(".loading")).to_have_count(0)

    def conditions(self) -> set[Condition]:
        """What all charts were asked for since they were last looked at."""
        found: set[Condition] = set()
        for asked in self.chart_data:
            for query in asked["queries"]:
                for each in query["filters"]:
                    if each["op"] == "TEMPORAL_RANGE":
                        continue
                    values = each.get("val", [])
                    values = values if isinstance(values, list) else [values]
                    text = ", ".join(repr(value) for value in values)
                    found.add((each["col"], each["op"], f"({text})"))
        self.chart_data.clear()
        return found

    def mark(self, canvas: Locator) -> tuple[float, float] | None:
        """Where the pointer says that something can be clicked, but the legend.

        From the drawing's corner; the lowest, since a stack may end in thin bars.
        """
        # What the header covers is not the drawing's.
        found: list[float] | None = canvas.evaluate(
            """canvas => {
                const holder = canvas.parentElement;
                const can = (x, y) => {
                    if (!holder.contains(document.elementFromPoint(x, y)))
                        return false;
                    const at = {clientX: x, clientY: y, bubbles: true};
                    holder.dispatchEvent(new MouseEvent("mousemove", at));
                    return holder.style.cursor === "pointer";
                };
                const box = canvas.getBoundingClientRect();
                for (let y = box.bottom - 30; y > box.top + 60; y -= 4)
                    for (let x = box.left + 50; x < box.right - 10; x += 4)
                        if (can(x, y) && can(x + 3, y - 3) && can(x + 1, y - 1))
                            return [x + 1 - box.left, y - 1 - box.top];
                return null;
            }"""
        )
        return (found[0], found[1]) if found else None

    def cells(self, title: str, row: str) -> dict[str, str]:
        """A row of a table, by its headings; it begins with `row`."""
        chart = self.chart(title)
        line = chart.locator("tbody tr").filter(
            has=self.page.get_by_text(row, exact=True)
        )
        expect(line).to_have_count(1)
        headings = chart.locator("thead tr").first.locator("th").all_inner_texts()
        values = line.locator("td, th").all_inner_texts()
        return dict(
            zip(
                (each.strip() for each in headings),
                (each.strip() for each in values),
                strict=True,
            )
        )


@pytest.fixture(scope="session")
def serving(demo: Build, tmp_path_factory: pytest.TempPathFactory) -> Serving:
    """The demo's marts as tables of their names."""
    path = tmp_path_factory.mktemp("serving") / "serving.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"attach '{demo.database}' as footfall (read_only)")
        for mart in demo.marts():
            connection.execute(f"create table {mart} as from footfall.main.{mart}")
    return Serving(path)


@pytest.fixture(scope="session")
def dashboard(
    serving: Serving, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dashboard]:
    """Started from nothing, on a port of its own."""
    state = tmp_path_factory.mktemp("superset")
    with running(serving.path, state) as started:
        assert started.password
        yield started


@pytest.fixture(scope="session")
def visit(dashboard: Dashboard, browser: Browser) -> Iterator[Visit]:
    """Log in through the form."""
    with visiting(dashboard, browser) as found:
        yield found


@pytest.fixture
def unscrolled_visit(visit: Visit) -> Iterator[Visit]:
    """So tall that no tab is scrolled.

    Superset's header folds when it is, and of a tab that is a little taller than the
    window what is to be clicked has moved by then.
    """
    before = visit.page.viewport_size
    assert before is not None
    visit.page.set_viewport_size({"width": before["width"], "height": 3400})
    yield visit
    visit.page.set_viewport_size(before)


@contextmanager
def visiting(dashboard: Dashboard, browser: Browser) -> Iterator[Visit]:
    """Log in through the form, and note all that is asked for."""
    asked: list[str] = []
    chart_data: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        asked.append(request.url)
        if request.url.startswith(f"{dashboard.address}/api/v1/chart/data"):
            said: Any = request.post_data_json
            chart_data.append(said)

    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.set_default_timeout(30_000)
    expect.set_options(timeout=30_000)
    page.on("request", note)
    sign_in(page, dashboard)
    yield Visit(page, dashboard.address, asked, chart_data)
    page.close()


@in_browser
@needs_superset
@needs_chromium
@pytest.mark.parametrize("tab", PLAN["tabs"], ids=TABS)
def test_every_chart_is_drawn_and_names_mart_and_metric(
    visit: Visit, serving: Serving, tab: dict[str, Any]
) -> None:
    files, _ = bundle(serving.path, LATER)
    visit.open(tab["title"])
    for title, chart in CHARTS:
        if title != tab["title"]:
            continue
        drawn = visit.chart(chart["title"])
        drawn.scroll_into_view_if_needed()
        if chart["kind"] == "compared":
            expect(visit.body(chart["title"])).to_contain_text("#")
        else:
            expect(drawn.locator("canvas, table").first).to_be_visible()
        column = drawn.locator("xpath=ancestor::*[contains(@class, 'grid-column')][1]")
        dataset = yaml.safe_load(files[f"datasets/footfall/{chart['dataset']}.yaml"])
        titles = {
            each["metric_name"]: each["verbose_name"] for each in dataset["metrics"]
        }
        said = column.locator(".dashboard-markdown")
        expect(said).to_contain_text(DATASETS[chart["dataset"]]["reads"][0])
        for metric in chart["metrics"]:
            expect(said).to_contain_text(titles[metric])
    no_errors(visit)
    expect(visit.page.get_by_text("No results")).to_have_count(0)
    assert hidden_metrics(visit) == []


def no_errors(visit: Visit) -> None:
    """Nothing on the tab failed."""
    expect(visit.page.locator(".loading")).to_have_count(0)
    for said in ("Data error", "Unexpected error"):
        expect(visit.page.get_by_text(said)).to_have_count(0)


def hidden_metrics(visit: Visit) -> list[str]:
    """The charts of the open tab that are wider than their place."""
    found: list[str] = visit.page.evaluate(
        """() => [...document.querySelectorAll("[data-test-chart-name]")]
            .filter(chart => chart.offsetParent)
            .filter(chart => [...chart.querySelectorAll("*")].some(each =>
                each.scrollWidth > each.clientWidth + 2
                && ["auto", "scroll"].includes(getComputedStyle(each).overflowX)))
            .map(chart => chart.dataset.testChartName)"""
    )
    return found


@in_browser
@needs_superset
@needs_chromium
@pytest.mark.parametrize("tab", TABS)
def test_a_click_filters_by_what_was_clicked(
    unscrolled_visit: Visit, serving: Serving, tab: str
) -> None:
    """What is asked for after a click on each chart, and the numbers, are of the same.

    A second click takes the filter back.
    """
    visit = unscrolled_visit
    visit.chart_data.clear()
    visit.open(tab)
    visit.settle()
    chosen = visit.conditions() | {("goal_name", "IN", "('purchase')")}
    for title, chart in CHARTS:
        if title != tab or chart["kind"] == "compared":
            continue
        dimensions = bundles.dimensions(chart, DATASETS[chart["dataset"]])
        if "by" in chart and chart["kind"] == "pivot":
            dimensions.append("week_from")
        clicked = click(visit, tab, chart) - chosen
        # Days are no category: a click on a line that is split by nothing says nothing.
        assert bool(clicked) == bool(dimensions), chart["title"]
        assert {column for column, _, _ in clicked} <= set(dimensions)
        shows_sessions(visit, serving, clicked)
        no_errors(visit)
        if dimensions:
            assert click(visit, tab, chart, again=True) <= chosen, chart["title"]


def shows_sessions(visit: Visit, serving: Serving, clicked: set[Condition]) -> None:
    """The numbers of the overview are those of SQL over the sessions that are left."""
    sessions, converting = serving.row(
        f"""
        select count(*), count(*) filter (where has_conversion)
        from fct_sessions
        where started_date {LAST_MONTH} and {sessions_where(clicked)}
        """
    )
    visit.shows("Sessions", f"{sessions:,}")
    if sessions:
        rate = converting / sessions
        visit.shows("Conversion rate of the goal", f"{rate:.1%}")


# The columns that charts are split by, as fct_sessions has them.
OF_SESSIONS = {
    **{
        name: name
        for name in (
            "browser_name",
            "campaign",
            "channel",
            "channel_reason",
            "country_code",
            "device_category",
            "medium",
            "os_name",
            "region",
            "source",
            "source_name",
            "visitor_type",
        )
    },
    "landing_page": "coalesce(landing_page_host, '') || landing_page_path",
    "week_from": "cast(started_date - (isodow(started_date) - 1)::integer as text)",
}


def sessions_where(conditions: set[Condition]) -> str:
    """Which sessions a click leaves, in SQL of its own."""
    said = ["true"]
    for column, operator, values in sorted(conditions):
        if column in OF_SESSIONS:
            tail = "is null" if operator == "IS NULL" else f"in {values}"
            said.append(f"{OF_SESSIONS[column]} {tail}")
    return " and ".join(said)


def click(
    visit: Visit, tab: str, chart: dict[str, Any], again: bool = False
) -> set[Condition]:
    """Click what stands for a value: a cell, or a mark of a drawing; the same `again`.

    What the charts of the tab and of the overview, which is open at the end, then ask.
    """
    visit.turn_to(tab)
    body = visit.body(chart["title"])
    expect(body.locator("canvas, table").first).to_be_visible()
    visit.settle()
    visit.chart_data.clear()
    if chart["kind"] == "table":
        is_split = DATASETS[chart["dataset"]].get("by_goal", False)
        body.locator("tbody tr").first.locator("td").nth(int(is_split)).click()
    elif chart["kind"] == "pivot":
        # Its numbers filter nothing, its headings do.
        rows = body.locator("tbody th.pvtRowLabel")
        direct = rows.filter(has_text=re.compile("^Direct$"))
        row = direct if direct.count() else rows
        weeks = body.locator("thead th.pvtColLabel")
        (weeks.last if "by" in chart else row.first).click()
    else:
        canvas = body.locator("canvas").first
        if not again:
            visit.marks[chart["title"]] = visit.mark(canvas)
        mark, box = visit.marks[chart["title"]], canvas.bounding_box()
        if mark and box:
            visit.page.mouse.click(box["x"] + mark[0], box["y"] + mark[1])
    filters = visit.page.locator(".ant-tag b")
    if again:
        expect(filters).to_have_count(0)
    elif bundles.dimensions(chart, DATASETS[chart["dataset"]]):
        expect(filters.first).to_be_visible()
    visit.settle()
    visit.turn_to("Overview")
    visit.settle()
    return visit.conditions()


@in_browser
@needs_superset
@needs_chromium
def test_numbers_are_those_of_sql_beside_the_period_before(
    visit: Visit, serving: Serving
) -> None:
    numbers = """
        select
            (select count(*) from fct_sessions where started_date {period}),
            (
                select count(distinct visitor_id)
                from fct_sessions
                where started_date {period}
            ),
            (select count(*) from dim_dates where has_data and report_date {period}),
            (
                select count(distinct session_id) filter (
                    where session_id in (
                        select session_id from fct_conversions
                        where conversion_name = 'purchase'
                    )
                ) / count(*)
                from fct_sessions
                where started_date {period}
            ),
            (select sum(revenue) from fct_conversions where converted_date {period})
            - (
                select sum(reversed_revenue)
                from fct_reversals
                where reversed_date {period}
            ),
            (select sum(revenue) from fct_conversions where converted_date {period})
    """
    now = serving.row(numbers.format(period=LAST_MONTH))
    before = serving.row(numbers.format(period=BEFORE))
    visit.open("Overview")
    titles = [chart["title"] for tab, chart in CHARTS if tab == "Overview"][:6]
    formats = ("{:,}", "{:,}", "{:,}", "{:.1%}", "{:,.0f}", "{:,.0f}")
    for title, shape, new, old in zip(titles, formats, now, before, strict=True):
        visit.shows(title, shape.format(new), "#", shape.format(old))


@in_browser
@needs_superset
@needs_chromium
def test_a_filter_acts_on_every_tab(visit: Visit, serving: Serving) -> None:
    visit.open("Overview")
    visit.page.get_by_role("combobox", name="Device").click()
    visit.page.get_by_role("option", name="mobile").click()
    visit.page.keyboard.press("Escape")
    visit.page.get_by_role("button", name="Apply", exact=True).click()
    where = f"{LAST_MONTH} and device_category = 'mobile'"

    (sessions,) = serving.row(
        f"select count(*) from fct_sessions where started_date {where}"
    )
    visit.shows("Sessions", f"{sessions:,}")

    visit.turn_to("Channels")
    direct, rate = serving.row(
        "select count(*), avg(cast(has_conversion as integer)) from fct_sessions"
        f" where started_date {where} and channel = 'Direct'"
    )
    cells = visit.cells("How do the channels compare?", "Direct")
    assert cells["Sessions"] == f"{direct:,}"
    cells = visit.cells("Which channels bring the goal?", "Direct")
    assert (cells["Goal"], cells["Conversion rate"]) == ("purchase", f"{rate:.1%}")

    visit.turn_to("Funnel")
    reached, share = serving.row(
        "select sum(reached), sum(reached) / sum(entered) from mart_funnel__steps_daily"
        f" where report_date {where} and funnel_name = 'purchase' and step_number = 2"
    )
    cells = visit.cells("Where are they lost?", "2. add to cart")
    assert (cells["Reached"], cells["Overall rate"]) == (f"{reached:,}", f"{share:.1%}")

    visit.turn_to("Pages")
    exits, views = serving.row(
        "select count(*) filter (where is_exit), count(*) from fct_page_views"
        " where page_host = 'www.shop.example' and page_path = '/search'"
        f" and viewed_date {LAST_MONTH} and session_id in"
        " (select session_id from fct_sessions where device_category = 'mobile')"
    )
    cells = visit.cells(
        "What is read, and where do sessions end?", "www.shop.example/search"
    )
    assert (cells["Exits"], cells["Page views"]) == (f"{exits:,}", f"{views:,}")

    visit.turn_to("New and returning")
    (new,) = serving.row(
        "select count(*) from fct_sessions"
        f" where started_date {where} and visitor_type = 'new'"
    )
    visit.shows("New sessions", f"{new:,}")

    visit.turn_to("Attribution")
    (credit,) = serving.row(
        "select sum(credit) from mart_attribution__credits inner join fct_conversions"
        " using (conversion_id) inner join fct_sessions"
        " on fct_conversions.session_id = fct_sessions.session_id"
        " where attribution_model = 'linear'"
        " and mart_attribution__credits.channel = 'Direct'"
        " and mart_attribution__credits.conversion_name = 'purchase'"
        " and fct_sessions.device_category = 'mobile'"
        f" and mart_attribution__credits.entry_date {LAST_MONTH}"
    )
    row = visit.chart("How do the models share conversions?").locator(
        "tbody tr", has_text="Direct"
    )
    expect(row.locator("td").nth(3)).to_have_text(f"{credit:,.1f}")


@in_browser
@needs_superset
@needs_chromium
def test_every_event_received_is_in_the_ledger(visit: Visit, serving: Serving) -> None:
    visit.open("Data quality")
    received, accepted, before = serving.row(
        f"select sum(received) filter (where received_date {LAST_MONTH}),"
        f" sum(accepted) filter (where received_date {LAST_MONTH}),"
        f" sum(received) filter (where received_date {BEFORE})"
        " from mart_quality__event_ledger"
    )
    visit.shows("Events received", f"{received:,}", "#", f"{before:,}")
    visit.shows("Rejected events", f"{received - accepted:,}")
    visit.shows("Accepted share", f"{accepted / received:.1%}")


@in_browser
@needs_superset
@needs_chromium
def test_a_visitor_finds_what_paid_search_converted_last_month_in_under_three_clicks(
    visit: Visit, serving: Serving
) -> None:
    (rate,) = serving.row(
        "select avg(cast(has_conversion as integer)) from fct_sessions"
        f" where channel = 'Paid Search' and started_date {LAST_MONTH}"
    )
    visit.open("Overview")
    visit.page.evaluate(
        "window.clicks = 0; addEventListener('click', () => window.clicks++, true)"
    )
    visit.turn_to("Channels")
    cells = visit.cells("Which channels bring the goal?", "Paid Search")
    expect(visit.page.get_by_text("2026-07-01 ≤ col < 2026-08-01")).to_be_visible()
    assert cells["Conversion rate"] == f"{rate:.1%}"
    assert 0 < visit.page.evaluate("window.clicks") < 3


@in_browser
@needs_superset
@needs_chromium
def test_nothing_leaves_this_machine(visit: Visit) -> None:
    visit.open(TABS[0])
    for tab in TABS:
        visit.turn_to(tab)
        visit.page.wait_for_load_state("networkidle")
    hosts = {urlsplit(each).netloc for each in visit.asked}
    # Of pictures and scripts that are in the page itself there is none.
    assert hosts - {""} == {urlsplit(visit.address).netloc}


@needs_superset
def test_the_policy_allows_nobody_else(dashboard: Dashboard) -> None:
    with urllib.request.urlopen(f"{dashboard.address}/login/") as answer:
        policy = answer.headers["Content-Security-Policy"]
    directives = dict(each.split(None, 1) for each in policy.split("; "))
    assert directives["default-src"] == "'self'"
    assert directives["img-src"] == "'self' blob: data:"
    assert "connect-src" not in directives
    assert not re.search(r"\*|https?:|\w\.\w", policy), policy


@needs_superset
def test_the_password_is_kept_nowhere(dashboard: Dashboard) -> None:
    files = [each for each in dashboard.state.rglob("*") if each.is_file()]
    assert dashboard.state / "superset.db" in files
    secret = dashboard.password.encode()
    assert [each.name for each in files if secret in each.read_bytes()] == []


@needs_superset
def test_what_it_writes_is_its_owners_alone(dashboard: Dashboard) -> None:
    modes = {
        each.name: stat.filemode(each.stat().st_mode)
        for each in dashboard.state.rglob("*")
        if each.is_file()
    }
    assert {"secret_key", "superset.db", "superset.log"} <= set(modes)
    assert set(modes.values()) == {"-rw-------"}


@in_browser
@needs_superset
@needs_chromium
def test_the_goal_chosen_stands_where_numbers_depend_on_it(
    visit: Visit, serving: Serving
) -> None:
    visit.open("Channels")
    # The value chosen lies over it.
    visit.page.get_by_role("combobox", name="Goal").click(force=True)
    visit.page.get_by_role("option", name="sign_up").click()
    visit.page.get_by_role("button", name="Apply", exact=True).click()
    (rate,) = serving.row(
        "select count(*) filter (where is_converted) / count(*)"
        " from fct_session_goals inner join fct_sessions using (session_id)"
        " where goal_name = 'sign_up' and channel = 'Direct'"
        f" and fct_sessions.started_date {LAST_MONTH}"
    )
    pivot = visit.chart("How does each channel convert by week?")
    expect(pivot.locator("thead")).to_contain_text("sign_up")
    cells = visit.cells("Which channels bring the goal?", "Direct")
    assert (cells["Goal"], cells["Conversion rate"]) == ("sign_up", f"{rate:.1%}")
    assert "Revenue (EUR)" in cells
    visit.turn_to("Overview")
    (rate,) = serving.row(
        "select count(*) filter (where is_converted) / count(*) from fct_session_goals"
        f" where goal_name = 'sign_up' and started_date {LAST_MONTH}"
    )
    visit.shows("Conversion rate of the goal", f"{rate:.1%}")


@in_browser
@needs_superset
@needs_chromium
@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("create table mine as select 1", "."),
        ("select * from read_text('/etc/hostname')", "disabled by configuration"),
    ],
)
def test_the_database_is_read_only_and_reads_nothing_else(
    visit: Visit, sql: str, why: str
) -> None:
    request = visit.page.request
    token = request.get(f"{visit.address}/api/v1/security/csrf_token/").json()
    found = request.get(f"{visit.address}/api/v1/database/").json()["result"]
    answer = request.post(
        f"{visit.address}/api/v1/sqllab/execute/",
        headers={"X-CSRFToken": token["result"], "Referer": visit.address},
        data={
            "database_id": found[0]["id"],
            "sql": sql,
            "client_id": secrets.token_hex(5),
        },
    )
    assert not answer.ok
    assert why in answer.text()


def dashboard_of(files: dict[str, str]) -> dict[str, Any]:
    """The dashboard's own file."""
    plan: dict[str, Any] = yaml.safe_load(files["dashboards/footfall.yaml"])
    return plan


def test_filters_act_on_all_charts_but_those_that_say_why_not(serving: Serving) -> None:
    files, absent = bundle(serving.path, LATER)
    assert absent == EMPTY
    dashboard = dashboard_of(files)
    charts = {
        part["meta"]["chartId"]: yaml.safe_load(
            files[f"charts/chart_{part['meta']['chartId']}.yaml"]
        )
        for part in dashboard["position"].values()
        if isinstance(part, dict) and part["type"] == "CHART"
    }
    filters = {
        each["name"]: each["scope"]["excluded"]
        for each in dashboard["metadata"]["native_filter_configuration"]
        if each["scope"]["rootPath"] == ["ROOT_ID"]
    }
    assert set(filters) == {"Date", "Goal", "Channel", "Device", "Visitors"}
    for name in ("Date", "Channel", "Device", "Visitors"):
        for number, chart in charts.items():
            unheard = re.search(r"\. (.*) do not act on it: \w+", chart["description"])
            says_so = unheard is not None and name in unheard[1]
            assert says_so == (number in filters[name]), (name, chart["slice_name"])
    undated = {title for title, data in DATASETS.items() if "date" not in data}
    assert [charts[number]["slice_name"] for number in filters["Date"]] == [
        chart["title"] for _, chart in CHARTS if chart["dataset"] in undated
    ]
    goals = {title for title, data in DATASETS.items() if data.get("by_goal")}
    assert [charts[number]["slice_name"] for number in filters["Goal"]] == [
        chart["title"] for _, chart in CHARTS if chart["dataset"] not in goals
    ]


def test_every_published_mart_is_in_a_chart_or_left_out_with_a_reason(
    demo: Build,
) -> None:
    read = {
        mart
        for each in [chart for _, chart in ALL_CHARTS]
        + PLAN["annotations"]
        + [each for each in PLAN["filters"] if "dataset" in each]
        for mart in DATASETS[each["dataset"]]["reads"]
    }
    assert read.isdisjoint(PLAN["left_out"])
    published = {
        node["name"] for node in demo.manifest()["nodes"].values() if is_published(node)
    }
    assert read | set(PLAN["left_out"]) == published
    assert all(PLAN["left_out"].values())


def test_exposures_name_charts_that_are_there_and_what_they_read() -> None:
    exposures = yaml.safe_load((ROOT / "models/exposures.yml").read_text())["exposures"]
    told = {
        each["label"]: (
            [name.format(currency="EUR") for name in each["config"]["meta"]["charts"]],
            set(re.findall(r"\w+(?='\))", " ".join(each["depends_on"]))),
        )
        for each in exposures
    }
    assert list(told) == TABS
    for tab, (titles, marts) in told.items():
        charts = [chart for title, chart in ALL_CHARTS if title == tab]
        assert titles == [chart["title"] for chart in charts]
        read = {mart for each in charts for mart in DATASETS[each["dataset"]]["reads"]}
        assert read <= marts
        assert marts - read <= {"dim_annotations", "dim_dates", "dim_goals"}


def test_no_label_is_turned_and_nothing_is_a_pie(serving: Serving) -> None:
    files, _ = bundle(serving.path, LATER)
    charts = [yaml.safe_load(text) for name, text in files.items() if "chart_" in name]
    assert len(charts) == len(CHARTS)
    for chart in charts:
        assert chart["viz_type"] != "pie"
        assert chart["params"].get("xAxisLabelRotation", 0) == 0


def days_of(serving: Serving, path: Path, where: str, only: Sequence[str] = ()) -> Path:
    """A copy of what is published, or of some marts, with some days of it alone."""
    days = """
        select table_name, any_value(column_name) filter (
            where column_name in (
                'converted_date', 'occurred_date', 'received_date', 'report_date',
                'reversed_date', 'spend_date', 'started_date', 'viewed_date'
            )
        )
        from information_schema.columns
        group by table_name
    """
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"attach '{serving.path}' as whole (read_only)")
        for mart, day in serving.rows(days):
            if not only or mart in only:
                kept = f"where {day} {where}" if day else ""
                connection.execute(f"create table {mart} as from whole.{mart} {kept}")
    return path


# What the project itself writes, and what it is read by: its words are no visitor's.
OWN_WORDS = {
    "attribution_model",
    "conversion_name",
    "currency",
    "entry_type",
    "funnel_name",
    "goal_name",
    "step",
    "step_name",
}
MARKUP = '<a href="https://planted.example/"><u>a</u></a><img src="https://planted.example/">'


@pytest.fixture(scope="session")
def planted(serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> Serving:
    """Three days, with markup before every text that may come from outside.

    On the second nothing was received, and the third has a note.
    """
    path = tmp_path_factory.mktemp("planted") / "serving.duckdb"
    days_of(serving, path, "in (date '2026-08-26', date '2026-08-28')")
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "insert into dim_dates select * replace"
            " (date '2026-08-27' as report_date, false as has_data)"
            " from dim_dates limit 1"
        )
        connection.execute(
            "insert into dim_annotations by name"
            " select 'a' as annotation_id, date '2026-08-28' as annotation_date,"
            " 'A sale' as annotation_text, 'other' as annotation_kind"
        )
        for mart, columns in connection.execute(
            "select table_name, list(column_name) from information_schema.columns"
            " where data_type = 'VARCHAR' group by table_name"
        ).fetchall():
            texts = [each for each in columns if each not in OWN_WORDS]
            values = ", ".join(f"{each} = '{MARKUP}' || {each}" for each in texts)
            if values:
                connection.execute(f"update {mart} set {values}")
    return Serving(path)


@pytest.fixture(scope="session")
def hostile_visit(
    planted: Serving,
    dashboard: Dashboard,
    browser: Browser,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Visit]:
    """Started over what the first one made, which takes a third of the time."""
    state = tmp_path_factory.mktemp("hostile") / "state"
    shutil.copytree(dashboard.state, state)
    with running(planted.path, state) as started:
        again = Dashboard(started.address, dashboard.password, state)
        with visiting(again, browser) as found:
            yield found


@in_browser
@needs_superset
@needs_chromium
@pytest.mark.parametrize("tab", TABS)
def test_text_that_visitors_send_is_shown_as_text(
    hostile_visit: Visit, planted: Serving, tab: str
) -> None:
    """On the last whole period of young data too."""
    hostile_visit.open(tab)
    hostile_visit.page.wait_for_load_state("networkidle")
    for title, chart in CHARTS:
        columns = [each for each in chart.get("rows", []) if each not in OWN_WORDS]
        if title == tab and chart["kind"] in ("table", "pivot") and columns:
            cells = hostile_visit.body(chart["title"]).locator("td, tbody th")
            expect(cells.filter(has_text=MARKUP).first).to_be_visible()
    for drawing in hostile_visit.page.locator("canvas:visible").all():
        drawing.scroll_into_view_if_needed()
        drawing.hover()
    page = hostile_visit.page
    assert page.locator("a[href*=planted], img[src*=planted], u").count() == 0
    hosts = {urlsplit(each).netloc for each in hostile_visit.asked}
    assert hosts - {""} == {urlsplit(hostile_visit.address).netloc}
    no_errors(hostile_visit)
    if tab == "Overview":
        (sessions,) = planted.row("select count(*) from fct_sessions")
        hostile_visit.shows("Sessions", f"{sessions:,}")


@in_browser
@needs_superset
@needs_chromium
def test_a_day_without_data_is_a_gap_and_marked_and_so_are_notes(
    hostile_visit: Visit, planted: Serving
) -> None:
    def is_of_traffic(answer: Response) -> bool:
        said = answer.request.post_data or ""
        return "Days without data" in said and "started_date" in said

    with hostile_visit.page.expect_response(is_of_traffic) as answer:
        hostile_visit.open("Overview")
    (result,) = answer.value.json()["result"]
    sessions: dict[date, int | None] = {date(2026, 8, 27): None}
    sessions |= planted.rows(
        "select started_date, count(*) from fct_sessions group by 1"
    )
    drawn = {day(row["started_date"]): row["sessions"] for row in result["data"]}
    assert drawn == sessions
    layers = result["annotation_data"]
    (gap,) = layers["Days without data"]["records"]
    assert day(gap["report_date"]) == date(2026, 8, 27)
    assert day(gap["next_date"]) == date(2026, 8, 28)
    (note,) = layers["Notes"]["records"]
    assert day(note["annotation_date"]) == date(2026, 8, 28)
    assert note["annotation_text"].endswith("A sale")


def day(milliseconds: int) -> date:
    """The day of an instant."""
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc).date()


@pytest.mark.parametrize(
    ("where", "today", "period"),
    [
        # The demo: June to 29 August, long ago and live.
        ("is not null", LATER, "2026-07-01 : 2026-08-01"),
        ("is not null", date(2026, 9, 5), "previous calendar month"),
        ("is not null", date(2026, 8, 30), "previous calendar month"),
        # One day long ago, as examples/ga360.yml has.
        ("= date '2026-08-01'", LATER, "2026-08-01 : 2026-08-02"),
        # Three young days; of today only the morning is there.
        (">= date '2026-08-27'", date(2026, 8, 30), "2026-08-27 : 2026-08-30"),
        (">= date '2026-08-27'", date(2026, 8, 29), "2026-08-27 : 2026-08-29"),
        # One young day, which is today.
        (">= date '2026-08-29'", date(2026, 8, 29), "2026-08-29 : 2026-08-30"),
        # Twelve young days: Monday the 17th to Sunday the 23rd is a whole week.
        (">= date '2026-08-16'", date(2026, 8, 28), "previous calendar week"),
        (">= date '2026-08-16'", LATER, "2026-08-17 : 2026-08-24"),
        # July has no data: the month before it has.
        ("not between date '2026-07-01' and date '2026-08-05'", LATER,
         "2026-06-01 : 2026-07-01"),
    ],
)  # fmt: skip
def test_the_dashboard_opens_at_the_last_whole_period_that_has_data(
    serving: Serving, tmp_path: Path, where: str, today: date, period: str
) -> None:
    some = days_of(serving, tmp_path / "some.duckdb", where, ["fct_sessions"])
    files, _ = bundle(some, today)
    filters = dashboard_of(files)["metadata"]["native_filter_configuration"]
    assert filters[0]["defaultDataMask"]["extraFormData"] == {"time_range": period}
    assert filters[0]["controlValues"]["enableEmptyFilter"]


def test_charts_of_absent_marts_are_left_out(serving: Serving, tmp_path: Path) -> None:
    path = tmp_path / "less.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"attach '{serving.path}' as whole (read_only)")
        connection.execute("create table fct_sessions as from whole.fct_sessions")
    files, absent = bundle(path, LATER)
    assert "Where are they lost?" in absent
    assert "Which channels bring the goal?" in absent
    assert "Sessions" not in absent
    tabs = dashboard_of(files)["position"]["TABS-all"]["children"]
    assert "TAB-funnel" not in tabs
    assert "TAB-channels" in tabs


def test_without_spend_no_chart_asks_what_it_bought(
    serving: Serving, tmp_path: Path
) -> None:
    path = tmp_path / "unpaid.duckdb"
    shutil.copyfile(serving.path, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("update mart_attribution__channels set spend = 0")
        connection.execute("update mart_attribution__campaigns set spend = null")
    _, absent = bundle(path, LATER)
    assert set(absent) - set(EMPTY) == {
        "What does a conversion cost by campaign?",
        "What does a conversion cost, in EUR?",
        "What comes back for the spend?",
    }


def test_a_file_without_sessions_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.duckdb"
    duckdb.connect(str(path)).close()
    with pytest.raises(BundleError, match="has no fct_sessions"):
        bundle(path, LATER)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("metrics: [sessions]", "metrics: [money]", "no metric 'money'"),
        ("rows: [channel]", "rows: [chanel]", "no column 'chanel'"),
        ("kind: ranking", "kind: pie", "no kind 'pie'"),
    ],
)
def test_what_is_wrong_with_the_yaml_is_said(
    serving: Serving,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    old: str,
    new: str,
    said: str,
) -> None:
    for name in ("dashboard.yml", "datasets.yml", "dashboard.css"):
        text = (bundles.FOLDER / name).read_text()
        (tmp_path / name).write_text(text.replace(old, new, 1))
    monkeypatch.setattr(bundles, "FOLDER", tmp_path)
    with pytest.raises(BundleError, match=said):
        bundle(serving.path, LATER)


@needs_superset
def test_without_a_serving_file_it_says_what_to_do(tmp_path: Path) -> None:
    gone = tmp_path / "gone.duckdb"
    done = subprocess.run(
        [PYTHON, "-m", "serving.superset"],
        cwd=ROOT,
        env=os.environ | {"FOOTFALL_SERVING_PATH": str(gone)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"There is no {gone}: run `make build`")


def planted_days(serving: Serving, path: Path, changed: str) -> Path:
    """Sessions and days of the demo, changed."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"attach '{serving.path}' as whole (read_only)")
        for mart in ("fct_sessions", "dim_dates"):
            connection.execute(f"create table {mart} as from whole.{mart}")
        connection.execute(changed)
    return path


@pytest.mark.parametrize(
    ("where", "period"),
    [
        # July has 31 days: 16 are most of them, 15 are not.
        ("between date '2026-07-17' and date '2026-07-31'", "2026-07-01 : 2026-08-01"),
        ("between date '2026-07-16' and date '2026-07-31'", "2026-06-01 : 2026-07-01"),
        # No month is left, and of the last week, from the 17th of August, 4 days of 7;
        # of 3 it is all days that have sessions.
        ("< date '2026-08-20'", "2026-08-17 : 2026-08-24"),
        ("< date '2026-08-21'", "2026-06-01 : 2026-08-30"),
    ],
)
@pytest.mark.parametrize("lacking", ["has_data = false", "is_partial = true"])
def test_the_dashboard_opens_at_a_period_that_has_data_on_most_of_its_days(
    serving: Serving, tmp_path: Path, where: str, period: str, lacking: str
) -> None:
    few = planted_days(
        serving,
        tmp_path / "few.duckdb",
        f"update dim_dates set {lacking} where report_date {where}",
    )
    files, _ = bundle(few, LATER)
    (dates, *_) = dashboard_of(files)["metadata"]["native_filter_configuration"]
    assert dates["defaultDataMask"]["filterState"] == {"value": period}


def test_only_what_knows_no_days_is_coloured_beside_the_period_before(
    serving: Serving,
) -> None:
    """A sum falls where a source fails, and that is no worse a week."""
    files, _ = bundle(serving.path, LATER)
    made = [yaml.safe_load(text) for name, text in files.items() if "/chart_" in name]
    coloured = {
        each["slice_name"]: each["params"]["comparison_color_enabled"]
        for each in made
        if each["viz_type"] == "pop_kpi"
    }
    rates = {"Conversion rate of the goal", "New session share", "Accepted share"}
    assert {title for title, is_coloured in coloured.items() if is_coloured} == rates
    assert len(coloured) == 11


def test_a_gap_of_a_line_is_said_to_depend_on_the_filters(serving: Serving) -> None:
    files, _ = bundle(serving.path, LATER)
    for name, text in files.items():
        made = yaml.safe_load(text)
        if made.get("viz_type") == "echarts_timeseries_line":
            day = made["params"]["time_grain_sqla"] == "P1D"
            said = "none under the filters: zero, unless it is grey"
            assert (said in made["description"]) == day, name
            assert "none under the filters" in made["description"], name
