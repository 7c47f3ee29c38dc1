"""Checks of the rule seeds: shape, size and consistency."""

import csv
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from regexes import BANNED, found_by

from parity.engines import ALL

RULES = Path(__file__).resolve().parents[2] / "seeds" / "rules"
HEADERS = {
    "traffic_sources": [
        "pattern",
        "match_type",
        "source",
        "source_category",
        "is_ads",
    ],
    "source_categories": ["source_category", "referrer_medium", "description"],
    "click_ids": [
        "click_id_type",
        "priority",
        "source",
        "medium",
        "is_paid",
        "description",
    ],
    "host_rules": ["field", "priority", "rule_id", "pattern", "value"],
}
REFERRER_MEDIUM = {
    "ai_assistant": "ai-assistant",
    "display": "display",
    "gateway": "",
    "mail": "email",
    "search": "organic",
    "search_ads": "cpc",
    "shopping": "referral",
    "shortener": "referral",
    "social": "referral",
    "tool": "referral",
    "video": "referral",
}
MATCH_TYPES = {"host", "brand", "alias", "app"}
MIN_ROWS = 950
MIN_SOURCES = {
    "search": 60,
    "social": 150,
    "ai_assistant": 40,
    "gateway": 40,
    "video": 30,
    "shopping": 50,
    "mail": 30,
}
# What a click proves -> the priorities of its ids, and the media that they imply.
CLICKS = {
    "true": ({"1", "2"}, {"cpc", "display"}),
    "false": ({"3", "4", "5"}, {"affiliate", "email", "referral", "organic"}),
}
# Ads, what rides along with an ad, partners, mails, and the rest.
FIRST_OF = {"gclid": "1", "gclsrc": "2", "irclickid": "3", "mc_cid": "4"}
FIRST_OF |= {"fbclid": "5", "srsltid": "5", "igshid": "5", "ysclid": "5", "epik": "5"}
HOST = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
PACKAGE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+\.?")
AD_SUFFIX = re.compile(r"ads?$")

# What labels tell, by hand: "" is no known kind, and where a rule says so is a trap.
HOSTS = {
    "webmail.acme.example": "mail",
    "webmail2.acme.co.nz": "mail",
    "lightmailer-b.acme.example": "mail",
    "mailbusiness.acme.example": "mail",
    "email.acme.example": "mail",
    "acme-mail.example": "",
    "poczta.acme.example": "mail",
    "deref-acme.example": "mail",
    "com.acme.quickmail": "mail",
    "www.royalmail.example": "",
    "www.mail-archive.example": "",
    "www.chainmail.example": "",
    "news.mail.ru": "",
    "news.mail.example": "mail",
    "tailor.example": "",
    "search.acme.example": "search",
    "metasearch.example": "search",
    "acme-search-1.example": "search",
    "buscador.acme.example": "search",
    "szukaj.acme.example": "search",
    "jobsearch.acme.example": "",
    "clinical-research.example": "",
    "searchengineacme.example": "",
    "forums.acme.example": "social",
    "acme.social": "social",
    "mastodon.acme.example": "social",
    "bbs.acme.example": "social",
    "boards.acme.example": "",
    "shorturl.example": "shortener",
    "ads2.acme.example": "display",
    "adserver.acme.example": "display",
    "roads.acme.example": "",
    "blog.acme.example": "",
    "shop.acme.example": "",
}
PORTALS = {
    "blog.acme.example": "social",
    "messages.acme.example": "social",
    "oshiete.acme.example": "social",
    "mail.acme.example": "mail",
    "ads.acme.example": "search_ads",
    "search.acme.example": "",
    "news.acme.example": "",
}

Row = dict[str, str]


def read(name: str) -> list[Row]:
    """Rows of one seed; fails if the file is absent or is not as agreed."""
    raw = (RULES / f"{name}.csv").read_bytes()
    assert b"\r" not in raw, f"{name}: line ends must be LF"
    text = raw.decode("utf-8")
    assert text.endswith("\n"), f"{name}: last line must end"
    reader = csv.DictReader(text.splitlines(), strict=True)
    rows = list(reader)
    assert reader.fieldnames == HEADERS[name]
    assert rows
    assert all(None not in r and None not in r.values() for r in rows)
    return rows


@pytest.fixture(scope="module")
def sources() -> list[Row]:
    """Rows of the traffic source seed."""
    return read("traffic_sources")


@pytest.mark.parametrize("name", ["traffic_sources", "source_categories", "click_ids"])
def test_cells_are_trimmed_and_codes_lower_case(name: str) -> None:
    """No stray spaces anywhere, and only descriptions may have capitals."""
    for row in read(name):
        for column, value in row.items():
            assert value == value.strip(), row
            assert column == "description" or value == value.lower(), row
            assert value or (column, row["source_category"]) == (
                "referrer_medium",
                "gateway",
            ), row


def test_no_pattern_twice_in_a_match_type(sources: list[Row]) -> None:
    """A pattern appears once per match type."""
    seen = Counter((r["match_type"], r["pattern"]) for r in sources)
    assert [key for key, n in seen.items() if n > 1] == []


