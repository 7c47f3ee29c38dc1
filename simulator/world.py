"""The shop that is simulated: its pages, devices, countries and traffic sources.

Tables of constants. Codes in the drawn events are positions in these tuples.
"""

from typing import NamedTuple
from urllib.parse import urlencode

import numpy as np

EVENT_NAMES = (
    "page_view",
    "screen_view",
    "scroll",
    "search",
    "view_item",
    "add_to_cart",
    "begin_checkout",
    "purchase",
    "sign_up",
    "login",
    "refund",
    "payment_confirmed",
)
(
    PAGE_VIEW,
    SCREEN_VIEW,
    SCROLL,
    SEARCH,
    VIEW_ITEM,
    ADD_TO_CART,
    BEGIN_CHECKOUT,
    PURCHASE,
    SIGN_UP,
    LOGIN,
    REFUND,
    PAYMENT_CONFIRMED,
) = range(len(EVENT_NAMES))
FUNNEL = (VIEW_ITEM, ADD_TO_CART, BEGIN_CHECKOUT, PURCHASE)

CATEGORIES = ("shoes", "jackets", "tents", "bags", "bikes", "maps", "sale")
SEARCHES = ("tent", "rain+jacket", "boots", "map", "bottle")
POSTS = ("pack-light", "wash-down", "first-tent", "layers", "trail-food", "blisters")
THINGS = ("boot", "tent", "parka", "pack", "stove", "lamp", "bottle", "bike")
COLOURS = ("red", "blue", "grey", "moss", "sand")
BRANDS = ("Alder", "Birch", "Cedar")
PRODUCTS = tuple(f"{colour}-{thing}" for thing in THINGS for colour in COLOURS)
ITEMS = tuple(
    f'{{"item_id":"{colour}-{thing}","item_name":"{colour.title()} {thing}",'
    f'"item_brand":"{BRANDS[number % len(BRANDS)]}","item_category":"{thing}"'
    for number, thing in enumerate(THINGS)
    for colour in COLOURS
)
"""JSON of each product, open for what an event says of it."""
PAGES = (
    "/",
    "/cart",
    "/checkout",
    "/checkout/thanks",
    "/account/sign-up",
    *(f"/category/{name}" for name in CATEGORIES),
    *(f"/search?q={query}" for query in SEARCHES),
    *(f"/blog/{slug}" for slug in POSTS),
    *(f"/product/{slug}" for slug in PRODUCTS),
)
HOME, CART, CHECKOUT, THANKS, JOIN = range(5)
FIRST_CATEGORY = 5
FIRST_SEARCH = FIRST_CATEGORY + len(CATEGORIES)
FIRST_POST = FIRST_SEARCH + len(SEARCHES)
FIRST_PRODUCT = FIRST_POST + len(POSTS)
PAGE_TITLES = {HOME: "Home", CART: "Cart", THANKS: "Thank you"}

SITES = ("https://www.shop.example", "https://staging.shop.example", "app://shop")
WWW, STAGING, APP = range(3)
PAGE_URLS = tuple(site + page for site in SITES for page in PAGES)

PLATFORMS = ("web", "ios", "android", "server")
WEB, IOS, ANDROID, SERVER = range(4)


class Device(NamedTuple):
    """What a user agent tells; `weight` is its share of the visitors."""

    platform: int
    category: str | None
    os_name: str | None
    browser_name: str | None
    user_agent: str | None
    weight: float


_GECKO = "AppleWebKit/537.36 (KHTML, like Gecko)"
_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64"
_SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5"
_ANDROID = "Mozilla/5.0 (Linux; Android 10; K)"
_EDGE = "Chrome/137.0.0.0 Safari/537.36 Edg/137.0.0.0"

