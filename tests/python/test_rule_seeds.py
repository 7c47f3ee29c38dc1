"""Checks of the rule seeds: shape, size, consistency and what the bot rules catch."""

import csv
import re
from collections import Counter, defaultdict
from pathlib import Path

import duckdb
import pytest

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
    "click_ids": ["click_id_type", "source", "medium", "is_paid", "description"],
    "bot_rules": ["rule_id", "priority", "pattern", "bot_reason"],
}
REFERRER_MEDIUM = {
    "ai_assistant": "ai-assistant",
    "gateway": "",
    "mail": "email",
    "search": "organic",
    "shopping": "referral",
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
CLICK_IDS = {
    **dict.fromkeys(["gclid", "gbraid", "wbraid", "gad_source"], ("cpc", "true")),
    **dict.fromkeys(["msclkid", "ttclid", "twclid", "rdt_cid"], ("cpc", "true")),
    **dict.fromkeys(["yclid", "tblci", "dicbo", "ndclid"], ("cpc", "true")),
    **dict.fromkeys(["qclid", "sccid", "li_fat_id"], ("cpc", "true")),
    "dclid": ("display", "true"),
    "epik": ("referral", "false"),
    "fbclid": ("referral", "false"),
    "igshid": ("referral", "false"),
    "srsltid": ("organic", "false"),
    "mc_cid": ("email", "false"),
    "_kx": ("email", "false"),
    "irclickid": ("affiliate", "false"),
    "cjevent": ("affiliate", "false"),
}
# Lookaround, inline flags and lazy or possessive quantifiers; any backslash, so
# that no SQL dialect eats one; nested brackets and class intersection (Java).
BANNED = re.compile(r"\(\?|\\|[*+?}][?+]|\[[^]]*(\[|&&)")
HOST = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
PACKAGE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
AD_SUFFIX = re.compile(r"ads?$")

Row = dict[str, str]

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
IOS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) "
    "AppleWebKit/605.1.15 (KHTML, like Gecko)"
)
WIN = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
ANDROID = "Mozilla/5.0 (Linux; Android 14; {})"
CHROME = WEBKIT + " Chrome/126.0.0.0 Safari/537.36"
CHROME_M = WEBKIT + " Chrome/126.0.0.0 Mobile Safari/537.36"
WEBVIEW = WEBKIT + " Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36"

