"""What pages do to their visitors, planted on demand: who leaves early, and why.

Nothing of it is in the demo. Loads are slower everywhere, so that each page has slow
and fast views; on `HURTS` alone that has an effect. `LOSES` is left more often than its
place in the visit explains. All other pages do nothing.
"""

import numpy as np

from simulator import world
from simulator.columns import NULL, take
from simulator.draw import Chunk

HURTS, LOSES = "/category/tents", "/category/sale"
SLOW_MS = 2_500
SLOWDOWN = 2
LEAVES = 0.4
"""How many of those leave at once who see `LOSES`, or `HURTS` when it is slow."""


def plant(rng: np.random.Generator, chunk: Chunk) -> None:
    """Slow all pages down, and end sessions at the views that make people leave.

    Sessions with a login go on, since logins alone tell who a person is.
    """
    events, sessions = chunk.events, chunk.sessions
    events["load"] = np.where(events["load"] == NULL, NULL, SLOWDOWN * events["load"])
    page = events["page"] % len(world.PAGES)
    hurts = (page == world.PAGES.index(HURTS)) & (events["load"] >= SLOW_MS)
    loses = page == world.PAGES.index(LOSES)
    is_view = np.isin(events["name"], (world.PAGE_VIEW, world.SCREEN_VIEW))
    stays = (sessions["logs_in"] | sessions["is_bot"])[events["session"]]
    leaves = is_view & (hurts | loses) & ~stays & (rng.random(len(page)) < LEAVES)
    last = sessions["row_count"] - 1
    np.minimum.at(last, events["session"][leaves], events["position"][leaves])
    chunk.events = take(events, events["position"] <= last[events["session"]])
    sessions["row_count"] = last + 1
    sessions["first_row"] = np.cumsum(last + 1) - (last + 1)
