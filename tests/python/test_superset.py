"""The dashboard, as a visitor finds it in a browser.

Needs the environment that `make superset-install` makes, and the system's Chromium.
"""

import os
import re
import secrets
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pytest
import yaml
from harness import ROOT, Build, Row
from playwright.sync_api import Browser, Locator, Page, Request, expect

from benchmarks.superset import PYTHON, Dashboard, running, sign_in
from scripts.browser import CHROMIUM
from serving.superset import bundle as bundles
from serving.superset.bundle import BundleError, bundle

PLAN: dict[str, Any] = yaml.safe_load((bundles.FOLDER / "dashboard.yml").read_text())
TABS = [tab["title"] for tab in PLAN["tabs"]]
# The demo ends on 29 August: its last whole month, and as many days before that.
LAST_MONTH = "between date '2026-07-01' and date '2026-07-31'"
BEFORE = "between date '2026-05-31' and date '2026-06-30'"
LATER = date(2026, 11, 25)

Test = TypeVar("Test", bound=Callable[..., object])

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
    blocked: list[str]
    """Those of them that the content security policy kept from being sent."""

    def open(self, tab: str) -> None:
        """Load the dashboard anew, as nobody has touched it, and open a tab."""
        self.page.goto(f"{self.address}/superset/dashboard/footfall/")
        if tab != TABS[0]:
            self.page.get_by_role("tab", name=tab).click()

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
    """The demo's marts as tables of their names, each with a build_id."""
    path = tmp_path_factory.mktemp("serving") / "serving.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"attach '{demo.database}' as footfall (read_only)")
        for mart in demo.marts():
            connection.execute(
                f"create table {mart} as select *, 'test' as build_id"
                f" from footfall.main.{mart}"
            )
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
    asked: list[str] = []
    blocked: list[str] = []

    def note_failure(request: Request) -> None:
        if request.failure == "csp":
            blocked.append(request.url)

    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.set_default_timeout(30_000)
    expect.set_options(timeout=30_000)
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", note_failure)
    sign_in(page, dashboard)
    yield Visit(page, dashboard.address, asked, blocked)
    page.close()


@in_browser
@needs_superset
@needs_chromium
@pytest.mark.parametrize("tab", PLAN["tabs"], ids=TABS)
def test_every_chart_is_drawn_and_names_mart_and_metric(
    visit: Visit, tab: dict[str, Any]
) -> None:
    datasets = yaml.safe_load((bundles.FOLDER / "datasets.yml").read_text())
    visit.open(tab["title"])
    for row in tab["rows"]:
        for chart in row["charts"]:
            drawn = visit.chart(chart["title"])
            drawn.scroll_into_view_if_needed()
            if chart["kind"] == "compared":
                expect(visit.body(chart["title"])).to_contain_text("#")
            else:
                expect(drawn.locator("canvas, table").first).to_be_visible()
            column = drawn.locator(
                "xpath=ancestor::*[contains(@class, 'grid-column')][1]"
            )
            dataset = datasets[chart["dataset"]]
            expect(column).to_contain_text(dataset["reads"][0])
            for metric in chart["metrics"]:
                expect(column.locator(".dashboard-markdown")).to_contain_text(
                    dataset["metrics"][metric]["title"]
                )
    expect(visit.page.get_by_text("Data error")).to_have_count(0)
    expect(visit.page.get_by_text("Unexpected error")).to_have_count(0)


