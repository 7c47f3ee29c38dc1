"""What is planted on demand: pages, a device and a form that lose visitors, and why.

Nothing of it is in the demo. Loads are slower everywhere, so that each page has slow
and fast views; on `HURTS` alone that has an effect. `LOSES` is left more often than its
place in the visit explains. All other pages do nothing. Whoever fills a cart in
`BREAKS` is stuck there more often than others, the longer one of two forms of checkout
loses buyers, and those whom `FLEETING` brought first come back less often.
"""

import numpy as np

from simulator import draw, world
from simulator.columns import NULL, Array, scramble, take
from simulator.draw import Chunk

HURTS, LOSES = "/category/tents", "/category/sale"
SLOW_MS = 2_500
SLOWDOWN = 2
LEAVES = 0.4
"""How many leave at once at `LOSES`, at `LONG_FORM`, or at `HURTS` when it is slow."""

BREAKS = "Firefox"
"""The browser in which a cart is hard to leave, but by the way out."""
STUCK = 0.6
"""How many of those who put something into a cart there go no further."""

EXPERIMENT = "checkout_form"
LONG_FORM, SHORT_FORM = VARIANTS = ("long", "short")
"""The first is the control, by name; whoever sees a page of `/checkout` is in one."""

FLEETING = "Paid Social"
FORGETS = 0.9
"""How many of the later visits do not happen where the first one was by `FLEETING`."""

_KEY = 20
_IS_BREAKING = np.array([device.browser_name == BREAKS for device in world.DEVICES])
_IS_FLEETING = np.array([source.channel == FLEETING for source in world.SOURCES])


def variants(visitor: Array) -> Array:
    """Position in `VARIANTS` of the form that each visitor is shown, shape (n,).

    By browser, as experiments are: a person of several may see both.
    """
    return scramble(visitor, 40, _KEY) % len(VARIANTS)


def shows_form(name: Array, page: Array) -> Array:
    """Mask, shape (n,), of the views of a checkout, by codes of event and page."""
    is_view = np.isin(name, (world.PAGE_VIEW, world.SCREEN_VIEW))
    is_checkout: Array = is_view & (page % len(world.PAGES) == world.CHECKOUT)
    return is_checkout


def plant(rng: np.random.Generator, chunk: Chunk) -> None:
    """Slow all pages down, and end or leave out sessions where something does that.

    Sessions with a login go on, since logins alone tell who a person is.
    """
    _end_sessions(rng, chunk)
    _leave_out_returns(rng, chunk)


def _end_sessions(rng: np.random.Generator, chunk: Chunk) -> None:
    events, sessions = chunk.events, chunk.sessions
    events["load"] = np.where(events["load"] == NULL, NULL, SLOWDOWN * events["load"])
    name, page = events["name"], events["page"] % len(world.PAGES)
    hurts = (page == world.PAGES.index(HURTS)) & (events["load"] >= SLOW_MS)
    loses = page == world.PAGES.index(LOSES)
    is_view = np.isin(name, (world.PAGE_VIEW, world.SCREEN_VIEW))
    dice = rng.random(len(page))
    leaves = is_view & (hurts | loses) & (dice < LEAVES)
    form = variants(chunk.visitors["number"][events["visitor"]])
    is_long = form == VARIANTS.index(LONG_FORM)
    leaves |= shows_form(name, events["page"]) & is_long & (dice < LEAVES)
    fills_cart = (name == world.ADD_TO_CART) & _IS_BREAKING[events["device"]]
    leaves |= fills_cart & (dice < STUCK)
    leaves &= ~(sessions["logs_in"] | sessions["is_bot"])[events["session"]]
    last = sessions["row_count"] - 1
    np.minimum.at(last, events["session"][leaves], events["position"][leaves])
    chunk.events = take(events, events["position"] <= last[events["session"]])
    sessions["row_count"] = last + 1
    sessions["first_row"] = np.cumsum(last + 1) - (last + 1)


def _leave_out_returns(rng: np.random.Generator, chunk: Chunk) -> None:
    sessions = chunk.sessions
    first_source = sessions["source"][sessions["is_first"]][sessions["visitor"]]
    may_forget = ~(sessions["is_first"] | sessions["logs_in"] | sessions["is_bot"])
    forgets = rng.random(len(may_forget)) < FORGETS
    draw.keep_sessions(chunk, ~(may_forget & _IS_FLEETING[first_source] & forgets))