_PEOPLE = (
    Device(
        WEB,
        "desktop",
        "Windows",
        "Chrome",
        f"{_WINDOWS}) {_GECKO} Chrome/137.0.0.0 Safari/537.36",
        0.16,
    ),
    Device(WEB, "desktop", "Windows", "Edge", f"{_WINDOWS}) {_GECKO} {_EDGE}", 0.05),
    Device(
        WEB,
        "desktop",
        "Windows",
        "Firefox",
        f"{_WINDOWS}; rv:139.0) Gecko/20100101 Firefox/139.0",
        0.08,
    ),
    Device(
        WEB, "desktop", "macOS", "Safari", f"{_MAC} {_SAFARI} Safari/605.1.15", 0.08
    ),
    Device(
        WEB,
        "desktop",
        "Linux",
        "Firefox",
        "Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0",
        0.05,
    ),
    Device(
        WEB,
        "mobile",
        "iOS",
        "Safari",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) "
        f"{_SAFARI} Mobile/15E148 Safari/604.1",
        0.17,
    ),
    Device(
        WEB,
        "mobile",
        "Android",
        "Chrome",
        f"{_ANDROID} {_GECKO} Chrome/137.0.0.0 Mobile Safari/537.36",
        0.15,
    ),
    Device(
        WEB,
        "mobile",
        "Android",
        "Firefox",
        "Mozilla/5.0 (Android 15; Mobile; rv:139.0) Gecko/139.0 Firefox/139.0",
        0.04,
    ),
    Device(
        WEB,
        "tablet",
        "iOS",
        "Safari",
        "Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) "
        f"{_SAFARI} Mobile/15E148 Safari/604.1",
        0.04,
    ),
    Device(IOS, "mobile", "iOS", None, "Shop/5.2 (iPhone; iOS 18.5)", 0.09),
    Device(IOS, "tablet", "iOS", None, "Shop/5.2 (iPad; iOS 17.7)", 0.02),
    Device(ANDROID, "mobile", "Android", None, "Shop/5.2 (Android 15; Mobile)", 0.07),
)
_COMPATIBLE = "Mozilla/5.0 (compatible;"
_BOTS = tuple(
    Device(WEB, "desktop", None, None, user_agent, 0.0)
    for user_agent in (
        f"{_COMPATIBLE} Googlebot/2.1; +http://www.google.com/bot.html)",
        f"{_COMPATIBLE} bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        f"{_COMPATIBLE} AhrefsBot/7.0; +http://ahrefs.com/robot/)",
        f"{_COMPATIBLE} GPTBot/1.2; +https://openai.com/gptbot)",
        "curl/8.5.0",
        "python-requests/2.32.3",
        f"Mozilla/5.0 (X11; Linux x86_64) {_GECKO} HeadlessChrome/137.0.0.0",
    )
)
DEVICES = (*_PEOPLE, *_BOTS, Device(SERVER, None, None, None, None, 0.0))
FIRST_BOT = len(_PEOPLE)
BOT_COUNT = len(_BOTS)
SERVER_DEVICE = len(DEVICES) - 1
DEVICE_SHARES = np.array([device.weight for device in _PEOPLE])
DEVICE_PLATFORM = np.array([device.platform for device in DEVICES])

LOCALES = (("de", "DE"), ("de-AT", "AT"), ("fr", "FR"), ("nl", "NL"), ("en-GB", "GB"))
LOCALE_SHARES = np.array([0.5, 0.1, 0.16, 0.12, 0.12])


class Source(NamedTuple):
    """One way to arrive.

    `query` goes into the landing page's URL; one that ends in `id=` is completed by
    a unique click id. `price` is what a click costs in EUR cents; 0: not bought.
    """

    channel: str
    source: str
    medium: str
    campaign: str | None
    weight: float
    query: str | None = None
    referrer: str | None = None
    price: int = 0


def _utm(
    channel: str,
    source: str,
    medium: str,
    campaign: str,
    weight: float,
    click: str = "",
    price: int = 0,
    referrer: str | None = None,
) -> Source:
    """Tags as somebody typed or pasted them; their case and padding mean nothing."""
    tags = {"utm_source": source, "utm_medium": medium, "utm_campaign": campaign}
    query = "?" + urlencode(tags) + click
    source, medium, campaign = (text.strip().lower() for text in tags.values())
    return Source(
        channel,
        source,
        medium,
        campaign,
        weight,
        query,
        referrer,
        price,
    )


