"""Turn numeric columns into the tables of the output files."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator import effects, world
from simulator.columns import NULL, Array, Columns, scramble
from simulator.defects import LANGUAGE_PLACEHOLDER, TITLE_PLACEHOLDER
from simulator.truth import Truth
from simulator.world import DEVICES, SOURCES

_DIGITS = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
_CONSENTS = ("denied", "granted", "unknown")
_UNKNOWN = 2
_TITLES = tuple(
    world.PAGE_TITLES.get(code % len(world.PAGES))
    for code in range(len(world.PAGE_URLS))
)
TIME = pa.timestamp("us")
_SHIPPING, _SHIPPED_FREE_BELOW, _GOODS_OF_TWO = 490, 2_000, 4_000
"""EUR cents: what shipping costs, and from which goods on there are two products."""


def numbered(prefix: str, values: Array, width: int, base: int = 10) -> pa.Array:
    """Text such as `s000000042`, shape (n,): prefix and `width` digits; NULL is null.

    Built as one buffer: formatting millions of Python integers takes minutes.
    """
    powers = np.array([base**power for power in range(width - 1, -1, -1)])
    head = len(prefix)
    letters = np.empty((len(values), head + width), dtype=np.uint8)
    letters[:, :head] = np.frombuffer(prefix.encode(), dtype=np.uint8)
    is_null = values == NULL
    for place, power in enumerate(powers):
        letters[:, head + place] = _DIGITS[(values // power) % base]
    ends = np.arange(len(values) + 1, dtype=np.int32) * (head + width)
    array = pa.StringArray.from_buffers(
        len(values), pa.py_buffer(ends), pa.py_buffer(letters)
    )
    return pc.if_else(pa.array(is_null), None, array) if is_null.any() else array


def worded(words: Sequence[str | None], codes: Array) -> pa.Array:
    """The word at each code, shape (n,); NULL is null."""
    return pa.array(words, pa.string()).take(integers(codes))


def integers(values: Array) -> pa.Array:
    """Integers, shape (n,); NULL is null."""
    return pa.array(values, pa.int64(), mask=values == NULL)


def instants(us: Array) -> pa.Array:
    """UTC instants from microseconds since 1970, shape (n,); NULL is null."""
    return integers(us).cast(TIME)


def amounts(cents: Array) -> pa.Array:
    """Decimals with two places, shape (n,); NULL is null."""
    exact = integers(cents).cast(pa.decimal128(19, 0))
    return pc.multiply(exact, pa.scalar(Decimal("0.01"))).cast(pa.decimal128(14, 2))


def text(values: pa.Array) -> pa.Array:
    """Any array as text."""
    return values.cast(pa.string())


@dataclass(frozen=True)
class Renderer:
    """Knows how ids look: `seed` scrambles them, `visitors` sets their width.

    Where something is planted, `has_effects`, events say what experiment they show.
    """

    seed: int
    visitors: int
    has_effects: bool = False

    def raw_events(self, events: Columns) -> pa.Table:
        """What the trackers sent: all text, as broken as exports are."""
        device, page = events["device"], events["page"]
        kind = events["placeholder"]
        literal = pa.scalar(world.PLACEHOLDERS[0])
        language = self._of_locale(events["locale"], 0)
        title = worded(_TITLES, page)
        broken = events["broken_time"]
        columns = {
            "event_id": _blank(self._event_id(events["key"]), events["has_no_id"]),
            "visitor_id": _blank(
                self.visitor_id(events["visitor"]), events["has_no_visitor"]
            ),
            "user_id": self._person("u", events["user"]),
            "platform": _of_device("platform", device),
            "occurred_at": pc.if_else(
                pa.array(broken == NULL),
                text(instants(events["occurred_us"])),
                worded(world.BROKEN_TIMES, broken),
            ),
            "received_at": text(instants(events["received_us"])),
            "clock_offset_ms": text(integers(events["offset_ms"])),
            "event_name": worded(world.EVENT_NAMES, events["name"]),
            "page_url": self._page_url(events),
            "page_title": pc.if_else(
                pa.array(kind == TITLE_PLACEHOLDER), literal, title
            ),
            "referrer_url": worded(world.REFERRERS, events["referrer"]),
            "user_agent": _of_device("user_agent", device),
            "device_category": _of_device("category", device),
            "os_name": _of_device("os_name", device),
            "browser_name": _of_device("browser_name", device),
            "language": pc.if_else(
                pa.array(kind == LANGUAGE_PLACEHOLDER), literal, language
            ),
            "country_code": self._of_locale(events["locale"], 1),
            "engagement_ms": text(integers(events["engagement"])),
            "scroll_percent": text(integers(events["scroll"])),
            "page_load_ms": text(integers(events["load"])),
            "order_id": numbered("o", events["order"], 8),
            "revenue": pc.if_else(
                pa.array(events["has_unread_amount"]),
                pa.scalar(world.UNREAD_AMOUNT),
                text(amounts(events["cents"])),
            ),
            "currency": worded(("EUR",), np.where(events["cents"] == NULL, NULL, 0)),
            "items": self._items(events),
        }
        if self.has_effects:
            shown = effects.shows_form(events["name"], page)
            variant = np.where(shown, effects.variants(events["visitor"]), NULL)
            columns |= {
                "experiment_id": worded(
                    (effects.EXPERIMENT,), np.where(shown, 0, NULL)
                ),
                "variant_id": worded(effects.VARIANTS, variant),
            }
        return pa.table(columns)

    def raw_consents(self, consents: Columns) -> pa.Table:
        """What visitors decided: all text."""
        key = scramble(2 * consents["visitor"] + consents["number"], 48, self.seed + 1)
        return pa.table(
            {
                "consent_id": numbered("", key, 12, base=16),
                "visitor_id": self.visitor_id(consents["visitor"]),
                "decided_at": text(instants(consents["decided_us"])),
                "received_at": text(instants(consents["received_us"])),
                "analytics_consent": worded(_CONSENTS, consents["analytics"]),
                "marketing_consent": worded(_CONSENTS, consents["marketing"]),
            }
        )

    def raw_ad_spend(self, spend: Columns) -> pa.Table:
        """What was paid for clicks, per day and campaign: all text."""
        campaign = spend["campaign"]
        day = pa.array(spend["day"].astype(np.int32)).cast(pa.date32())
        return pa.table(
            {
                "spend_date": text(day),
                **{
                    name: worded([getattr(c, name) for c in world.CAMPAIGNS], campaign)
                    for name in ("channel", "source", "medium", "campaign")
                },
                "currency": worded(("EUR",), np.zeros(len(campaign), dtype=int)),
                "cost": text(amounts(spend["cents"])),
                "clicks": text(integers(spend["clicks"])),
                "impressions": text(integers(spend["impressions"])),
            }
        )

    def truth_events(self, events: Columns) -> pa.Table:
        """One row per raw event, with the ids that the raw row may have lost."""
        return pa.table(
            {
                "row_number": integers(events["row_number"]),
                "event_id": self._event_id(events["key"]),
                "visitor_id": self.visitor_id(events["visitor"]),
                "true_occurred_at": instants(events["true_us"]),
                "session_id": _session_id(events["truth_session"]),
                "rejection_reason": worded(world.REASONS, events["reason"]),
                "defect": worded(world.DEFECTS, events["defect"]),
            }
        )

    def defects_of_events(self, events: Columns) -> pa.Table:
        """Planted defects that are one event each."""
        return pa.table(
            {
                "defect": worded(world.DEFECTS, events["defect"]),
                "row_number": integers(events["row_number"]),
                "event_id": self._event_id(events["key"]),
                "visitor_id": self.visitor_id(events["visitor"]),
                "session_id": _session_id(events["truth_session"]),
            }
        )

    def truth(self, found: Truth) -> dict[str, pa.Table]:
        """Tables by file name; visitors in `found` are numbers over all chunks."""
        sessions, visitors, funnels = found.sessions, found.visitors, found.funnels
        conversions, touches, listed = found.conversions, found.touches, found.defects
        nothing = np.full(len(listed["defect"]), NULL)
        consent = np.where(visitors["consent"] == NULL, _UNKNOWN, visitors["consent"])
        is_bot = visitors["device"] >= world.FIRST_BOT
        return {
            "sessions": pa.table(
                {
                    "session_id": _session_id(sessions["session"]),
                    "visitor_id": self.visitor_id(sessions["visitor"]),
                    "person_id": self._person("p", sessions["person"]),
                    "started_at": instants(sessions["started_us"]),
                    "ended_at": instants(sessions["ended_us"]),
                    "event_count": integers(sessions["event_count"]),
                    "server_event_count": integers(sessions["server_event_count"]),
                    "page_view_count": integers(sessions["page_view_count"]),
                    **_of_source(sessions["source"]),
                    "device_category": _of_device("category", sessions["device"]),
                    "os_name": _of_device("os_name", sessions["device"]),
                    "browser_name": _of_device("browser_name", sessions["device"]),
                    "platform": _of_device("platform", sessions["device"]),
                    "is_damaged": pa.array(sessions["is_damaged"]),
                }
            ),
            "visitors": pa.table(
                {
                    "visitor_id": self.visitor_id(visitors["number"]),
                    "person_id": self._person("p", visitors["person"]),
                    "first_seen_at": instants(visitors["first_seen_us"]),
                    "device_category": _of_device("category", visitors["device"]),
                    "os_name": _of_device("os_name", visitors["device"]),
                    "browser_name": _of_device("browser_name", visitors["device"]),
                    "platform": _of_device("platform", visitors["device"]),
                    "country_code": self._of_locale(visitors["locale"], 1),
                    "is_bot": pa.array(is_bot),
                    "analytics_consent": worded(_CONSENTS, consent),
                }
            ),
            "funnels": pa.table(
                {
                    "session_id": _session_id(funnels["session"]),
                    "furthest_step": integers(funnels["furthest"]),
                    **{
                        f"{world.EVENT_NAMES[name]}_at": instants(
                            funnels[f"{world.EVENT_NAMES[name]}_us"]
                        )
                        for name in world.FUNNEL
                    },
                }
            ),
            "conversions": pa.table(
                {
                    "conversion_id": numbered("c", conversions["conversion"], 9),
                    "conversion_name": worded(world.EVENT_NAMES, conversions["name"]),
                    "visitor_id": self.visitor_id(conversions["visitor"]),
                    "person_id": self._person("p", conversions["person"]),
                    "session_id": _session_id(conversions["session"]),
                    "converted_at": instants(conversions["converted_us"]),
                    "order_id": numbered("o", conversions["order"], 8),
                    "revenue": amounts(conversions["cents"]),
                    "item_revenue": amounts(_goods_of_conversions(conversions)),
                }
            ),
            "touches": pa.table(
                {
                    "conversion_id": numbered("c", touches["conversion"], 9),
                    "touch_number": integers(touches["number"]),
                    "session_id": _session_id(touches["session"]),
                    "touched_at": instants(touches["touched_us"]),
                    **_of_source(touches["source"]),
                }
            ),
            "defects": pa.table(
                {
                    "defect": worded(world.DEFECTS, listed["defect"]),
                    "row_number": integers(nothing),
                    "event_id": worded((), nothing),
                    "visitor_id": self.visitor_id(listed["visitor"]),
                    "session_id": _session_id(listed["session"]),
                }
            ),
        }

    def visitor_id(self, number: Array) -> pa.Array:
        """Ten hexadecimal digits."""
        return numbered("", scramble(number, 40, self.seed), 10, base=16)

    def _event_id(self, key: Array) -> pa.Array:
        return numbered("", key, 12, base=16)

    def _person(self, prefix: str, number: Array) -> pa.Array:
        return numbered(prefix, number, max(6, len(str(self.visitors))))

    def _of_locale(self, locale: Array, part: int) -> pa.Array:
        return worded([both[part] for both in world.LOCALES], locale)

    def _page_url(self, events: Columns) -> pa.Array:
        """Page, campaign query, click id: the last two on landings alone."""
        url = worded(world.PAGE_URLS, events["page"])
        tagged = np.flatnonzero(events["source"] != world.DIRECT)
        source = events["source"][tagged]
        click = scramble(events["key"][tagged], 48, self.seed + 2)
        click = np.where(world.HAS_CLICK_ID[source], click, NULL)
        full = pc.binary_join_element_wise(
            url.take(pa.array(tagged)),
            worded(world.QUERIES, source),
            numbered("", click, 12, base=16),
            "",
            null_handling="skip",
        )
        is_tagged = np.zeros(len(url), dtype=bool)
        is_tagged[tagged] = True
        return pc.replace_with_mask(url, pa.array(is_tagged), full)

    def _items(self, events: Columns) -> pa.Array:
        """JSON of the products looked at, put into the cart or bought.

        Of what is drawn already: nothing else changes with it. Those of an order go by
        its number, so that its copies list them too.
        """
        page = events["page"] % len(world.PAGES)
        has_product = np.isin(events["name"], (world.VIEW_ITEM, world.ADD_TO_CART))
        has_product &= page >= world.FIRST_PRODUCT
        listed = worded(
            [f"[{item}}}]" for item in world.ITEMS],
            np.where(has_product, page - world.FIRST_PRODUCT, NULL),
        )
        buys = events["name"] == world.PURCHASE
        buys &= events["device"] != world.SERVER_DEVICE
        dice = scramble(events["order"][buys], 40, self.seed + 3)
        goods = _goods(events["cents"][buys])
        first = dice % len(world.ITEMS)
        second = (first + 1 + dice // 64 % (len(world.ITEMS) - 1)) % len(world.ITEMS)
        second = np.where(goods >= _GOODS_OF_TWO, second, NULL)
        second_price = np.where(second == NULL, NULL, goods // 8)
        first_price = np.where(second == NULL, goods, goods - 2 * (goods // 8))
        bought = pc.binary_join_element_wise(
            worded([f'[{item},"price":' for item in world.ITEMS], first),
            text(amounts(first_price)),
            ',"quantity":1}',
            worded([f',{item},"price":' for item in world.ITEMS], second),
            text(amounts(second_price)),
            worded((',"quantity":2}',), np.where(second == NULL, NULL, 0)),
            "]",
            "",
            null_handling="skip",
        )
        return pc.replace_with_mask(listed, pa.array(buys), bought)


def _goods(cents: Array) -> Array:
    """Cents of an order without shipping, shape (n,); small ones ship for nothing."""
    return np.where(cents >= _SHIPPED_FREE_BELOW, cents - _SHIPPING, cents)


def _goods_of_conversions(conversions: Columns) -> Array:
    """Cents that the products of a conversion cost; an order by phone lists none."""
    is_listed = (conversions["order"] != NULL) & (conversions["session"] != NULL)
    return np.where(is_listed, _goods(conversions["cents"]), NULL)


def _session_id(number: Array) -> pa.Array:
    return numbered("s", number, 9)


def _blank(values: pa.Array, is_lost: Array) -> pa.Array:
    return pc.if_else(pa.array(is_lost), None, values)


def _of_device(attribute: str, device: Array) -> pa.Array:
    words = [getattr(each, attribute) for each in DEVICES]
    if attribute == "platform":
        words = [world.PLATFORMS[word] for word in words]
    return worded(words, device)


def _of_source(source: Array) -> dict[str, pa.Array]:
    return {
        name: worded([getattr(each, name) for each in SOURCES], source)
        for name in ("channel", "source", "medium", "campaign")
    }