def test_match_types_and_categories_are_known(sources: list[Row]) -> None:
    """Codes are those that the models know."""
    assert {r["match_type"] for r in sources} == MATCH_TYPES
    assert {r["source_category"] for r in sources} == set(REFERRER_MEDIUM)


@pytest.mark.parametrize("column", ["pattern", "source"])
def test_one_category_per_pattern_and_source(column: str, sources: list[Row]) -> None:
    """A source has one category; so has a pattern, whatever its match type."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in sources:
        found[row[column]].add(row["source_category"])
    assert {k: v for k, v in found.items() if len(v) > 1} == {}


def test_patterns_fit_their_match_type(sources: list[Row]) -> None:
    """Hosts are hosts, brands single labels, apps package names."""
    shapes = {"host": HOST, "brand": LABEL, "app": PACKAGE}
    for row in sources:
        shape = shapes.get(row["match_type"])
        assert shape is None or shape.fullmatch(row["pattern"]), row
        assert not row["pattern"].startswith("www."), row
        assert re.fullmatch(r"[a-z0-9_]+", row["source"]), row


def test_no_host_repeats_its_parent(sources: list[Row]) -> None:
    """A host below another one is there only to change the source."""
    hosts = {r["pattern"]: r["source"] for r in sources if r["match_type"] == "host"}
    for host, source in hosts.items():
        labels = host.split(".")
        parents = (".".join(labels[i:]) for i in range(1, len(labels)))
        parent = next((p for p in parents if p in hosts), None)
        assert parent is None or hosts[parent] != source, host


def test_counts_reach_the_promised_size(sources: list[Row]) -> None:
    """The lists are as long as the documentation says."""
    assert len(sources) >= MIN_ROWS
    pairs = {(r["source_category"], r["source"]) for r in sources}
    counts = Counter(category for category, _ in pairs)
    assert {c: counts[c] for c, n in MIN_SOURCES.items() if counts[c] < n} == {}


def test_gateways_have_no_aliases(sources: list[Row]) -> None:
    """A tag such as utm_source=klarna is a campaign and not a payment page."""
    kinds = {r["match_type"] for r in sources if r["source_category"] == "gateway"}
    assert kinds <= {"host", "brand"}


def test_ad_aliases_can_be_told_from_names(sources: list[Row]) -> None:
    """An alias ending in ad or ads is an ad alias unless it is the source's name."""
    aliases = {r["pattern"]: r for r in sources if r["match_type"] == "alias"}
    ending = [r for p, r in aliases.items() if AD_SUFFIX.search(p)]
    names = {r["pattern"] for r in ending if r["pattern"] == r["source"]}
    assert names == {"exalead", "goodreads", "threads", "typepad", "wattpad"}
    for row in ending:
        stem = AD_SUFFIX.sub("", row["pattern"]).rstrip("_- ")
        known = stem in aliases or stem in {"g", "microsoft", "ms"}
        assert known or row["pattern"] in names, row
    for row in ending:
        assert (row["is_ads"] == "true") == (row["pattern"] not in names), row
    for alias in ["google_ads", "fb-ads", "facebook_ads", "tiktokads", "adwords"]:
        assert aliases[alias]["is_ads"] == "true"


@pytest.mark.parametrize(
    ("match_type", "pattern", "source", "category"),
    [
        ("brand", "google", "google", "search"),
        ("host", "mail.google.com", "gmail", "mail"),
        ("host", "accounts.google.com", "google_login", "gateway"),
        ("host", "shopping.google.com", "google_shopping", "shopping"),
        ("host", "gemini.google.com", "gemini", "ai_assistant"),
        ("host", "bard.google.com", "gemini", "ai_assistant"),
        ("host", "copilot.microsoft.com", "copilot", "ai_assistant"),
        ("host", "chatgpt.com", "chatgpt", "ai_assistant"),
        ("host", "claude.ai", "claude", "ai_assistant"),
        ("host", "perplexity.ai", "perplexity", "ai_assistant"),
        ("host", "t.co", "x", "social"),
        ("host", "lnkd.in", "linkedin", "social"),
        ("host", "news.ycombinator.com", "hacker_news", "social"),
        ("host", "login.microsoftonline.com", "microsoft_login", "gateway"),
        ("host", "outlook.live.com", "outlook", "mail"),
        ("host", "mail.yahoo.com", "yahoo_mail", "mail"),
        ("host", "youtu.be", "youtube", "video"),
        ("brand", "paypal", "paypal", "gateway"),
        ("brand", "amazon", "amazon", "shopping"),
        ("alias", "fb", "facebook", "social"),
        ("alias", "ig", "instagram", "social"),
        ("alias", "yt", "youtube", "video"),
        ("alias", "adwords", "google", "search"),
        ("alias", "threads", "threads", "social"),
        ("app", "com.google.android.gm", "gmail", "mail"),
        ("app", "com.google.android.googlequicksearchbox", "google", "search"),
        ("app", "com.reddit.", "reddit", "social"),
        ("app", "org.telegram.", "telegram", "social"),
        ("app", "com.slack.", "slack", "social"),
    ],
)
def test_well_known_sources(
    match_type: str, pattern: str, source: str, category: str, sources: list[Row]
) -> None:
    """Spot checks of rows that everybody meets."""
    row = {
        "match_type": match_type,
        "pattern": pattern,
        "source": source,
        "source_category": category,
    }
    assert any(row.items() <= found.items() for found in sources)


