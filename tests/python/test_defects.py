"""What others get wrong: each a small visit in one input, each a test.

Numbers are those of the list of peers' defects that this project is held to.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from harness import Build, Builder, one_source, write_parquet

START = datetime(2026, 3, 2, 12, 0)
SITE = "https://www.shop.example/"
Visit = list[tuple[timedelta, dict[str, Any]]]


def view(query: str = "", referrer: str | None = None, **more: Any) -> dict[str, Any]:
    """A page view, as a tracker sends it."""
    url = SITE + (f"?{query}" if query else "")
    return {"event_name": "page_view", "page_url": url, "referrer_url": referrer} | more


def after(seconds: float = 0, **more: float) -> timedelta:
    """Since the visit began."""
    return timedelta(seconds=seconds, **more)


# Visitor -> how they came, the channel, and the source that they must get.
ARRIVALS: dict[str, tuple[dict[str, Any], str, str]] = {
    # 1: a paid medium must not swallow display before it is asked.
    "cpm of an unknown source": (
        view("utm_source=adnews&utm_medium=cpm"),
        "Display",
        "adnews",
    ),
    # 2: misspelt in two of three copies.
    "interstitial": (
        view("utm_source=adnews&utm_medium=interstitial"),
        "Display",
        "adnews",
    ),
    # 3: of the campaign, not of the medium.
    "cross-network campaign": (
        view("utm_source=google&utm_medium=cpc&utm_campaign=Cross-network"),
        "Cross-network",
        "google",
    ),
    "cross-network medium": (
        view("utm_source=adnews&utm_medium=cross-network"),
        "Unassigned",
        "adnews",
    ),
    "social-media": (
        view("utm_source=club&utm_medium=social-media"),
        "Organic Social",
        "club",
    ),
    # 4: untagged traffic has a referrer.
    "untagged search": (
        view(referrer="https://www.google.de/"),
        "Organic Search",
        "google",
    ),
    "untagged link": (
        view(referrer="https://hikers.example/best"),
        "Referral",
        "hikers.example",
    ),
    "nothing at all": (view(), "Direct", "(direct)"),
    # 5: rules are case-insensitive, and anchored.
    "upper case": (
        view("utm_source=GOOGLE&utm_medium=CPC&utm_campaign=Brand"),
        "Paid Search",
        "google",
    ),
    "email within a word": (
        view("utm_source=emailmonster&utm_medium=banner"),
        "Display",
        "emailmonster",
    ),
    # Workshops are no shop.
    "workshop": (
        view("utm_source=adnews&utm_medium=cpc&utm_campaign=workshop"),
        "Paid Other",
        "adnews",
    ),
    # Click ids fill gaps, and override nothing.
    "gclid with tags": (
        view("utm_source=partner&utm_medium=affiliate&gclid=x1"),
        "Affiliates",
        "partner",
    ),
    "gclid alone": (
        view("gclid=x2", referrer="https://www.google.com/"),
        "Paid Search",
        "google",
    ),
    "fbclid alone": (view("fbclid=x3"), "Organic Social", "facebook"),
    "fbclid from facebook": (
        view("fbclid=x4", referrer="https://l.facebook.com/"),
        "Organic Social",
        "facebook",
    ),
    # What a visit only passes through is not where it came from.
    "payment gateway": (
        view(referrer="https://www.paypal.com/"),
        "Direct",
        "(direct)",
    ),
    "own subdomain": (
        view(referrer="https://help.shop.example/faq"),
        "Direct",
        "(direct)",
    ),
    "assistant": (
        view(referrer="https://chatgpt.com/"),
        "AI Assistant",
        "chatgpt",
    ),
    "app": (
        view(referrer="android-app://com.reddit.frontpage/"),
        "Organic Social",
        "reddit",
    ),
    # A brand's other hosts are not its search engine.
    "analytics.google.com": (
        view(referrer="https://analytics.google.com/"),
        "Referral",
        "google_analytics",
    ),
    "webmail of a search engine": (
        view(referrer="https://mail.google.com/"),
        "Email",
        "gmail",
    ),
}

MINUTE = timedelta(minutes=1)
VISITS: dict[str, Visit] = {
    # 8 and 11: time is compared, not minutes counted.
    "gap 30:00": [(after(), view()), (30 * MINUTE, view())],
    "gap 30:00.000001": [
        (after(), view()),
        (30 * MINUTE + timedelta(microseconds=1), view()),
    ],
    "gap 30:59": [(after(), view()), (after(30 * 60 + 59), view())],
    # 10: 59 s and 1 s are on two sides of a minute's boundary, 29:02 apart.
    "gap 29:02": [(after(59), view()), (after(59 + 29 * 60 + 2), view())],
    # 8: three events at one instant, in two orders.
    **{
        f"tie {name}": [
            (
                after(),
                view("utm_source=newsletter&utm_medium=email", event_id=f"{name} 1"),
            ),
            (after(), view("utm_source=gdn&utm_medium=display", event_id=f"{name} 2")),
            (
                after(),
                view("utm_source=awin&utm_medium=affiliate", event_id=f"{name} 3"),
            ),
        ][:: -1 if name == "backward" else 1]
        for name in ("forward", "backward")
    },
    # 9: a touch later on the day of the conversion.
    "touch after": [
        (after(), view("utm_source=newsletter&utm_medium=email", user_id="nine")),
        (after(60), {"event_name": "purchase", "user_id": "nine", "revenue": "10"}),
        (
            after(hours=3),
            view("utm_source=google&utm_medium=cpc", user_id="nine"),
        ),
    ],
    # 9: the window is in seconds, not in calendar days.
    "30 days before": [
        (after(), view("utm_source=newsletter&utm_medium=email", user_id="in")),
        (after(days=30), {"event_name": "purchase", "user_id": "in", "revenue": "1"}),
    ],
    "30 days and a second before": [
        (after(), view("utm_source=newsletter&utm_medium=email", user_id="out")),
        (
            after(1, days=30),
            {"event_name": "purchase", "user_id": "out", "revenue": "1"},
        ),
    ],
    # 10: a path's separator within a campaign.
    "arrow in campaign": [
        (
            after(),
            view("utm_source=a%20>%20b&utm_medium=x%20>%20y&utm_campaign=c%20>%20d"),
        ),
        (after(9), {"event_name": "sign_up"}),
    ],
    # 7: a session that straddles two days is one, numbered once.
    "over midnight": [
        (after(hours=11, minutes=59), view(user_id="mid")),
        (after(hours=12, minutes=1), view(user_id="mid")),
        (after(hours=20), view(user_id="mid")),
    ],
    # A gateway in mid-session cuts nothing and earns nothing.
    "through the gateway": [
        (after(), view("utm_source=google&utm_medium=cpc")),
        (after(300), view(referrer="https://checkout.stripe.com/pay")),
        (after(301), {"event_name": "purchase", "order_id": "G", "revenue": "30"}),
        # The thank-you page opened again.
        (after(900), {"event_name": "purchase", "order_id": "G", "revenue": "30"}),
    ],
    # A payment's webhook hours later is no visit of days.
    "webhook": [
        (after(), view()),
        (after(hours=5), {"event_name": "payment_confirmed", "platform": "server"}),
        (after(hours=5, minutes=10), view()),
    ],
    # 31: a browser's user agent at the pace of a script, and half a year later at
    # a person's; as many events in a microsecond more; one fewer.
    **{
        f"paced {name}": [
            *((after(span * nth / (count - 1)), view()) for nth in range(count)),
            (after(days=180), view()),
        ]
        for name, count, span in (
            ("script", 101, 10),
            ("hurry", 101, 10.000001),
            ("shopper", 100, 10),
        )
    },
    # 15: a trickle that never pauses for half an hour, and again half a year later.
    "endless": [
        *((after(minutes=25 * nth), view()) for nth in range(100)),
        (after(days=180), view()),
    ],
    # Whoever denies is nowhere to be read about, whatever else is wrong.
    "denier": [
        (after(), view("utm_source=secret", event_id="denied")),
        (after(), view("utm_source=secret", event_id="denied")),
        (
            after(60),
            view("utm_source=secret", user_agent="curl/8.5.0", event_id="denied bot"),
        ),
        (
            after(90),
            {
                "event_name": "consent_update",
                "event_id": "denial",
                "analytics_consent": "denied",
            },
        ),
    ],
}


@pytest.fixture(scope="module")
def shop(build: Builder, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """All visits in one input."""
    visits = VISITS | {
        name: [(after(), arrival)] for name, (arrival, _, _) in ARRIVALS.items()
    }
    columns = [
        *("event_id", "visitor_id", "user_id", "platform", "occurred_at", "event_name"),
        *("page_url", "referrer_url", "user_agent", "order_id", "revenue"),
        "analytics_consent",
    ]
    rows = [
        dict.fromkeys(columns)
        | {
            "event_id": f"{visitor} {nth}",
            "visitor_id": visitor,
            "platform": "web",
            "occurred_at": START + since,
        }
        | event
        for visitor, visit in visits.items()
        for nth, (since, event) in enumerate(visit)
    ]
    path = tmp_path_factory.mktemp("shop") / "events.parquet"
    made = build(one_source(write_parquet(path, rows), columns))
    assert made.is_green, made.said
    return made


def sessions(shop: Build, visitor: str, columns: str) -> list[Any]:
    """A visitor's sessions in order."""
    return shop.rows(
        f"select {columns} from fct_sessions where visitor_id = '{visitor}'"
        " order by started_at"
    )


