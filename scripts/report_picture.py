"""Open the report in Chromium: how long it takes, and the README's picture of it.

`python -m scripts.report_picture` opens `warehouse/report.html` from disk some times,
each in a browser with nothing remembered, prints the milliseconds until all is drawn by
the page's own clock, and writes `docs/report.png`.
"""

import argparse
import statistics
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright
from tqdm import tqdm

from scripts.browser import CHROMIUM, launched

ROOT = Path(__file__).resolve().parents[1]
SIZE = ViewportSize(width=1280, height=1000)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and take the picture.

    Raises:
        SystemExit: where there is no report or no Chromium.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--report", type=Path, default=ROOT / "warehouse/report.html")
    parser.add_argument("--picture", type=Path, default=ROOT / "docs/report.png")
    parser.add_argument("--loads", type=int, default=9, help="how often it is opened")
    options = parser.parse_args(arguments)
    if not options.report.is_file():
        raise SystemExit(f"There is no report at {options.report}: run `make report`.")
    if CHROMIUM is None:
        raise SystemExit("There is no Chromium: install the system's package chromium.")
    milliseconds = []
    with sync_playwright() as playwright:
        for _ in tqdm(range(options.loads), desc="opening", unit="load"):
            milliseconds.append(opened(launched(playwright), options))
    size = options.report.stat().st_size / 1_000_000
    median = statistics.median(milliseconds)
    print(
        f"{options.report.name}: {size:.2f} MB, drawn {median:.0f} ms after it was"
        f" opened (median of {options.loads}; at most"
        f" {max(milliseconds):.0f} ms). Picture: {options.picture}."
    )


def opened(browser: Browser, options: argparse.Namespace) -> float:
    """Milliseconds until all was drawn, by the page's own clock."""
    page = browser.new_page(viewport=SIZE)
    page.goto(options.report.absolute().as_uri())
    page.wait_for_selector("html[data-drawn]", state="attached")
    page.screenshot(path=options.picture)
    script = "performance.getEntriesByName('ready')[0].duration"
    duration = float(page.evaluate(script))
    browser.close()
    return duration


if __name__ == "__main__":
    main()