PEOPLE = [
    f"{WIN} {CHROME}",
    f"{WIN} {CHROME} Edg/126.0.0.0",
    f"{WIN} {CHROME} OPR/112.0.0.0",
    f"{WIN} {CHROME} Vivaldi/6.8",
    f"{WIN} {CHROME} YaBrowser/24.6.0.0",
    f"{WIN.replace(')', '; rv:127.0)')} Gecko/20100101 Firefox/127.0",
    f"{MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
    f"{MAC} {WEBKIT} Slack/4.38.125 Chrome/124.0.0.0 Electron/30.0 Safari/537.36",
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROME}",
    "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "Mozilla/5.0 (X11; Linux) Gecko/20120101 Linux Mint/13 (Maya) Firefox/14.0",
    f"{IOS} Version/17.5 Mobile/15E148 Safari/604.1",
    f"{IOS} CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1",
    f"{IOS} FxiOS/127.0 Mobile/15E148 Safari/605.1.15",
    f"{IOS} GSA/321.0.6 Mobile/15E148 Safari/604.1",
    f"{IOS} Version/17.5 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
    f"{IOS} Version/17.5 Mobile/15E148 Safari/604.1 (Ecosia ios@10.1.0.1834)",
    f"{IOS} Mobile/15E148 Instagram 334.0.0.28.93 (iPhone14,5; iOS 17_5; en_US)",
    f"{IOS} Mobile/15E148 [FBAN/FBIOS;FBAV/468.0.0.37;FBBV/604;FBDV/iPhone14,5]",
    f"{IOS} Mobile/15E148 Twitter for iPhone/10.46",
    f"{IOS} Mobile/15E148 [LinkedInApp]/9.29.7",
    f"{IOS} Mobile/15E148 [Pinterest/iOS]",
    f"{IOS} Mobile/15E148 Snapchat/12.93.0.38 (like Safari/8618.2.12)",
    f"{IOS} Mobile/15E148 musical_ly_35.1.0 JsSdk/2.0 BytedanceWebview/d8a21c6",
    f"{IOS} Mobile/15E148 MicroMessenger/8.0.49(0x1800312c) NetType/WIFI",
    f"{IOS} Mobile/15E148 Safari Line/14.9.0",
    f"{IOS} Mobile/15E148 KAKAOTALK 10.8.0",
    f"{IOS} Mobile/15E148 NAVER(inapp; search; 2000; 12.8.0; 14PRO)",
    f"{IOS} Version/17.5 Mobile/15E148 Safari/604.1 Flipboard/4.3.16",
    f"{ANDROID.format('SM-S921B')} {CHROME_M}",
    f"{ANDROID.format('K')} {WEBKIT} SamsungBrowser/25.0 Chrome/121.0 Mobile",
    f"{ANDROID.format('CUBOT NOTE 50')} {CHROME_M}",
    f"{ANDROID.format('CUBOT_X18_Plus Build/O11019')} {CHROME_M}",
    f"{ANDROID.format('GM Discovery II')} {CHROME_M}",
    f"{ANDROID.format('Pixel 8; wv')} {WEBVIEW} [FB_IAB/FB4A;FBAV/468.0.0.54;]",
    f"{ANDROID.format('Pixel 8; wv')} {WEBVIEW} Instagram 334.0.0.42.95 Android",
    f"{ANDROID.format('Pixel 8; wv')} {WEBVIEW} GSA/15.24.30.28.arm64",
    f"{ANDROID.format('Pixel 8; wv')} {WEBVIEW} trill_350103 AppName/musical_ly",
    f"{ANDROID.format('Pixel 8; wv')} {WEBVIEW} Trust/8.1",
    f"{ANDROID.format('Pixel 8')} {CHROME_M} (Ecosia android@126.0.6478.71)",
    f"{ANDROID.format('KFTRWI')} {WEBKIT} Silk/126.3.1 like Chrome/126.0 Safari/537",
    f"{ANDROID.format('22101316G')} {WEBKIT} XiaoMi/MiuiBrowser/14.15 Mobile",
    "Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0",
    "Mozilla/5.0 (Mobile; Nokia 8110 4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5",
    "Mozilla/5.0 (SMART-TV; Linux; Tizen 7.0) AppleWebKit/537.36 SamsungBrowser/5.0",
    "Mozilla/5.0 (PlayStation; PlayStation 5/6.00) AppleWebKit/605.1.15 Safari/605",
    "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
    "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1; .NET CLR 2.0.50727)",
    "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)",
    "Mozilla/5.0 (compatible; Konqueror/4.14; Linux) KHTML/4.14.10 (like Gecko)",
    "Opera/9.80 (J2ME/MIDP; Opera Mini/9.80; U; en) Presto/2.5.25 Version/10.54",
    "Mozilla/5.0 (BB10; Touch) AppleWebKit/537.35+ Version/10.3.2 Mobile Safari/537",
    "Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/AP1A.240505.005)",
    "Acme/412 CFNetwork/1496.0.7 Darwin/23.5.0",
    "okhttp/4.12.0",
    "Maui Browser",
]

