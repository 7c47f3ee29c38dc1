"""Which part of a host somebody registered, and which referrers are the site itself."""

import csv
import random
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import publicsuffixlist
import pytest
from engines import OTHER_ENGINES, EngineBuilder
from harness import (
    ROOT,
    Build,
    Builder,
    copy_project,
    folder_of,
    one_source,
    write_parquet,
)
from tiers import TRIALS

from parity.parsing import once
from scripts.public_suffixes import COLUMNS, LIST, PAGE, SEED, page, rules

BY_HAND: dict[str, str | None] = {
    "example.com": "example.com",
    "www.example.com": "example.com",
    "a.b.example.co.uk": "example.co.uk",
    "co.uk": None,
    "com": None,
    "localhost": None,
    "alice-mugs.myshopify.com": "alice-mugs.myshopify.com",
    "www.alice-mugs.myshopify.com": "alice-mugs.myshopify.com",
    "myshopify.com": None,
    "bob.github.io": "bob.github.io",
    "github.io": None,
    "a.kobe.jp": None,
    "b.a.kobe.jp": "b.a.kobe.jp",
    "c.b.a.kobe.jp": "b.a.kobe.jp",
    "city.kobe.jp": "city.kobe.jp",
    "www.city.kobe.jp": "city.kobe.jp",
    "kobe.jp": None,
    "www.ck": "www.ck",
    "a.b.ck": "a.b.ck",
    "bücher.de": "bücher.de",
    "www.xn--bcher-kva.de": "xn--bcher-kva.de",
    "www.食狮.公司.cn": "食狮.公司.cn",
    "www.xn--85x722f.xn--55qx5d.cn": "xn--85x722f.xn--55qx5d.cn",
    "shop.unknown-ending": "shop.unknown-ending",
    "192.0.2.1": None,
    "1.2.3.com": "3.com",
    "a.s3.dualstack.eu-west-1.amazonaws.com": "a.s3.dualstack.eu-west-1.amazonaws.com",
}


@cache
def drawn_hosts() -> Sequence[str]:
    """Hosts at, below and beside suffixes of the list; those of odd rules often."""
    dice = random.Random(5)
    with SEED.open(newline="") as file:
        rows = list(csv.DictReader(file))
    odd = [row["suffix"] for row in rows if row["match_type"] != "exact"]
    every = [row["suffix"] for row in rows]
    others = ["example", "local", "com", "co.uk", "de", "unknown.tld"]
    labels = ["www", "a", "shop", "x1", "b-c", "m", "city", "xn--mnchen-3ya", "ä"]
    found: set[str] = set()
    while len(found) < TRIALS.hosts:
        ending = dice.choice(dice.choice([odd, every, every, every, others]))
        before = [dice.choice(labels) for _ in range(dice.randrange(4))]
        found.add(".".join([*before, ending]))
    return sorted(found)


def list_tests() -> Mapping[str, str | None]:
    """The list's own: a host in lower case to its registrable domain."""
    text = (LIST.parent / "test_psl.txt").read_text(encoding="utf-8")
    found = re.findall(
        r"^checkPublicSuffix\('([^']*)', (?:null|'(.*)')\);", text, re.MULTILINE
    )
    # One that begins with a point is none that a URL could have.
    return {
        host.lower(): domain.lower() or None
        for host, domain in found
        if not host.startswith(".")
    }


def every_host() -> Mapping[str, str | None]:
    """Hosts to their registrable domain, by hand, by the list and by the package."""
    package = publicsuffixlist.PublicSuffixList()
    drawn = {host: package.privatesuffix(host) for host in drawn_hosts()}
    return {**drawn, **list_tests(), **BY_HAND}


def test_the_seed_is_the_list() -> None:
    """Of the package that is installed, and so is what its page says."""
    text = LIST.read_text(encoding="utf-8")
    rows = sorted(set(rules(text)))
    with SEED.open(newline="", encoding="utf-8") as file:
        assert [*map(tuple, csv.reader(file))] == [COLUMNS, *rows]
    assert PAGE.read_text(encoding="utf-8") == page(text, len(rows))


def test_no_rule_is_longer_than_the_model_looks() -> None:
    """Six labels, one of a wildcard, and the one that is registered."""
    with SEED.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    longest = max(row["suffix"].count(".") + 1 for row in rows)
    model = ROOT / "models/intermediate/events/int_hosts__registered.sql"
    looked = re.search(r"range\(1, (\d+)\)", model.read_text())
    assert looked
    assert longest + 2 <= int(looked[1]) - 1