def _from(
    channel: str, source: str, medium: str, weight: float, referrer: str
) -> Source:
    return Source(channel, source, medium, None, weight, None, referrer)


_GOOGLE = "https://www.google.com/"
_FACEBOOK = "https://m.facebook.com/"

SOURCES = (
    Source("Direct", "(direct)", "(none)", None, 24.0),
    _utm("Cross-network", "google", "cpc", "cross-network", 2, "&gclid=", 45),
    _utm("Paid Shopping", "google", "cpc", "shopping-gear", 3, "&gclid=", 40),
    _utm("Paid Shopping", "Google", "CPC", "Shopping-Été", 1, "&gclid=", 38),
    _utm("Paid Search", "google", "cpc", "brand", 4, "&gclid=", 30, _GOOGLE),
    _utm("Paid Search", "bing", "cpc", "brand", 1.5, "&msclkid=", 25),
    Source("Paid Search", "google", "cpc", None, 1.5, "?gclid=", _GOOGLE),
    Source(
        "Paid Search", "bing", "cpc", None, 0.6, "?msclkid=", "https://www.bing.com/"
    ),
    _utm("Paid Social", "facebook", "paid_social", "summer", 3, "&fbclid=", 55),
    _utm("Paid Social", "tiktok", "paid_social", "clips", 1.5, "&ttclid=", 35),
    Source("Paid Social", "tiktok", "cpc", None, 0.6, "?ttclid="),
    _utm("Paid Video", "youtube", "cpc", "trail-film", 1, "", 20),
    _utm("Display", "gdn", "display", "retarget", 1.5, "", 15),
    _utm("Display", "criteo", "banner", "retarget", 0.8, "", 18),
    _utm("Display", "adnews", "CPM", "launch", 0.5, "", 12),
    _utm("Paid Other", "peaknews", "cpc\n", "summer", 0.9, "", 22),
    _from("Organic Shopping", "amazon", "referral", 0.6, "https://www.amazon.de/"),
    _from("Organic Shopping", "etsy", "referral", 0.5, "https://www.etsy.com/"),
    Source("Organic Social", "facebook", "referral", None, 1.5, "?fbclid=", _FACEBOOK),
    Source("Organic Social", "facebook", "referral", None, 0.8, "?fbclid="),
    _from("Organic Social", "facebook", "referral", 1.2, _FACEBOOK),
    _from("Organic Social", "instagram", "referral", 1.2, "https://l.instagram.com/"),
    _from("Organic Social", "reddit", "referral", 0.8, "https://www.reddit.com/"),
    _from("Organic Social", "x", "referral", 0.5, "https://t.co/"),
    _from("Organic Social", "linkedin", "referral", 0.4, "https://www.linkedin.com/"),
    _utm("Organic Social", "instagram", "social", "bio", 0.5),
    _from("Organic Video", "youtube", "referral", 1.0, "https://www.youtube.com/"),
    _from("Organic Video", "vimeo", "referral", 0.4, "https://vimeo.com/"),
    _from("AI Assistant", "chatgpt", "ai-assistant", 1.0, "https://chatgpt.com/"),
    _from(
        "AI Assistant", "perplexity", "ai-assistant", 0.5, "https://www.perplexity.ai/"
    ),
    _from("AI Assistant", "claude", "ai-assistant", 0.5, "https://claude.ai/"),
    _from("Organic Search", "google", "organic", 11, _GOOGLE),
    _from("Organic Search", "google", "organic", 4, "https://www.google.de/"),
    _from("Organic Search", "bing", "organic", 1.5, "https://www.bing.com/"),
    _from("Organic Search", "duckduckgo", "organic", 1.5, "https://duckduckgo.com/"),
    _from("Referral", "hikers.example", "referral", 1.5, "https://hikers.example/best"),
    _from(
        "Referral", "gearblog.example", "referral", 1.5, "https://www.gearblog.example/"
    ),
    _utm("Email", "newsletter", "email", "weekly", 3),
    _utm("Email", "\u00a0Newsletter\u00a0", "Email", "ÉTÉ À PÂQUES", 1),
    _from("Email", "gmail", "email", 0.5, "https://mail.google.com/"),
    _from("Email", "outlook", "email", 0.3, "https://outlook.live.com/"),
    _utm("Affiliates", "awin", "affiliate", "partners", 1.5),
    _utm("Audio", "trailcast", "audio", "host-read", 0.8),
    _utm("SMS", "sms", "sms", "restock", 0.8),
    _utm("Mobile Push", "firebase", "push", "restock", 0.8),
)
DIRECT = 0
SOURCE_SHARES = np.array([source.weight for source in SOURCES])
CHANNELS = tuple(dict.fromkeys(source.channel for source in SOURCES))
IS_APP_SOURCE = np.array(
    [s.channel in ("Direct", "Email", "SMS", "Mobile Push") for s in SOURCES]
) & np.array([source.referrer is None for source in SOURCES])