@in_browser
@needs_superset
@needs_chromium
def test_numbers_are_those_of_sql_beside_the_period_before(
    visit: Visit, serving: Serving
) -> None:
    numbers = """
        select
            count(*),
            count(distinct visitor_id),
            sum(cast(conversion_count > 0 as integer)) / count(*),
            sum(revenue)
        from fct_sessions
        where started_date
    """
    now = serving.row(f"{numbers} {LAST_MONTH}")
    before = serving.row(f"{numbers} {BEFORE}")
    visit.open("Overview")
    titles = ("Sessions", "Visitors", "Conversion rate", "Revenue")
    formats = ("{:,}", "{:,}", "{:.1%}", "{:,.0f}")
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

    visit.page.get_by_role("tab", name="Channels").click()
    direct, rate = serving.row(
        "select count(*), avg(cast(has_conversion as integer)) from fct_sessions"
        f" where started_date {where} and channel = 'Direct'"
    )
    cells = visit.cells("How do the channels compare?", "Direct")
    assert (cells["Sessions"], cells["Conversion rate"]) == (
        f"{direct:,}",
        f"{rate:.1%}",
    )

    visit.page.get_by_role("tab", name="Funnel").click()
    reached, share = serving.row(
        "select sum(reached), sum(reached) / sum(entered) from mart_funnel__steps_daily"
        f" where report_date {where} and funnel_name = 'purchase' and step_number = 2"
    )
    cells = visit.cells("Where are they lost?", "2. add to cart")
    assert (cells["Reached"], cells["Overall rate"]) == (f"{reached:,}", f"{share:.1%}")

    visit.page.get_by_role("tab", name="Pages").click()
    exits, views = serving.row(
        "select count(*) filter (where is_exit), count(*) from fct_page_views"
        f" where page_path = '/search' and viewed_date {LAST_MONTH} and session_id in"
        " (select session_id from fct_sessions where device_category = 'mobile')"
    )
    cells = visit.cells("Where do sessions end?", "/search")
    assert (cells["Exits"], cells["Page views"]) == (f"{exits:,}", f"{views:,}")

    visit.page.get_by_role("tab", name="New and returning").click()
    (new,) = serving.row(
        "select count(*) from fct_sessions"
        f" where started_date {where} and visitor_type = 'new'"
    )
    visit.shows("New sessions", f"{new:,}")

    visit.page.get_by_role("tab", name="Attribution").click()
    (credit,) = serving.row(
        "select sum(credit) from mart_attribution__credits inner join fct_conversions"
        " using (conversion_id) inner join fct_sessions"
        " on fct_conversions.session_id = fct_sessions.session_id"
        " where attribution_model = 'linear' and entry_type = 'conversion'"
        " and mart_attribution__credits.channel = 'Direct'"
        " and mart_attribution__credits.conversion_name = 'purchase'"
        " and fct_sessions.device_category = 'mobile'"
        f" and mart_attribution__credits.converted_date {LAST_MONTH}"
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
    visit.page.get_by_role("tab", name="Channels").click()
    cells = visit.cells("How do the channels compare?", "Paid Search")
    expect(visit.page.get_by_text("2026-07-01 ≤ col < 2026-08-01")).to_be_visible()
    assert cells["Conversion rate"] == f"{rate:.1%}"
    assert 0 < visit.page.evaluate("window.clicks") < 3


@in_browser
@needs_superset
@needs_chromium
def test_nothing_leaves_this_machine(visit: Visit) -> None:
    visit.open(TABS[0])
    for tab in TABS:
        visit.page.get_by_role("tab", name=tab).click()
        visit.page.wait_for_load_state("networkidle")
    local = (f"{visit.address}/", "data:", "blob:")
    assert any(each.startswith(local) for each in visit.asked)
    outside = {each for each in visit.asked if not each.startswith(local)}
    assert outside - set(visit.blocked) == set()


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
    assert dashboard.state.stat().st_mode & 0o077 == 0
    secret = dashboard.password.encode()
    assert [each.name for each in files if secret in each.read_bytes()] == []


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
    assert absent == []
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
    assert set(filters) == {"Date", "Channel", "Device", "Visitors"}
    assert filters["Date"] == []
    for name, excluded in filters.items():
        for number, chart in charts.items():
            unheard = re.search(r"\. (.*) do not act on it: \w+", chart["description"])
            says_so = unheard is not None and name in unheard[1]
            assert says_so == (number in excluded), (name, chart["slice_name"])
    deaf = [
        each["slice_name"]
        for number, each in charts.items()
        if number in filters["Channel"]
    ]
    quality = [chart for row in PLAN["tabs"][-1]["rows"] for chart in row["charts"]]
    assert deaf == [chart["title"] for chart in quality if chart["dataset"] == "ledger"]


@pytest.mark.parametrize(
    ("today", "period"),
    [
        (LATER, "2026-07-01 : 2026-08-01"),
        (date(2026, 9, 5), "previous calendar month"),
    ],
)
def test_the_dashboard_opens_at_the_last_whole_month(
    serving: Serving, today: date, period: str
) -> None:
    files, _ = bundle(serving.path, today)
    filters = dashboard_of(files)["metadata"]["native_filter_configuration"]
    assert filters[0]["defaultDataMask"]["extraFormData"] == {"time_range": period}


def test_less_than_a_month_is_shown_whole(serving: Serving, tmp_path: Path) -> None:
    """The month before it would be empty."""
    path = tmp_path / "young.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"attach '{serving.path}' as whole (read_only)")
        connection.execute(
            "create table fct_sessions as from whole.fct_sessions"
            " where started_date >= '2026-08-01'"
        )
    files, _ = bundle(path, date(2026, 8, 31))
    filters = dashboard_of(files)["metadata"]["native_filter_configuration"]
    period = filters[0]["defaultDataMask"]["extraFormData"]
    assert period == {"time_range": "No filter"}


def test_charts_of_absent_marts_are_left_out(serving: Serving, tmp_path: Path) -> None:
    path = tmp_path / "less.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"attach '{serving.path}' as whole (read_only)")
        connection.execute("create table fct_sessions as from whole.fct_sessions")
    files, absent = bundle(path, LATER)
    assert "Where are they lost?" in absent
    assert "Sessions" not in absent
    tabs = dashboard_of(files)["position"]["TABS-all"]["children"]
    assert "TAB-funnel" not in tabs
    assert "TAB-channels" in tabs


def test_a_file_without_sessions_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.duckdb"
    duckdb.connect(str(path)).close()
    with pytest.raises(BundleError, match="has no fct_sessions"):
        bundle(path, LATER)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("metrics: [revenue]", "metrics: [money]", "no metric 'money'"),
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
