"""How long the dashboard's charts take to answer while builds are published.

`python -m benchmarks.superset --serving FILE` starts Superset on a copy of a serving
file, opens every tab in Chromium, and asks what the charts asked again and again, one
request at a time, while another process writes the whole file anew and renames it over
the old one, without a pause. Prints seconds per chart and over all.
"""

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import quantiles
from typing import Any

import duckdb
import yaml
from playwright.sync_api import Page, Request, sync_playwright
from tqdm import tqdm

from benchmarks.measure import ROOT
from scripts.browser import launched

PYTHON = ROOT / ".venv-superset" / "bin" / "python"
START_SECONDS = 120


class StartError(Exception):
    """Superset did not come up; what it said."""


@dataclass(frozen=True)
class Dashboard:
    """One that runs."""

    address: str
    password: str
    state: Path


@contextmanager
def running(serving: Path, state: Path) -> Iterator[Dashboard]:
    """Start Superset from nothing, on a free port; stop it at the end.

    Raises:
        StartError: where it ends, or gives no answer in START_SECONDS.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "FOOTFALL_SERVING_PATH": str(serving),
        "FOOTFALL_SUPERSET_STATE": str(state),
        "FOOTFALL_SUPERSET_PORT": str(port),
    }
    address = f"http://127.0.0.1:{port}"
    with (
        tempfile.NamedTemporaryFile("r") as said,
        subprocess.Popen(
            [PYTHON, "-m", "serving.superset"],
            cwd=ROOT,
            env=os.environ | settings,
            stdout=said.file.fileno(),
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            deadline = time.monotonic() + START_SECONDS
            while not answers(f"{address}/health"):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise StartError(Path(said.name).read_text())
                time.sleep(0.5)
            found = re.search(r"Password: (\S+)", Path(said.name).read_text())
            yield Dashboard(address, found[1] if found else "", state)
        finally:
            process.terminate()


def answers(address: str) -> bool:
    """Whether there is an answer."""
    try:
        urllib.request.urlopen(address, timeout=5).close()
    except OSError:
        return False
    return True


def sign_in(page: Page, dashboard: Dashboard) -> None:
    """Log in through the form, as people do."""
    page.goto(f"{dashboard.address}/login/")
    page.fill("#username", "admin")
    page.fill("#password", dashboard.password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/login" not in address)


def chart_requests(page: Page, dashboard: Dashboard) -> dict[int, dict[str, Any]]:
    """What each chart of each tab asks for, by the chart's number."""
    found: dict[int, dict[str, Any]] = {}

    def note(request: Request) -> None:
        if "/api/v1/chart/data" in request.url:
            asked: Any = request.post_data_json
            if "slice_id" in asked["form_data"]:
                found[asked["form_data"]["slice_id"]] = asked

    page.on("request", note)
    page.goto(f"{dashboard.address}/superset/dashboard/footfall/")
    for tab in tabs():
        page.get_by_role("tab", name=tab["title"]).click()
        page.wait_for_load_state("networkidle")
        # Charts below the fold ask when they are seen.
        page.set_viewport_size({"width": 1440, "height": 3000})
        page.wait_for_timeout(1000)
        page.wait_for_load_state("networkidle")
        page.set_viewport_size({"width": 1440, "height": 1000})
    return found


def tabs() -> list[dict[str, Any]]:
    """The dashboard's tabs, as its file has them."""
    plan = yaml.safe_load((ROOT / "serving" / "superset" / "dashboard.yml").read_text())
    return list(plan["tabs"])


def publish_again(serving: Path, done: Event, published: Any) -> None:
    """Write the file anew under another name and rename it, until told to stop."""
    unfinished = serving.with_name("unfinished.duckdb")
    while not done.is_set():
        with duckdb.connect(config={"threads": 2, "memory_limit": "2GB"}) as connection:
            connection.execute("set enable_progress_bar = false")
            connection.execute(f"attach '{serving}' as old (read_only)")
            connection.execute(f"attach '{unfinished}' as new")
            connection.execute("copy from database old to new")
        unfinished.replace(serving)
        published.value += 1


def replay(
    page: Page, dashboard: Dashboard, asked: dict[int, dict[str, Any]], rounds: int
) -> dict[str, list[float]]:
    """Seconds of every request, by tab and chart; none may fail."""
    # Superset was made anew, and numbers the charts as they come.
    names = [
        f"{tab['title']}: {chart['title']}"
        for tab in tabs()
        for row in tab["rows"]
        for chart in row["charts"]
    ]
    took: dict[str, list[float]] = defaultdict(list)
    address = f"{dashboard.address}/api/v1/chart/data"
    token = page.request.get(f"{dashboard.address}/api/v1/security/csrf_token/").json()
    headers = {"X-CSRFToken": token["result"], "Referer": dashboard.address}
    for _ in tqdm(range(rounds), desc="rounds", disable=None):
        for number, body in asked.items():
            started = time.perf_counter()
            answer = page.request.post(address, headers=headers, data=body)
            seconds = time.perf_counter() - started
            if not answer.ok:
                sys.exit(f"Chart {number} failed: {answer.text()[:500]}")
            took[names[number - 1]].append(seconds)
    return took


def main() -> None:
    """Start, ask, print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.superset",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--serving", type=Path, required=True, help="a published file, which is copied"
    )
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument(
        "--quiet", action="store_true", help="publish nothing meanwhile"
    )
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        serving = folder / "serving.duckdb"
        shutil.copyfile(chosen.serving, serving)
        with running(serving, folder / "state") as dashboard, sync_playwright() as play:
            browser = launched(play)
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            sign_in(page, dashboard)
            asked = chart_requests(page, dashboard)
            page.goto("about:blank")
            spawn = get_context("spawn")
            done, published = spawn.Event(), spawn.Value("i", 0)
            publisher = spawn.Process(
                target=publish_again, args=(serving, done, published)
            )
            if not chosen.quiet:
                publisher.start()
            try:
                took = replay(page, dashboard, asked, chosen.rounds)
            finally:
                done.set()
                if not chosen.quiet:
                    publisher.join()
            browser.close()
    print(table(took))
    print(f"\nPublished {published.value} times meanwhile; no request failed.")


def table(took: dict[str, list[float]]) -> str:
    """Median, 95th percentile and longest, per chart and over all."""
    lines = [
        "| chart | requests | median s | 95 % s | longest s |",
        "|---|---|---|---|---|",
    ]
    every = [seconds for each in took.values() for seconds in each]
    for name, seconds in (*took.items(), ("all", every)):
        cuts = quantiles(seconds, n=20, method="inclusive")
        lines.append(
            f"| {name} | {len(seconds)} | {cuts[9]:.2f} | {cuts[18]:.2f} |"
            f" {max(seconds):.2f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