QUERIES = tuple(source.query for source in SOURCES)
HAS_CLICK_ID = np.array([(query or "").endswith("id=") for query in QUERIES])

PLACEHOLDERS = ("(not set)", "(none)")
PAYMENT_HOST = "https://www.paypal.com/"
_OUTSIDE = tuple(dict.fromkeys(s.referrer for s in SOURCES if s.referrer is not None))
REFERRERS = (
    *PLACEHOLDERS,
    PAYMENT_HOST,
    *_OUTSIDE,
    *(SITES[WWW] + page for page in PAGES),
)
PAYMENT_REFERRER = len(PLACEHOLDERS)
FIRST_INTERNAL_REFERRER = len(REFERRERS) - len(PAGES)
SOURCE_REFERRER = np.array(
    [
        -1 if source.referrer is None else REFERRERS.index(source.referrer)
        for source in SOURCES
    ]
)

# Clicks that lead to no tracked session are a fact of every ad account.
SPENT_IN_VAIN = Source("Paid Search", "bing", "cpc", "test-at", 0.0, price=28)
CAMPAIGNS = (*(source for source in SOURCES if source.price), SPENT_IN_VAIN)
SOURCE_CAMPAIGN = np.array(
    [CAMPAIGNS.index(source) if source.price else -1 for source in SOURCES]
)

BROKEN_TIMES = ("not a time", "2026-13-45 99:00:00", "", None)
UNREAD_AMOUNT = "1,299"
"""May be either of two amounts."""

DEFECTS = (
    "duplicate_same_payload",
    "duplicate_other_payload",
    "late_arrival",
    "clock_skew_measured",
    "clock_skew_future",
    "bot",
    "missing_visitor",
    "missing_event_id",
    "unparseable_time",
    "refund",
    "cart_abandoner",
    "consent_denied",
    "consent_withdrawn",
    "gap_exactly_30_minutes",
    "gap_30_minutes_and_a_microsecond",
    "midnight_session",
    "equal_timestamps",
    "order_reloaded",
    "internal_traffic",
    "payment_webhook",
    "placeholder_text",
    "tied_landing",
    "phone_order",
    "impossible_time",
)
DEFECT_CODE = {name: code for code, name in enumerate(DEFECTS)}
VISITOR_DEFECTS = ("bot", "consent_denied", "consent_withdrawn")
"""Marked on each row of the visitor, listed once per visitor."""

REASONS = (
    "missing_visitor",
    "missing_time",
    "impossible_time",
    "future",
    "duplicate",
    "bot",
    "internal",
    "no_consent",
)
"""In the order in which they are tested; the first that applies is the reason."""
