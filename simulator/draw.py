"""Draw visitors, their sessions and the events in them, a chunk at a time.

Only numpy generators and exact arithmetic: `np.exp` and its like may round the last
bit differently from one processor to the next, and equal bytes are promised.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from simulator import world
from simulator.columns import (
    DAY,
    HOUR,
    MINUTE,
    NULL,
    SECOND,
    Array,
    Columns,
    position_in_group,
    take,
)


@dataclass(frozen=True)
class Period:
    """The days that are simulated; instants are microseconds since 1970, UTC."""

    start: date
    days: int

    @property
    def start_us(self) -> int:
        """First instant."""
        return (self.start - date(1970, 1, 1)).days * DAY

    @property
    def end_us(self) -> int:
        """First instant after the last day; tails of sessions may pass it."""
        return self.start_us + self.days * DAY


@dataclass
class Chunk:
    """Visitors, the sessions drawn for them, and the events of those sessions.

    `sessions["visitor"]` and `events["visitor"]` are rows of `visitors`;
    `events["session"]` is a row of `sessions`, NULL for what a server sends.
    """

    visitors: Columns
    sessions: Columns
    events: Columns


BROWSE, ITEM, CART, CHECKOUT, PURCHASE, RESUME, QUICK_ADD, JOIN = range(8)
GOAL_SHARES = np.array([0.53, 0.24, 0.085, 0.045, 0.05, 0.012, 0.013, 0.025])

_SAME_PAGE, _ANY_PRODUCT = -1, -2
_VIEW_CART = (world.PAGE_VIEW, world.CART)
_VIEW_CHECKOUT = (world.PAGE_VIEW, world.CHECKOUT)
_ADD = (world.ADD_TO_CART, _SAME_PAGE)
_BEGIN = (world.BEGIN_CHECKOUT, _SAME_PAGE)
_PAY = ((world.PAGE_VIEW, world.THANKS), (world.PURCHASE, _SAME_PAGE))
_TAILS: tuple[tuple[tuple[int, int], ...], ...] = (
    (),
    (),
    (_ADD,),
    (_ADD, _VIEW_CART, _VIEW_CHECKOUT, _BEGIN),
    (_ADD, _VIEW_CART, _VIEW_CHECKOUT, _BEGIN, *_PAY),
    # Back to a cart that was filled in an earlier session: no step of the funnel.
    (_VIEW_CART, _VIEW_CHECKOUT, _BEGIN, *_PAY),
    # Adds from a list before any item was viewed: only the view counts.
    (
        _ADD,
        (world.PAGE_VIEW, _ANY_PRODUCT),
        (world.VIEW_ITEM, _SAME_PAGE),
        _VIEW_CART,
        _VIEW_CHECKOUT,
        _BEGIN,
    ),
    ((world.PAGE_VIEW, world.JOIN), (world.SIGN_UP, _SAME_PAGE)),
)
_TAIL_LENGTH = np.array([len(tail) for tail in _TAILS])
_TAIL_STEPS = np.zeros((len(_TAILS), _TAIL_LENGTH.max(), 2), dtype=np.int64)
for _goal, _tail in enumerate(_TAILS):
    _TAIL_STEPS[_goal, : len(_tail)] = np.reshape(_tail, (len(_tail), 2))

_AT_ONCE = np.array(
    [
        world.VIEW_ITEM,
        world.SEARCH,
        world.BEGIN_CHECKOUT,
        world.PURCHASE,
        world.SIGN_UP,
    ]
)

# Monday first; hours in UTC.
_DAY_WEIGHTS = np.array([1.0, 0.95, 0.95, 1.0, 1.05, 1.25, 1.35])
_HOUR_WEIGHTS = np.array(
    [2, 1, 1, 1, 1, 2, 4, 6, 7, 8, 8, 8, 9, 8, 8, 8, 9, 10, 12, 13, 12, 9, 6, 4]
)

LONGEST_GAP = 29 * MINUTE
QUIET_BETWEEN_SESSIONS = 45 * MINUTE


def draw_visitors(
    rng: np.random.Generator, count: int, first_visitor: int, first_person: int
) -> Columns:
    """`count` visitors; each person owns one to three, next to each other."""
    devices = rng.choice([1, 2, 3], count, p=[0.84, 0.13, 0.03])
    person = np.repeat(np.arange(count), devices)[:count]
    is_single = (np.bincount(person) == 1)[person]
    # Only a login can tell that two devices are one person, so each of them has one.
    has_login = ~is_single | (rng.random(count) < 0.3)[person]
    shares = world.DEVICE_SHARES / world.DEVICE_SHARES.sum()
    return {
        "number": first_visitor + np.arange(count),
        "person": first_person + person,
        "is_single": is_single,
        "has_login": has_login,
        "device": rng.choice(world.FIRST_BOT, count, p=shares),
        "locale": rng.choice(len(world.LOCALES), count, p=world.LOCALE_SHARES)[person],
    }


def draw_sessions(
    rng: np.random.Generator, visitors: Columns, period: Period
) -> Columns:
    """Sessions in the order (visitor, started_us): start, source, goal, login."""
    count = len(visitors["number"])
    is_bot = visitors["device"] >= world.FIRST_BOT
    # A Lomax tail: most come once, a few nearly every day.
    extra = np.floor(rng.pareto(1.25, count) * 0.55 * min(period.days / 90, 4.0))
    extra = np.minimum(extra, min(2 * period.days, 180))
    counts = 1 + np.where(is_bot, extra % 3, extra).astype(np.int64)
    visitor = np.repeat(np.arange(count), counts)
    nth = position_in_group(counts)

    arrival = rng.random(count)[visitor]
    moment = arrival + np.where(nth == 0, 0, rng.random(len(nth))) * (1 - arrival)
    start_us = _clock_times(moment, period)
    order = np.lexsort((start_us, visitor))
    start_us = start_us[order]

    is_first = nth == 0
    shares = world.SOURCE_SHARES / world.SOURCE_SHARES.sum()
    source = rng.choice(len(shares), len(nth), p=shares)
    comes_back_directly = ~is_first & (rng.random(len(nth)) < 0.3)
    app_shares = np.where(world.IS_APP_SOURCE, world.SOURCE_SHARES, 0)
    app_source = rng.choice(len(shares), len(nth), p=app_shares / app_shares.sum())
    device = visitors["device"][visitor]
    source = np.where(world.DEVICE_PLATFORM[device] == world.WEB, source, app_source)
    source = np.where(comes_back_directly | is_bot[visitor], world.DIRECT, source)

    goal = rng.choice(len(GOAL_SHARES), len(nth), p=GOAL_SHARES)
    wants_login = (~visitors["is_single"][visitor] & is_first) | (
        rng.random(len(nth)) < 0.4
    )
    return {
        "visitor": visitor,
        "started_us": start_us,
        "is_first": is_first,
        "is_only": (counts == 1)[visitor],
        "is_bot": is_bot[visitor],
        "source": source,
        "goal": np.where(is_bot[visitor], BROWSE, goal),
        "logs_in": visitors["has_login"][visitor] & wants_login & ~is_bot[visitor],
    }


def _clock_times(moment: Array, period: Period) -> Array:
    """Instants for shares 0..1 of all traffic, by the rhythm of days and hours."""
    weekday = (period.start.weekday() + np.arange(period.days)) % 7
    weights = np.outer(_DAY_WEIGHTS[weekday], _HOUR_WEIGHTS).ravel()
    cumulated = np.concatenate([[0.0], np.cumsum(weights)])
    hours = np.arange(len(cumulated)) * float(HOUR)
    since_start = np.interp(moment * cumulated[-1], cumulated, hours)
    times: Array = period.start_us + since_start.astype(np.int64)
    return times


def draw_events(
    rng: np.random.Generator, visitors: Columns, sessions: Columns
) -> Columns:
    """Events of the sessions in their order, with `gap_us` before each, no times yet.

    A session is a landing and some browsing, items viewed, a login, the tail of its
    goal, and some browsing again. Adds `row_count` and `first_row` to `sessions`.
    """
    goal, is_bot = sessions["goal"], sessions["is_bot"]
    count = len(goal)
    views_items = (goal >= ITEM) & (goal <= PURCHASE)
    browsed = rng.geometric(0.4, count) - views_items
    browsed = np.where(is_bot, rng.integers(12, 40, count), np.minimum(browsed, 40))
    items = np.where(views_items, rng.geometric(0.6, count), 0)
    after = np.where(views_items, rng.geometric(0.6, count) - 1, 0)
    parts = (browsed, 2 * items, sessions["logs_in"], _TAIL_LENGTH[goal], after)
    edges = np.cumsum(np.stack(parts), axis=0)
    row_count = edges[-1]
    sessions["row_count"] = row_count
    sessions["first_row"] = np.cumsum(row_count) - row_count

    session = np.repeat(np.arange(count), row_count)
    position = position_in_group(row_count)
    part = (position >= edges[:, session]).sum(axis=0)
    rows = len(session)

    name = np.full(rows, world.PAGE_VIEW)
    page = rng.integers(world.FIRST_CATEGORY, world.FIRST_PRODUCT, rows)
    page[rng.random(rows) < 0.15] = world.HOME
    is_landing = position == 0
    # A landing page's query is for campaigns, so nobody lands on a search.
    on_search = (page >= world.FIRST_SEARCH) & (page < world.FIRST_POST)
    page[is_landing & on_search] = world.HOME
    browsing = (part == 0) | (part == 4)
    lingers = browsing & ~is_landing & (rng.random(rows) < 0.3) & ~is_bot[session]
    name[lingers], page[lingers] = world.SCROLL, _SAME_PAGE

    viewing = part == 1
    into = position - edges[0, session]
    page[viewing] = np.where(into[viewing] % 2 == 0, _ANY_PRODUCT, _SAME_PAGE)
    name[viewing & (into % 2 == 1)] = world.VIEW_ITEM
    name[part == 2], page[part == 2] = world.LOGIN, _SAME_PAGE
    in_tail = part == 3
    into = (position - edges[2, session])[in_tail]
    name[in_tail], page[in_tail] = _TAIL_STEPS[goal[session[in_tail]], into].T

    popular = np.floor(rng.random(rows) ** 2 * len(world.PRODUCTS)).astype(np.int64)
    page = np.where(page == _ANY_PRODUCT, world.FIRST_PRODUCT + popular, page)
    page = page[np.maximum.accumulate(np.where(page >= 0, np.arange(rows), 0))]
    on_search = (page >= world.FIRST_SEARCH) & (page < world.FIRST_POST)
    name[(name == world.SCROLL) & on_search] = world.SEARCH

    visitor = sessions["visitor"][session]
    device = visitors["device"][visitor]
    is_web = world.DEVICE_PLATFORM[device] == world.WEB
    is_view = name == world.PAGE_VIEW
    referrer = np.where(
        is_view & is_web & (rng.random(rows) < 0.12),
        world.FIRST_INTERNAL_REFERRER + np.roll(page, 1),
        NULL,
    )
    paid_outside = is_view & is_web & (page == world.THANKS) & (rng.random(rows) < 0.5)
    referrer[paid_outside] = world.PAYMENT_REFERRER
    source = np.where(is_landing, sessions["source"][session], world.DIRECT)
    outside = world.SOURCE_REFERRER[source]
    referrer[is_landing] = np.where(outside < 0, NULL, outside)[is_landing]

    knows_user = sessions["logs_in"][session] & (part >= 2)
    buys = name == world.PURCHASE
    gap = _draw_gaps(rng, name, position, is_bot[session])
    load = (rng.lognormal(6.9, 0.5, rows)).astype(np.int64)
    engaged = np.minimum(rng.lognormal(8.6, 1.0, rows), 600_000).astype(np.int64)
    site = np.where(is_web, world.WWW, world.APP)
    return {
        "visitor": visitor,
        "session": session,
        "position": position,
        "gap_us": gap,
        "name": np.where(is_view & ~is_web, world.SCREEN_VIEW, name),
        "page": site * len(world.PAGES) + page,
        "source": source,
        "referrer": referrer,
        "user": np.where(knows_user, visitors["person"][visitor], NULL),
        "device": device,
        "locale": visitors["locale"][visitor],
        "engagement": np.where(is_view & (rng.random(rows) < 0.4), engaged, NULL),
        "scroll": np.where(name == world.SCROLL, 25 * rng.integers(1, 5, rows), NULL),
        "load": np.where(is_view & is_web & (rng.random(rows) < 0.4), load, NULL),
        "order": np.where(buys, np.cumsum(buys) - 1, NULL),
        "cents": np.where(buys, _draw_prices(rng, rows), NULL),
    }


def _draw_gaps(
    rng: np.random.Generator, name: Array, position: Array, is_bot: Array
) -> Array:
    """Microseconds since the session's previous event, shape (n,)."""
    rows = len(name)
    gap = (rng.lognormal(3.2, 1.3, rows) * SECOND).astype(np.int64)
    gap = np.clip(gap, SECOND // 5, LONGEST_GAP)
    at_once = np.isin(name, _AT_ONCE)
    soon = np.where(rng.random(rows) < 0.05, 0, rng.integers(5_000, SECOND, rows))
    gap = np.where(at_once, soon, gap)
    gap = np.where(is_bot, rng.integers(SECOND // 2, 3 * SECOND, rows), gap)
    # A landing shares its instant with no event, lest the source hang on a tie. Where
    # one is planted, the landing arrives first.
    gap[position == 1] = np.maximum(gap[position == 1], 1_000)
    gap[position == 0] = 0
    return gap


def _draw_prices(rng: np.random.Generator, count: int) -> Array:
    """EUR cents, shape (count,), 5 EUR at least."""
    return np.maximum(rng.lognormal(8.9, 0.6, count).astype(np.int64), 500)


def spans(sessions: Columns, events: Columns) -> Array:
    """Microseconds from the first to the last event of each drawn session."""
    elapsed = np.cumsum(events["gap_us"])
    first = sessions["first_row"]
    lasting: Array = elapsed[first + sessions["row_count"] - 1] - elapsed[first]
    return lasting


def set_times(rng: np.random.Generator, sessions: Columns, events: Columns) -> None:
    """Add `true_us`, `occurred_us` (the device's clock) and `received_us`."""
    elapsed = np.cumsum(events["gap_us"])
    session = events["session"]
    elapsed -= elapsed[sessions["first_row"]][session]
    true = sessions["started_us"][session] + elapsed
    travel = (rng.lognormal(-1.2, 0.6, len(true)) * SECOND).astype(np.int64)
    # Apps send what they gathered every 20 seconds, all of it at one instant.
    flush = 20 * SECOND
    sent = sessions["started_us"][session] + (elapsed // flush + 1) * flush
    sent += travel[sessions["first_row"]][session]
    is_web = world.DEVICE_PLATFORM[events["device"]] == world.WEB
    events["true_us"] = true
    events["occurred_us"] = true.copy()
    events["received_us"] = np.where(is_web, true + travel, sent)
    events["offset_ms"] = np.full(len(true), NULL)


def keeps_apart(sessions: Columns, events: Columns) -> Array:
    """Mask of the sessions that start after the visitor was quiet long enough."""
    origin = int(sessions["started_us"].min())
    started = sessions["started_us"] - origin
    quiet = started + spans(sessions, events) + QUIET_BETWEEN_SESSIONS
    # Shifted apart, the visitors' times never mix in one running maximum.
    shift = sessions["visitor"] * (int(quiet.max()) + 1)
    latest = np.maximum.accumulate(quiet + shift)
    keeps = sessions["is_first"].copy()
    keeps[1:] |= (started + shift)[1:] > latest[:-1]
    return keeps


def keep_sessions(chunk: Chunk, keeps: Array) -> None:
    """Leave out the sessions not in the mask `keeps`, and their events."""
    events = take(chunk.events, keeps[chunk.events["session"]])
    events["session"] = (np.cumsum(keeps) - 1)[events["session"]]
    sessions = take(chunk.sessions, keeps)
    counts = sessions["row_count"]
    sessions["first_row"] = np.cumsum(counts) - counts
    chunk.events, chunk.sessions = events, sessions