@pytest.mark.parametrize("visitor", ARRIVALS)
def test_an_arrival_gets_its_channel_and_source(shop: Build, visitor: str) -> None:
    """Display before Paid Other, campaigns over mediums, tags over click ids."""
    _, channel, source = ARRIVALS[visitor]
    assert sessions(shop, visitor, "channel, source") == [(channel, source)]


def test_every_channel_is_explained(shop: Build) -> None:
    """Which rule gave it, and why, on every session."""
    assert (
        shop.value(
            "select count(*) from fct_sessions"
            " where channel_rule_id is null or coalesce(channel_reason, '') = ''"
        )
        == 0
    )


@pytest.mark.parametrize(
    ("visitor", "count"),
    [("gap 30:00", 1), ("gap 30:00.000001", 2), ("gap 30:59", 2), ("gap 29:02", 1)],
)
def test_a_gap_is_compared_to_the_microsecond(
    shop: Build, visitor: str, count: int
) -> None:
    """Truncated minutes would make 30:59 one session, boundaries 29:02 two."""
    assert len(sessions(shop, visitor, "session_id")) == count


def test_a_tie_is_broken_by_the_event_and_not_by_its_place(shop: Build) -> None:
    """Three tagged events at one instant: the first id is the landing."""
    for visitor in ("tie forward", "tie backward"):
        assert sessions(shop, visitor, "source, event_count") == [("newsletter", 3)]


