"""Open the dashboard in Chromium, and keep pictures of four tabs in docs/.

`python -m scripts.dashboard_pictures` starts Superset from nothing over what was
published, logs in, and writes `docs/dashboard_<tab>.png`, 1440 pixels wide. It needs
the environment that `make superset-install` makes.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright
from tqdm import tqdm

from benchmarks.superset import PYTHON, running, sign_in
from scripts.browser import CHROMIUM, launched
from serving.places import ROOT, places

TABS = ("Overview", "Campaigns", "Attribution", "Data quality")
SIZE = ViewportSize(width=1440, height=1200)
LARGEST = 300_000
"""Bytes that a picture may have."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Take the pictures.

    Raises:
        SystemExit: where there is nothing to picture or nothing to picture it with.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serving", type=Path, default=places().serving)
    parser.add_argument("--folder", type=Path, default=ROOT / "docs")
    options = parser.parse_args(arguments)
    if not options.serving.is_file():
        raise SystemExit(f"There is no {options.serving}: run `make build`.")
    if CHROMIUM is None or not PYTHON.exists():
        raise SystemExit("It needs the system's chromium, and `make superset-install`.")
    with (
        tempfile.TemporaryDirectory() as state,
        running(options.serving, Path(state)) as dashboard,
        sync_playwright() as playwright,
    ):
        browser = launched(playwright)
        page = browser.new_page(viewport=SIZE)
        page.set_default_timeout(60_000)
        sign_in(page, dashboard)
        page.goto(f"{dashboard.address}/superset/dashboard/footfall/")
        for tab in tqdm(TABS, desc="tabs", disable=None):
            picture = options.folder / f"dashboard_{tab.lower().replace(' ', '_')}.png"
            pictured(page, tab, picture)
            size = picture.stat().st_size
            if size > LARGEST:
                raise SystemExit(f"{picture} has {size:,} bytes, over {LARGEST:,}.")
        browser.close()


def pictured(page: Page, tab: str, picture: Path) -> None:
    """Open a tab, wait until all that can be seen is drawn, and keep it."""
    page.get_by_role("tab", name=tab).click()
    page.wait_for_load_state("networkidle")
    page.locator(".loading").first.wait_for(state="detached")
    # What is drawn grows into its place.
    page.wait_for_timeout(1500)
    page.mouse.move(0, 0)
    page.screenshot(path=picture)


if __name__ == "__main__":
    main()