BOTS = {
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": (
        "search_crawler"
    ),
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)": (
        "search_crawler"
    ),
    "Mozilla/5.0 (compatible; YandexImages/3.0; +http://yandex.com/bots)": (
        "search_crawler"
    ),
    "Mozilla/5.0 (compatible; Baiduspider/2.0)": "search_crawler",
    "Mozilla/5.0 (compatible; Yahoo! Slurp)": "search_crawler",
    f"{WIN} {CHROME}; 360Spider": "search_crawler",
    "Feedfetcher-Google; (+http://www.google.com/feedfetcher.html)": "search_crawler",
    f"{WEBKIT}; compatible; GPTBot/1.2; +https://openai.com/gptbot": "ai_crawler",
    "Mozilla/5.0 (compatible; ClaudeBot/1.0; +claudebot@anthropic.com)": "ai_crawler",
    "CCBot/2.0 (https://commoncrawl.org/faq/)": "ai_crawler",
    "Mozilla/5.0 (compatible; Bytespider; spider-feedback@bytedance.com)": (
        "ai_crawler"
    ),
    f"{MAC} {WEBKIT} Version/17.4 Safari/605.1.15 (Applebot-Extended/0.1)": (
        "ai_crawler"
    ),
    "facebookexternalhit/1.1": "link_preview",
    "WhatsApp/2.23.20.0": "link_preview",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)": "link_preview",
    "TelegramBot (like TwitterBot)": "link_preview",
    "Twitterbot/1.0": "link_preview",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)": (
        "link_preview"
    ),
    "Mozilla/5.0 (compatible; Pinterestbot/1.0)": "link_preview",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)": (
        "seo_crawler"
    ),
    "Mozilla/5.0 (compatible; SemrushBot/7~bl)": "seo_crawler",
    "Screaming Frog SEO Spider/20.1": "seo_crawler",
    "Mediapartners-Google": "ad_crawler",
    "AdsBot-Google (+http://www.google.com/adsbot.html)": "ad_crawler",
    "ia_archiver": "archive_crawler",
    "Mozilla/5.0 (compatible; archive.org_bot)": "archive_crawler",
    "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)": "monitoring",
    "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)": (
        "monitoring"
    ),
    f"{MAC} {CHROME} Chrome-Lighthouse": "monitoring",
    "ELB-HealthChecker/2.0": "monitoring",
    "Mozilla/5.0 zgrab/0.x": "security_scanner",
    "Mozilla/5.00 (Nikto/2.1.6) (Evasions:None) (Test:Port Check)": (
        "security_scanner"
    ),
    "Feedbin feed-id:1234 - 7 subscribers": "feed_reader",
    "Reeder/5.4 CFNetwork/1496.0.7 Darwin/23.5.0": "feed_reader",
    f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/126.0 Safari/537": (
        "headless_browser"
    ),
    "Mozilla/5.0 (Unknown; Linux) AppleWebKit/538.1 PhantomJS/2.1.1": (
        "headless_browser"
    ),
    "curl/8.5.0": "http_library",
    "Wget/1.21.4 (linux-gnu)": "http_library",
    "python-requests/2.32.3": "http_library",
    "Python/3.11 aiohttp/3.9.5": "http_library",
    "Go-http-client/2.0": "http_library",
    "Java/17.0.9": "http_library",
    "Apache-HttpClient/4.5.14 (Java/17.0.9)": "http_library",
    "axios/1.7.2": "http_library",
    "libwww-perl/6.72": "http_library",
    "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)": "http_library",
    "Scrapy/2.11 (+https://scrapy.org)": "http_library",
    "AcmeBot/1.0": "declared_bot",
    "acme-bot": "declared_bot",
    "Mozilla/5.0 (compatible; AcmeCrawler/2.0)": "declared_bot",
    f"{ANDROID.format('CUBOT X50')} {CHROME_M} (compatible; AcmeBot/1.0)": (
        "declared_bot"
    ),
    f"{WIN} {CHROME} (+https://example.com/about)": "declared_contact",
    "Acme 1.0 (ops@example.com)": "declared_contact",
    "Mozilla/5.0 (compatible; Acme/1.0)": "not_a_browser",
    "Mozilla/5.0": "not_a_browser",
    "AcmeSync/1.0": "not_a_browser",
    "-": "missing_agent",
}


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


