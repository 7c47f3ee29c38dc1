"""Open the report in Chromium: how long it takes, and pictures of it for the docs.

`python -m scripts.report_picture` opens `warehouse/report.html` from disk some times,
each in a browser with nothing remembered, prints the milliseconds until all is drawn by
the page's own clock, and writes `docs/report*.png`: desk, tablet and phone, light and
dark.
"""

import argparse
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, ViewportSize, sync_playwright
from tqdm import tqdm

from scripts.browser import CHROMIUM, launched

ROOT = Path(__file__).resolve().parents[1]
SIZES = {
    "": ViewportSize(width=1280, height=1000),
    "_tablet": ViewportSize(width=820, height=1180),
    "_phone": ViewportSize(width=390, height=1500),
}
SCHEMES: dict[str, Literal["light", "dark"]] = {"": "light", "_dark": "dark"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and take the pictures.

    Raises:
        SystemExit: where there is no report or no Chromium.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--report", type=Path, default=ROOT / "warehouse/report.html")
    parser.add_argument("--pictures", type=Path, default=ROOT / "docs")
    parser.add_argument("--loads", type=int, default=9, help="how often it is opened")
    options = parser.parse_args(arguments)
    if not options.report.is_file():
        raise SystemExit(f"There is no report at {options.report}: run `make report`.")
    if CHROMIUM is None:
        raise SystemExit("There is no Chromium: install the system's package chromium.")
    address = options.report.absolute().as_uri()
    milliseconds = []
    with sync_playwright() as playwright:
        for _ in tqdm(range(options.loads), desc="opening", unit="load"):
            browser = launched(playwright)
            milliseconds.append(opened(browser, address))
            browser.close()
        browser = launched(playwright)
        pictures = [
            picture(browser, address, options.pictures, size, scheme)
            for size in SIZES
            for scheme in SCHEMES
        ]
        browser.close()
    size = options.report.stat().st_size / 1_000_000
    median = statistics.median(milliseconds)
    print(
        f"{options.report.name}: {size:.2f} MB, drawn {median:.0f} ms after it was"
        f" opened (median of {options.loads}; at most"
        f" {max(milliseconds):.0f} ms). Pictures: {', '.join(pictures)}."
    )


def opened(browser: Browser, address: str) -> float:
    """Milliseconds until all was drawn, by the page's own clock."""
    page = browser.new_page(viewport=SIZES[""])
    page.goto(address)
    page.wait_for_selector("html[data-drawn]", state="attached")
    script = "performance.getEntriesByName('ready')[0].duration"
    return float(page.evaluate(script))


def picture(browser: Browser, address: str, folder: Path, size: str, dark: str) -> str:
    """Take one picture; its name."""
    page = browser.new_page(
        viewport=SIZES[size], color_scheme=SCHEMES[dark], locale="en-GB"
    )
    page.goto(address)
    page.wait_for_selector("html[data-drawn]", state="attached")
    name = f"report{size}{dark}.png"
    page.screenshot(path=folder / name)
    page.close()
    return name


if __name__ == "__main__":
    main()
