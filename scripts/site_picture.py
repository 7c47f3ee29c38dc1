"""Open the documentation site from disk in Chromium, and take pictures of it.

`python -m scripts.site_picture` opens the home page, a page of the reference and the
search of the site that `make site` built, in light and dark, writes pictures into
`target/pictures`, and that of the search in light as `docs/site.png`.
"""

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

from scripts.browser import CHROMIUM, launched

ROOT = Path(__file__).resolve().parents[1]
SIZE = ViewportSize(width=1200, height=720)
PAGES = {"home": "index.html", "reference": "vars.html"}
ASKED = "bounce rate"


def main(arguments: Sequence[str] | None = None) -> None:
    """Take the pictures.

    Raises:
        SystemExit: where there is no site or no Chromium.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", type=Path, default=ROOT / "target/site")
    parser.add_argument("--pictures", type=Path, default=ROOT / "target/pictures")
    parser.add_argument("--kept", type=Path, default=ROOT / "docs/site.png")
    options = parser.parse_args(arguments)
    if not (options.site / "index.html").is_file():
        raise SystemExit(f"There is no site at {options.site}: run `make site`.")
    if CHROMIUM is None:
        raise SystemExit("There is no Chromium: install the system's package chromium.")
    options.pictures.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launched(playwright)
        for scheme in ("light", "dark"):
            context = browser.new_context(viewport=SIZE, color_scheme=scheme)
            page = context.new_page()
            for name, file in PAGES.items():
                page.goto((options.site / file).absolute().as_uri())
                page.screenshot(path=options.pictures / f"site-{name}-{scheme}.png")
            search(page, options.site.absolute())
            page.screenshot(path=options.pictures / f"site-search-{scheme}.png")
            context.close()
        browser.close()
    shutil.copy(options.pictures / "site-search-light.png", options.kept)
    print(f"Pictures: {options.pictures}, and {options.kept}.")


def search(page: Page, site: Path) -> None:
    """Open the search, type, and wait for what it finds."""
    page.goto((site / "index.html").as_uri())
    page.get_by_role("button", name="Search").click()
    page.get_by_role("combobox").press_sequentially(ASKED)
    page.locator("li a[href*='?h=']").first.wait_for()
    # What is shown fades in.
    page.wait_for_timeout(500)


if __name__ == "__main__":
    main()
