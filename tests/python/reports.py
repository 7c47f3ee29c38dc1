"""The report in a browser, for tests: made, opened, chosen from and read."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from harness import Build

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
# As the page writes a range, and what has no value.
TO = NONE = "\N{EN DASH}"
COLUMNS = {"device": "device_category", "country": "country_code"}


@dataclass(frozen=True)
class Report:
    """A page and the marts that it was made from."""

    path: Path
    marts: Path

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Answer a query over the marts."""
        with duckdb.connect(str(self.marts), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def changed(self, folder: Path, *statements: str) -> "Report":
        """The report of other marts: these, after some statements."""
        other = Report(folder / "report.html", folder / "serving.duckdb")
        shutil.copy(self.marts, other.marts)
        with duckdb.connect(str(other.marts)) as connection:
            for statement in statements:
                connection.execute(statement)
        other.write()
        return other

    def write(self) -> None:
        """Make the page from the marts."""
        report.main(["--database", str(self.marts), "--output", str(self.path)])


def made_of(demo: Build, folder: Path) -> Report:
    """The demo's page."""
    found = Report(folder / "report.html", folder / "serving.duckdb")
    with duckdb.connect(str(found.marts)) as connection:
        connection.execute(f"attach '{demo.database}' as footfall (read_only)")
        for mart in demo.marts():
            connection.execute(f"create table {mart} as from footfall.{mart}")
        connection.execute("create table published_build as select 'b1' as build_id")
    found.write()
    return found


@contextmanager
def opened(
    browser: Any, made: Report, fragment: str = "", **context: Any
) -> Iterator[Any]:
    """The page, drawn, with what it asked for and complained of in `said`."""
    settings = {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}}
    page = browser.new_context(**{**settings, **context}).new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("request", lambda request: page.said.append(request.url))
    page.goto(f"{made.path.as_uri()}{fragment}")
    page.wait_for_selector("html[data-drawn]", state="attached")
    yield page
    page.context.close()


def choose(page: Any, chosen: dict[str, str]) -> None:
    """Set filters; the page draws before it hands control back."""
    for name, value in chosen.items():
        if name in ("from", "to"):
            page.fill(f"#{name}", value)
        else:
            page.select_option(f"#{name}", label=value)


def where(chosen: dict[str, str], day: str = "started_date") -> str:
    """The filters as a condition on sessions."""
    conditions = [f"{day} between '{chosen['from']}' and '{chosen['to']}'"]
    conditions += [
        f"{COLUMNS.get(name, name)} = '{value}'"
        for name, value in chosen.items()
        if name not in ("from", "to", "goal", "compare")
    ]
    return " and ".join(conditions)


def figure(page: Any, metric: str, line: str = "now") -> str:
    """A line of a card of the overview, as it is shown."""
    return str(page.inner_text(f"[data-metric={metric}] .{line}"))


def bars(page: Any, name: str) -> list[tuple[str, str]]:
    """Name and label of each bar from the top."""
    lines = page.locator(f"#{name} .bars > li")
    return [
        (line.locator(".name").inner_text(), line.locator(".label").inner_text())
        for line in lines.all()
    ]


def bar(page: Any, name: str, text: str) -> Any:
    """The button of a bar by its name."""
    lines = page.locator(f"#{name} .bars > li > button")
    exact = page.locator(".name", has_text=re.compile(f"^{re.escape(text)}$"))
    return lines.filter(has=exact)


def table(page: Any, name: str) -> list[dict[str, str]]:
    """The table below a chart, a row as its cells by heading."""
    page.eval_on_selector(f"#{name} details", "found => { found.open = true; }")
    page.wait_for_selector(f"#{name} tbody tr", state="attached")
    heads = page.locator(f"#{name} thead button").all_text_contents()
    titles = [head.rstrip(" ▼▲") for head in heads]
    rows = page.eval_on_selector_all(
        f"#{name} tbody tr",
        "rows => rows.map(row => [...row.children].map(each => each.textContent))",
    )
    return [dict(zip(titles, row, strict=True)) for row in rows]


def column(page: Any, name: str, title: str) -> dict[str, str]:
    """A column of the table below a chart, by the first cell of its row."""
    rows = table(page, name)
    return {next(iter(row.values())): row[title] for row in rows}


def note(page: Any, name: str) -> str:
    """What a chart says below itself."""
    return str(page.text_content(f"#{name} .note"))


def count(text: str) -> int:
    """A whole number as the page writes it."""
    return int(text.replace(",", ""))


def rounded(value: Any, digits: int) -> Decimal:
    """Half away from zero, as a reader expects."""
    return Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def percent(part: Any, whole: Any) -> str:
    """A rate as the page writes it in English."""
    return f"{rounded(Decimal(100) * Decimal(part) / Decimal(whole), 1):,}%"


def euros(amount: Any) -> str:
    """An amount as the page writes it in English."""
    value = rounded(amount, 2)
    return f"{'-' if value < 0 else ''}€{abs(value):,}"