def test_newsletter_is_not_an_alias(sources: list[Row]) -> None:
    """Words for a medium are no sources."""
    aliases = {r["pattern"] for r in sources if r["match_type"] == "alias"}
    words = {"newsletter", "email", "social", "display", "affiliate", "sms", "push"}
    assert aliases & words == set()


def test_categories_give_the_referrer_medium() -> None:
    """Each category has its medium, gateways have none."""
    found = {r["source_category"]: r["referrer_medium"] for r in read_categories()}
    assert found == REFERRER_MEDIUM


def read_categories() -> list[Row]:
    """Rows of the category seed, which must not repeat."""
    rows = read("source_categories")
    assert len(rows) == len(REFERRER_MEDIUM)
    return rows


def test_click_ids() -> None:
    """What only ads carry comes before what partners, mails and free links do."""
    rows = read("click_ids")
    assert len(rows) >= 60
    assert len({r["click_id_type"] for r in rows}) == len(rows)
    for row in rows:
        priorities, media = CLICKS[row["is_paid"]]
        assert row["priority"] in priorities, row
        assert row["medium"] in media, row
    found = {r["click_id_type"]: r["priority"] for r in rows}
    assert {name: found[name] for name in FIRST_OF} == FIRST_OF
    by_medium = {(r["medium"], r["priority"]) for r in rows if r["is_paid"] == "false"}
    assert by_medium == {
        ("affiliate", "3"),
        ("email", "4"),
        ("organic", "5"),
        ("referral", "5"),
    }


def test_click_id_sources_agree_with_the_sources(sources: list[Row]) -> None:
    """A click id names its vendor as the traffic sources do."""
    known = {r["source"] for r in sources}
    of_sites = {"affiliate", "email"}
    outside = {"adobe_advertising", "gunosy", "tencent"}
    assert {
        r["source"] for r in read("click_ids") if r["medium"] not in of_sites
    } - known == outside


@pytest.mark.parametrize("name", ["click_ids", "source_categories"])
def test_descriptions_are_one_sentence(name: str) -> None:
    """One plain sentence each."""
    for row in read(name):
        assert row["description"].endswith("."), row
        assert ". " not in row["description"], row


def test_host_rules_are_ordered_named_once_and_portable(sources: list[Row]) -> None:
    """Within a field, no priority or id twice; patterns that engines read alike."""
    rules = read("host_rules")
    places = [(row["field"], int(row["priority"])) for row in rules]
    assert places == sorted(places)
    assert len(set(places)) == len(rules)
    assert len({(row["field"], row["rule_id"]) for row in rules}) == len(rules)
    for row in rules:
        pattern = row["pattern"]
        assert BANNED.search(pattern) is None, row
        assert "'" not in pattern
        assert pattern == pattern.lower()
        assert re.search(pattern, "") is None, row
        assert re.search(pattern, "x.example") is None, row
    assert {row["value"] for row in rules} - {"", *REFERRER_MEDIUM} == set()
    # A row for a site is surer than its labels, and need not agree with them.
    assert {row["source_category"] for row in sources} <= set(REFERRER_MEDIUM)


@pytest.mark.parametrize(("field", "told"), [("host", HOSTS), ("portal", PORTALS)])
def test_labels_tell_what_a_person_reads_in_them(
    field: str, told: dict[str, str]
) -> None:
    """Kinds and traps, by the first rule that matches; and none is idle."""
    rules = [row for row in read("host_rules") if row["field"] == field]
    decided = {}
    for host, category in told.items():
        rule = next((row for row in rules if re.search(row["pattern"], host)), None)
        assert (rule["value"] if rule else "") == category, host
        if rule:
            decided[rule["rule_id"]] = host
    assert [row["rule_id"] for row in rules if row["rule_id"] not in decided] == []


# Java's expressions are asked by `make test-all` alone.
@pytest.mark.parametrize(
    "engine", ["postgres", pytest.param("spark", marks=pytest.mark.long)]
)
def test_every_engine_finds_each_pattern_in_the_same_hosts(
    engine: str, tmp_path: Path, sources: list[Row]
) -> None:
    """In the examples, and in every host that a row names."""
    if reason := ALL[engine].missing():
        pytest.skip(reason)
    named = [row["pattern"] for row in sources if row["match_type"] in ("host", "app")]
    texts = [*HOSTS, *PORTALS, *named]
    patterns = [row["pattern"] for row in read("host_rules")]
    expected = {
        (place, nth)
        for place, pattern in enumerate(patterns)
        for nth, text in enumerate(texts)
        if re.search(pattern, text)
    }
    assert found_by(engine, tmp_path, patterns, texts) == expected
