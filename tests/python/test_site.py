"""The documentation: it builds without a warning, asks nobody, and is whole."""

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from harness import ROOT

from scripts.browser import CHROMIUM
from serving import build as build_module
from serving import sources as sources_module
from serving.errors import INTERRUPTED_CODE

DOCS = ROOT / "docs"
ZENSICAL = ROOT / ".venv-docs" / "bin" / "zensical"
# Prose of the project, of whose links the site knows nothing.
PROSE = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "simulator/README.md"]
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
needs_site = pytest.mark.skipif(
    not ZENSICAL.exists(), reason="needs `make site-install`, with Python 3.11"
)
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is absent")


def copy_site(folder: Path) -> Path:
    """All that the site is built from, for builds aside."""
    shutil.copy(ROOT / "mkdocs.yml", folder)
    shutil.copytree(DOCS, folder / "docs")
    return folder


def run_zensical(folder: Path) -> "subprocess.CompletedProcess[str]":
    """What `make site` runs."""
    command = [str(ZENSICAL), "build", "--strict", "--config-file", "mkdocs.yml"]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built once."""
    folder = copy_site(tmp_path_factory.mktemp("site"))
    done = run_zensical(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == "No issues found\n"
    return folder / "target" / "site"


@pytest.fixture(scope="module")
def places(site: Path) -> Iterator[dict[str, str]]:
    """Where a reader may open it: from disk, and from a host that only serves files."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Nothing, on the standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {"disk": site.as_uri(), "host": f"http://127.0.0.1:{server.server_port}"}
    server.shutdown()
    server.server_close()


class Page(HTMLParser):
    """What a page asks for by itself, and what it says."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.words: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Addresses that a browser asks by itself, which links are not."""
        for name, value in attrs:
            if name in ("src", "srcset", "poster", "data") or (
                name == "href" and tag in ("link", "image", "use")
            ):
                self.asked.append(value or "")

    def handle_data(self, data: str) -> None:
        """Texts."""
        self.words.append(data)


def nav_pages(entry: Any) -> Iterator[str]:
    """The pages that a part of the navigation leads to."""
    if isinstance(entry, str):
        yield entry
    else:
        for each in entry.values() if isinstance(entry, dict) else entry:
            yield from nav_pages(each)


def slug(heading: str) -> str:
    """The anchor that GitHub gives to a heading."""
    bare = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading))
    return bare.strip().lower().replace(" ", "-")


def anchors(path: Path) -> set[str]:
    """Those of all headings of a page."""
    text = re.sub(r"^```.*?^```", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    return {slug(found) for found in re.findall(r"^#+ +(.+)$", text, re.MULTILINE)}


@needs_site
@pytest.mark.parametrize("link", ["gone.md", "vars.md#no-such-heading"])
def test_a_link_that_leads_nowhere_ends_the_build(tmp_path: Path, link: str) -> None:
    """Else `No issues found` would say nothing."""
    with (copy_site(tmp_path) / "docs" / "words.md").open("a") as page:
        page.write(f"\n[Nowhere]({link})\n")
    assert run_zensical(tmp_path).returncode != 0


def test_every_page_is_in_the_navigation_once() -> None:
    """A page that nothing leads to is found by nobody."""
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]
    there = [path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")]
    assert sorted(nav_pages(nav)) == sorted(there)


@needs_site
def test_no_page_names_another_host_to_ask(site: Path) -> None:
    """No typeface, script, picture or style comes from elsewhere."""
    pages = list(site.rglob("*.html"))
    assert len(pages) > 60
    asked = {(page.name, url) for page in pages for url in Page(page).asked}
    assert len(asked) > 60
    assert {each for each in asked if re.match(r"(https?:)?//", each[1])} == set()
    for style in site.rglob("*.css"):
        found = re.findall(
            r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')]+)", style.read_text()
        )
        assert found == [], style.name


@needs_site
@needs_browser
@pytest.mark.browser
def test_a_browser_asks_nobody_and_says_no_error(
    browser: Any, places: dict[str, str]
) -> None:
    """In light and dark, on a page of each part and on the longest one."""
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]
    first = [next(nav_pages(part)) for part in nav]
    for scheme in ("light", "dark"):
        page = browser.new_context(color_scheme=scheme).new_page()
        asked: list[str] = []
        errors: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.on("pageerror", lambda error, errors=errors: errors.append(str(error)))
        for name in [*first, "data_dictionary.md"]:
            page.goto(f"{places['disk']}/{name.removesuffix('.md')}.html")
            assert page.locator("h1").first.is_visible()
        assert len(asked) > len(first)
        assert [url for url in asked if not url.startswith(places["disk"])] == []
        assert errors == []
        page.context.close()


@needs_site
@needs_browser
@pytest.mark.browser
@pytest.mark.parametrize("place", ["disk", "host"])
def test_search_leads_to_the_page_that_has_a_word(
    browser: Any, places: dict[str, str], place: str
) -> None:
    """Typed letter by letter, as people do; no page has the word in its title."""
    page = browser.new_page()
    page.goto(f"{places[place]}/index.html")
    page.get_by_role("button", name="Search").click()
    box = page.get_by_role("combobox")
    box.press_sequentially("publish_fall_limit", delay=20)
    assert box.input_value() == "publish_fall_limit"
    page.locator("li a[href*='vars.html?h=']").first.click()
    page.wait_for_url("**/vars.html**")
    assert page.get_by_text("publish_fall_limit").first.is_visible()
    page.close()