def test_every_host_is_registered_as_the_list_says(
    build: Builder, tmp_path: Path
) -> None:
    """Hosts by hand, those of the list's own tests, and thousands drawn from it."""
    expected = every_host()
    assert len(list_tests()) > 60
    rows = [
        {
            "event_id": nth,
            "visitor_id": "v",
            "occurred_at": "2026-05-04",
            "event_name": "page_view",
            "page_host": host,
        }
        for nth, host in enumerate(expected)
    ]
    events = write_parquet(tmp_path / "events.parquet", rows)
    made = build(one_source(events, list(rows[0])), select="+int_hosts__registered")
    assert made.is_green, made.said
    found: dict[str, str | None] = dict(
        made.rows("select host_name, registrable_domain from int_hosts__registered")
    )
    assert {host: found.get(host) for host in expected} == expected


def with_hosts(folder: Path, hosts: Sequence[str]) -> Path:
    """A copy of the project with a mart of what it says of these hosts."""
    copy_project(folder)
    with (folder / "seeds" / "hosts.csv").open("w", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(["nth", "body"])
        writer.writerows((f"n{nth}", host) for nth, host in enumerate(hosts))
    (folder / "models" / "told.sql").write_text("select * from {{ ref('hosts') }}")
    marts = folder / "models" / "marts" / "core"
    (marts / "dim_hosts.sql").write_text(
        "select host_name, registrable_domain from {{ ref('int_hosts__registered') }}"
    )
    (marts / "_hosts__models.yml").write_text(
        "models: [{name: dim_hosts, columns: [{name: host_name, data_type: text},"
        " {name: registrable_domain, data_type: text}], data_tests: [{is_primary_key:"
        " {arguments: {column_names: [host_name]}}}]}]"
    )
    return folder


@pytest.mark.parametrize("engine", OTHER_ENGINES)
def test_every_engine_registers_a_host_alike(
    engine_build: EngineBuilder, shared: Path, engine: str
) -> None:
    """The same hosts."""
    expected = every_host()
    hosts = list(expected)
    event = {
        "event_id": "nth",
        "visitor_id": "nth",
        "occurred_at": "'2026-05-04'",
        "event_name": "'page_view'",
        "page_host": "body",
    }
    made = engine_build(
        engine,
        one_source("ref('told')", event),
        project=once(
            folder_of(shared, "hosts", hosts), lambda each: with_hosts(each, hosts)
        ),
        runs_tests=False,
        select="+dim_hosts",
    )
    assert made.is_green, made.said
    found = {str(host): domain for host, domain in made.rows("dim_hosts")}
    assert {host: found.get(host) for host in hosts} == expected


SHOP = "https://shop.example/"
# Page, referrer -> source and channel of the visit.
VISITS = {
    (SHOP, "https://www.google.com./"): ("google", "Organic Search"),
    (SHOP, "https://www.google.com:443/"): ("google", "Organic Search"),
    (SHOP, "https://user:pw@WWW.Google.CO.UK/"): ("google", "Organic Search"),
    (SHOP, "https://google.github.io/"): ("google.github.io", "Referral"),
    (SHOP, "https://shop.example.:8080/a"): ("(direct)", "Direct"),
    (SHOP, "https://help.shop.example/"): ("(direct)", "Direct"),
    (SHOP, "https://other.example/"): ("other.example", "Referral"),
    (SHOP, "http://[::1]:8080/"): ("[::1]", "Referral"),
    ("http://[::1]:8080/", "http://[::1]/"): ("(direct)", "Direct"),
    ("http://192.0.2.1/", "http://192.0.2.1:81/"): ("(direct)", "Direct"),
    ("http://192.0.2.1/", "http://198.51.2.1/"): ("198.51.2.1", "Referral"),
    ("https://a.co.uk/", "https://b.co.uk/"): ("b.co.uk", "Referral"),
    ("https://a.co.uk/", "https://b.a.co.uk/"): ("(direct)", "Direct"),
    ("https://alice.myshopify.com/", "https://bobs.myshopify.com/post"): (
        "bobs.myshopify.com",
        "Referral",
    ),
    ("https://alice.myshopify.com/", "https://www.alice.myshopify.com/"): (
        "(direct)",
        "Direct",
    ),
    ("https://a.github.io/", "https://b.github.io/"): ("b.github.io", "Referral"),
    ("https://a.x.kobe.jp/", "https://b.x.kobe.jp/"): ("b.x.kobe.jp", "Referral"),
    ("https://www.bücher.de/", "https://info.bücher.de/"): ("(direct)", "Direct"),
    ("https://www.xn--bcher-kva.de/", "https://xn--bcher-kva.de/"): (
        "(direct)",
        "Direct",
    ),
    # What a tool made of a referrer is no other than the referrer.
    (SHOP + "?utm_source=help.shop.example&utm_medium=referral", None): (
        "(direct)",
        "Direct",
    ),
    (SHOP + "?utm_source=Shop.example&utm_medium=Referral&utm_campaign=x", None): (
        "(direct)",
        "Direct",
    ),
    (SHOP + "?utm_source=other.example&utm_medium=referral", None): (
        "other.example",
        "Referral",
    ),
    (SHOP + "?utm_source=shop.example&utm_medium=email", None): (
        "shop.example",
        "Email",
    ),
    (
        SHOP + "?utm_source=shop.example&utm_medium=referral&gclid=x",
        None,
    ): ("google", "Paid Search"),
    (
        SHOP + "?utm_source=shop.example&utm_medium=referral",
        "https://www.bing.com/",
    ): ("bing", "Organic Search"),
}


def visits(
    build: Builder, folder: Path, cases: Sequence[tuple[str, str | None]], **own: object
) -> Build:
    """A session of its own for each pair of page and referrer."""
    rows = [
        {
            "event_id": nth,
            "visitor_id": f"visitor {nth:02}",
            "occurred_at": "2026-05-04 10:00:00",
            "event_name": "page_view",
            "page_url": page_url,
            "referrer_url": referrer,
        }
        for nth, (page_url, referrer) in enumerate(cases)
    ]
    events = write_parquet(folder / "events.parquet", rows)
    made = build(one_source(events, list(rows[0]), **own), select="+fct_sessions")
    assert made.is_green, made.said
    return made


ASKED = "select source, channel from fct_sessions order by visitor_id"


def test_two_hosts_are_one_site_where_one_holder_has_both(
    build: Builder, tmp_path: Path
) -> None:
    """Two tenants of a public suffix are two sites; port and user say nothing."""
    made = visits(build, tmp_path, list(VISITS))
    assert dict(zip(VISITS, made.rows(ASKED), strict=True)) == VISITS


def test_own_hosts_hold_for_what_a_tool_made_of_a_referrer(
    build: Builder, tmp_path: Path
) -> None:
    """Where they are named, they alone count."""
    pair = "?utm_medium=referral&utm_source="
    cases = {
        (SHOP + pair + "pay.partner.example", None): ("(direct)", "Direct"),
        (SHOP + pair + "partner.example", None): ("(direct)", "Direct"),
        (SHOP + pair + "help.shop.example", None): ("help.shop.example", "Referral"),
        (SHOP, "https://Pay.Partner.example.:443/"): ("(direct)", "Direct"),
    }
    made = visits(build, tmp_path, list(cases), own_hosts=["Partner.example"])
    assert dict(zip(cases, made.rows(ASKED), strict=True)) == cases


def test_own_hosts_are_named_in_any_spelling(build: Builder, tmp_path: Path) -> None:
    """As one reads them in a browser: with a port, in capitals, in letters."""
    cases = {
        (SHOP, "https://pay.port.example/"): ("(direct)", "Direct"),
        (SHOP, "https://root.example/"): ("(direct)", "Direct"),
        (SHOP, "https://kauf.bücher.example/"): ("(direct)", "Direct"),
        (SHOP, "https://KAUF.BÜCHER.EXAMPLE/"): ("(direct)", "Direct"),
        (SHOP, "https://xn--bcher-kva.example/"): ("(direct)", "Direct"),
        (SHOP, "http://[::1]/"): ("(direct)", "Direct"),
        (SHOP, "http://[::2]/"): ("[::2]", "Referral"),
        (SHOP, "https://other.example/"): ("other.example", "Referral"),
    }
    own = ["port.example:8443", " Root.example. ", "BÜCHER.example", "[::1]:3000"]
    made = visits(build, tmp_path, list(cases), own_hosts=own)
    assert dict(zip(cases, made.rows(ASKED), strict=True)) == cases