def credits(shop: Build, person: str) -> set[Any]:
    """Channels with any credit for a person's conversions."""
    return set(
        shop.rows(
            "select channel, touch_number from mart_attribution__credits"
            f" where person_id = '{person}' and credit > 0"
        )
    )


def test_a_touch_after_the_conversion_earns_nothing(shop: Build) -> None:
    """Be it on the same day."""
    assert credits(shop, "nine") == {("Email", 1)}


def test_the_lookback_is_counted_in_seconds(shop: Build) -> None:
    """Exactly 30 days are within 30 days, a second more is not."""
    in_window, out = (
        shop.value(
            "select count(*) from mart_attribution__touchpoints where is_in_window"
            f" and person_id = '{person}' and channel = 'Email'"
        )
        for person in ("in", "out")
    )
    assert (in_window, out) == (1, 0)


def test_no_name_can_break_a_path(shop: Build) -> None:
    """Paths hold channels alone, and no channel holds the separator."""
    assert shop.value("select count(*) from channels where channel like '%>%'") == 0
    known = {name for (name,) in shop.rows("select channel from channels")}
    brackets = {"(no touch)", "(no consent)", "(outside window)"}
    for (path,) in shop.rows("select path from mart_attribution__paths"):
        assert set(path.split(" > ")) <= known | brackets


def test_a_session_over_midnight_is_one_and_counted_once(shop: Build) -> None:
    """Its views stay, and its number goes on after it."""
    assert sessions(
        shop, "over midnight", "session_number, page_view_count, started_date::text"
    ) == [(1, 2, "2026-03-02"), (2, 1, "2026-03-03")]


def test_a_payment_gateway_is_no_source_and_cuts_no_session(shop: Build) -> None:
    """Else PayPal gets the sale."""
    assert sessions(
        shop, "through the gateway", "source, event_count, conversion_count, revenue"
    ) == [("google", 4, 1, Decimal(30))]


def test_a_servers_event_neither_starts_nor_extends_a_session(shop: Build) -> None:
    """It belongs to none, if it comes hours later."""
    assert sessions(shop, "webhook", "event_count, duration_seconds") == [
        (1, 0),
        (1, 0),
    ]
    assert (
        shop.value(
            "select count(*) from fct_events"
            " where visitor_id = 'webhook' and session_id is null"
        )
        == 1
    )


@pytest.mark.parametrize(
    ("visitor", "rejected", "accepted"),
    [("paced script", 102, 0), ("paced hurry", 0, 102), ("paced shopper", 0, 101)],
)
def test_a_script_that_poses_as_a_browser_is_a_bot(
    shop: Build, visitor: str, rejected: int, accepted: int
) -> None:
    """In all that it did, with the reason; a hasty shopper is none."""
    where = f"visitor_id = '{visitor}'"
    assert shop.rows(
        "select bot_reason, count(*) from mart_quality__rejected_events"
        f" where rejection_reason = 'bot' and {where} group by bot_reason"
    ) == [("more than 100 acts in 10 seconds", rejected)] * (rejected > 0)
    assert shop.value(f"select count(*) from fct_events where {where}") == accepted


def test_an_endless_session_holds_each_event_once(shop: Build) -> None:
    """And what comes half a year later is not of it."""
    assert sessions(shop, "endless", "event_count") == [(100,), (1,)]


def test_whoever_denied_consent_is_nowhere_to_be_read_about(shop: Build) -> None:
    """Not as a duplicate nor as a bot either."""
    reasons = shop.rows(
        "select distinct rejection_reason from int_events__classified"
        " where visitor_id = 'denier' order by 1"
    )
    assert reasons == [("bot",), ("duplicate",), ("no_consent",)]
    for mart in shop.marts():
        found = shop.rows(
            f"select * from {mart} as each where each::text like '%denier%'"
            " or each::text like '%secret%'"
        )
        assert found == [], mart