def described(pattern: str, key: str) -> list[dict[str, Any]]:
    """All entries of one kind in YAML files of models."""
    paths = sorted((ROOT / "models").glob(pattern))
    assert paths
    return [
        each
        for path in paths
        for each in yaml.safe_load(path.read_text()).get(key) or []
    ]


def of_vars() -> list[str]:
    """All vars."""
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    return list(project["vars"])


def of_marts() -> list[str]:
    """All relations that others may rely on, but those that a setting brings about."""
    return [
        each["name"]
        for each in described("marts/**/*.yml", "models")
        if "enabled" not in each.get("config", {})
    ]


def of_metrics() -> list[str]:
    """All metrics."""
    return [each["name"] for each in described("semantic/*.yml", "metrics")]


def of_reasons() -> list[str]:
    """All that columns of reasons may hold, by their tests, and the columns."""
    names = []
    for model in described("marts/**/*.yml", "models"):
        for column in model["columns"]:
            if column["name"].endswith("_reason"):
                names.append(column["name"])
                for test in column.get("data_tests", []):
                    if isinstance(test, dict) and "accepted_values" in test:
                        names += test["accepted_values"]["arguments"]["values"]
    return names


def of_exit_codes() -> list[str]:
    """All numbers that the commands end with."""
    codes = {
        build_module.GREEN,
        build_module.FAILED,
        build_module.NOT_STARTED,
        build_module.NOT_PUBLISHED,
        INTERRUPTED_CODE,
        sources_module.CLEAR,
        sources_module.UNCLEAR,
    }
    return [str(code) for code in sorted(codes)]


def of_columns() -> list[str]:
    """All columns of marts."""
    return [
        column["name"]
        for model in described("marts/**/*.yml", "models")
        for column in model["columns"]
    ]


@needs_site
@pytest.mark.parametrize(
    ("name", "wanted", "at_least"),
    [
        ("vars", of_vars(), 30),
        ("marts", of_marts(), 30),
        ("data_dictionary", of_columns(), 300),
        ("metrics", of_metrics(), 20),
        ("reasons", of_reasons(), 20),
        ("exit_codes", of_exit_codes(), 5),
    ],
)
def test_the_reference_is_whole(
    site: Path, name: str, wanted: list[str], at_least: int
) -> None:
    """Each of its things is a word of the built page, as YAML and Python have them."""
    assert len(wanted) >= at_least
    words = set(re.findall(r"[\w.]+", " ".join(Page(site / f"{name}.html").words)))
    assert set(wanted) - words == set()


@pytest.mark.parametrize("name", PROSE)
def test_links_of_prose_lead_somewhere(name: str) -> None:
    """To files that are there, and to headings of theirs."""
    page = ROOT / name
    text = page.read_text()
    dead = []
    for target, anchor in LINK.findall(text):
        path = (page.parent / target).resolve() if target else page
        if not path.exists() or (anchor and anchor not in anchors(path)):
            dead.append((target, anchor))
    assert dead == []


def test_pages_that_code_and_prose_name_are_there() -> None:
    """In sentences, comments and descriptions: whoever reads them looks there."""
    endings = {".sql", ".py", ".yml", ".md"}
    named: dict[str, str] = {}
    for folder in ("benchmarks", "docs", "macros", "models", "scripts", "serving"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in endings:
                for found in re.findall(
                    r"(?<![\w/])docs/[\w/-]+\.md\b", path.read_text()
                ):
                    named[found] = path.name
    assert len(named) > 3
    assert {page: by for page, by in named.items() if not (ROOT / page).exists()} == {}


def test_commands_that_pages_name_are_those_of_the_makefile() -> None:
    """A command that is gone is the first that a stranger tries."""
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    pages = [ROOT / name for name in PROSE]
    pages += [each for each in DOCS.rglob("*.md") if each.parent.name != "decisions"]
    named = {
        command
        for page in pages
        for command in re.findall(
            r"(?:`|^ *|&& )make ([a-z-]+)", page.read_text(), re.M
        )
    }
    assert {"build", "report", "superset", "site"} <= named <= targets


def test_the_readmes_own_table_is_one_that_can_be_read() -> None:
    """Its map has columns of the contract on the left, and of its file on the right."""
    text = (ROOT / "README.md").read_text()
    (entry,) = re.findall(
        r"^```yaml\n(sources:.*?)^```", text, re.MULTILINE | re.DOTALL
    )
    source = yaml.safe_load(entry)["sources"]["shop"]
    header = (ROOT / source["events"]).read_text().splitlines()[0].split(",")
    (contract,) = described("staging/columns/_columns__models.yml", "models")[:1]
    assert source["preset"] == "columns"
    assert set(source["columns"]) <= {each["name"] for each in contract["columns"]}
    assert set(source["columns"].values()) <= set(header)


def test_the_readme_is_short_and_soon_about_ones_own_table() -> None:
    """Whoever comes with a file finds it in the first third, on a page or two."""
    lines = (ROOT / "README.md").read_text().splitlines()
    assert len(lines) <= 170
    assert lines.index("## Your own table") < len(lines) / 3