@pytest.fixture(scope="module")
def bot_rules() -> list[Row]:
    """Rows of the bot rule seed in order of priority."""
    return sorted(read("bot_rules"), key=lambda r: int(r["priority"]))


def bot_reason(agent: str, rules: list[Row]) -> str | None:
    """Reason of the first rule that matches, as the models take it."""
    agent = agent.lower()
    hits = (r["bot_reason"] for r in rules if re.search(r["pattern"], agent))
    return next(hits, None)


@pytest.mark.parametrize("name", HEADERS)
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
        ("app", "com.reddit.frontpage", "reddit", "social"),
        ("app", "org.telegram.messenger", "telegram", "social"),
        ("app", "com.slack", "slack", "social"),
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
    """Every click id is there once with the medium and the paid flag agreed."""
    rows = read("click_ids")
    assert len(rows) == len(CLICK_IDS)
    found = {r["click_id_type"]: (r["medium"], r["is_paid"]) for r in rows}
    assert found == CLICK_IDS


def test_click_id_sources_agree_with_the_sources(sources: list[Row]) -> None:
    """A click id names its vendor as the traffic sources do."""
    known = {r["source"] for r in sources}
    outside = {"cj", "impact", "outbrain", "taboola"}
    assert {r["source"] for r in read("click_ids")} - known == outside


@pytest.mark.parametrize("name", ["click_ids", "source_categories"])
def test_descriptions_are_one_sentence(name: str) -> None:
    """One plain sentence each."""
    for row in read(name):
        assert row["description"].endswith("."), row
        assert ". " not in row["description"], row


def test_bot_rules_are_ordered_and_named_once(bot_rules: list[Row]) -> None:
    """Priorities, ids and patterns are unique, reasons are short codes."""
    for column in ["rule_id", "priority", "pattern"]:
        assert len({r[column] for r in bot_rules}) == len(bot_rules)
    assert read("bot_rules") == bot_rules
    for row in bot_rules:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", row["bot_reason"]), row


def test_bot_patterns_are_portable(bot_rules: list[Row]) -> None:
    """Patterns compile here and in DuckDB and use nothing engines read apart."""
    with duckdb.connect() as db:
        for row in bot_rules:
            pattern = row["pattern"]
            assert BANNED.search(pattern) is None, row["rule_id"]
            assert "||" not in pattern, row["rule_id"]
            assert not pattern.endswith("|"), row["rule_id"]
            assert re.search(pattern, "") is None, row["rule_id"]
            sql = "select regexp_matches('', ?::varchar)"
            assert db.execute(sql, [pattern]).fetchone() == (False,)


@pytest.mark.parametrize(
    "text",
    [r"(?i)bot", r"(?=a)", r"\bbot", r"a*?", r"a++", r"(a)\1", r"[[:alpha:]]", r"\."],
)
def test_the_portability_check_sees_what_it_bans(text: str) -> None:
    """The guard itself works."""
    assert BANNED.search(text) is not None


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_are_not_bots(agent: str, bot_rules: list[Row]) -> None:
    """Browsers, in-app browsers and app libraries pass."""
    assert bot_reason(agent, bot_rules) is None


@pytest.mark.parametrize(("agent", "reason"), BOTS.items())
def test_bots_are_caught(agent: str, reason: str, bot_rules: list[Row]) -> None:
    """Bots are caught, and for the right reason."""
    assert bot_reason(agent, bot_rules) == reason


def test_duckdb_agrees_with_python(bot_rules: list[Row]) -> None:
    """Each rule says the same of each agent in both engines."""
    agents = [agent.lower() for agent in [*PEOPLE, *BOTS]]
    with duckdb.connect() as db:
        for row in bot_rules:
            sql = "select list_transform(?::varchar[], a -> regexp_matches(a, ?))"
            got = db.execute(sql, [agents, row["pattern"]]).fetchone()
            want = [re.search(row["pattern"], a) is not None for a in agents]
            assert got == (want,), row["rule_id"]
