"""Derive, from drawn events and planted defects, what a perfect project would say."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from simulator import world
from simulator.columns import DAY, NULL, Array, Columns, starts_of, take
from simulator.defects import EARLIEST, FUTURE_TOLERANCE, SESSION_TIMEOUT
from simulator.draw import Chunk
from simulator.world import DEFECT_CODE

LOOKBACK = 30 * DAY

_WINDOW: tuple[tuple[int, Literal["left", "right"]], ...] = (
    (LOOKBACK, "left"),
    (0, "right"),
)


@dataclass
class Truth:
    """Tables of one chunk; ids are numbers, unique over all chunks."""

    sessions: Columns
    visitors: Columns
    funnels: Columns
    conversions: Columns
    touches: Columns
    defects: Columns


def reject(chunk: Chunk) -> Array:
    """Position in `world.REASONS` of the first that applies, NULL if accepted."""
    events, visitors = chunk.events, chunk.visitors
    offset = np.where(events["offset_ms"] == NULL, 0, events["offset_ms"])
    device_time = events["occurred_us"] + offset * 1_000
    site = events["page"] // len(world.PAGES)
    applies = (
        events["has_no_visitor"],
        events["broken_time"] != NULL,
        device_time < EARLIEST,
        device_time > events["received_us"] + FUTURE_TOLERANCE,
        events["is_copy"],
        (events["device"] >= world.FIRST_BOT)
        & (events["device"] < world.SERVER_DEVICE),
        site == world.STAGING,
        visitors["denies"][events["visitor"]],
    )
    return np.select(applies, range(len(applies)), NULL)


def derive(chunk: Chunk, first_session: int, first_conversion: int) -> Truth:
    """Truth of a chunk; adds `reason` and `truth_session` to its events."""
    events = chunk.events
    events["reason"] = reject(chunk)
    events["truth_session"] = np.full(len(events["reason"]), NULL)

    accepted = events["reason"] == NULL
    is_server = events["device"] == world.SERVER_DEVICE
    client = np.flatnonzero(accepted & ~is_server)
    client = client[
        np.lexsort(
            [
                events[column][client]
                for column in ("key", "received_us", "true_us", "visitor")
            ]
        )
    ]
    rows = take(events, client)
    begins = starts_of(rows["visitor"])
    begins[1:] |= np.diff(rows["true_us"]) > SESSION_TIMEOUT
    number = np.cumsum(begins) - 1
    events["truth_session"][client] = first_session + number

    sessions = _sessions(chunk, rows, begins, number)
    server = np.flatnonzero(accepted & is_server)
    spanning = _spanning_session(chunk, sessions, server)
    belongs = spanning >= 0
    events["truth_session"][server[belongs]] = first_session + spanning[belongs]
    sessions["server_event_count"] = np.bincount(
        spanning[belongs], minlength=len(sessions["visitor"])
    )
    sessions["session"] = first_session + np.arange(len(sessions["visitor"]))

    found = np.concatenate([client, server])
    conversions = _conversions(chunk, found, first_conversion)
    return Truth(
        sessions,
        _visitors(chunk),
        _funnels(rows, number, sessions),
        conversions,
        _touches(chunk, sessions, conversions),
        _listed_defects(chunk, rows, sessions),
    )


def _sessions(chunk: Chunk, rows: Columns, begins: Array, number: Array) -> Columns:
    events = chunk.events
    first = np.flatnonzero(begins)
    count = len(first)
    last = np.append(first[1:], len(number))[:count] - 1
    lost = (events["reason"] != NULL) & ~events["is_copy"] & (events["session"] >= 0)
    is_damaged_draw = np.zeros(len(chunk.sessions["visitor"]), dtype=bool)
    is_damaged_draw[events["session"][lost]] = True
    damaged_rows = np.bincount(
        number[is_damaged_draw[rows["session"]]], minlength=count
    )
    is_view = np.isin(rows["name"], (world.PAGE_VIEW, world.SCREEN_VIEW))
    visitor = rows["visitor"][first]
    return {
        "visitor": visitor,
        "person": chunk.visitors["person"][visitor],
        "started_us": rows["true_us"][first],
        "ended_us": rows["true_us"][last],
        "event_count": last - first + 1,
        "page_view_count": np.bincount(number[is_view], minlength=count),
        # A session cut from another by a lost event lands on a page without a query.
        "source": np.where(
            rows["position"][first] == 0, rows["source"][first], world.DIRECT
        ),
        "device": rows["device"][first],
        "is_damaged": damaged_rows > 0,
    }


def _spanning_session(chunk: Chunk, sessions: Columns, server: Array) -> Array:
    """Session row for each server event, -1 where none spans it."""
    visitor = chunk.events["visitor"][server]
    time = chunk.events["true_us"][server]
    found = (
        _insertion_points(
            sessions["visitor"], sessions["started_us"], visitor, time, side="right"
        )
        - 1
    )
    spans = (
        (found >= 0)
        & (sessions["visitor"][found] == visitor)
        & (time <= sessions["ended_us"][found] + SESSION_TIMEOUT)
    )
    return np.where(spans, found, -1)


def _insertion_points(
    groups: Array,
    times: Array,
    group: Array,
    time: Array,
    side: Literal["left", "right"],
) -> Array:
    """Where (group, time) would be inserted into the sorted (groups, times)."""
    low = int(min(times.min(initial=2**62), time.min(initial=2**62)))
    high = int(max(times.max(initial=0), time.max(initial=0)))
    # One integer for both keeps the search vectorised; it stays below 2**63 because a
    # chunk has few groups.
    width = max(high - low + 1, 1)
    keys = groups * width + (times - low)
    wanted = group * width + (time - low)
    places: Array = np.searchsorted(keys, wanted, side)
    return places


def _funnels(rows: Columns, number: Array, sessions: Columns) -> Columns:
    """First time of each step after the step before it; NULL if not reached."""
    count = len(sessions["visitor"])
    reached = np.full(count, -1)
    has_reached = np.ones(count, dtype=bool)
    table: Columns = {"session": sessions["session"]}
    furthest = np.zeros(count, dtype=np.int64)
    for step, name in enumerate(world.FUNNEL):
        hits = np.flatnonzero(rows["name"] == name)
        owner = number[hits]
        hits = hits[has_reached[owner] & (hits > reached[owner])]
        owners, first = np.unique(number[hits], return_index=True)
        reached[owners] = hits[first]
        has_reached = np.zeros(count, dtype=bool)
        has_reached[owners] = True
        furthest[owners] = step + 1
        time = np.full(count, NULL)
        time[owners] = rows["true_us"][hits[first]]
        table[f"{world.EVENT_NAMES[name]}_us"] = time
    return table | {"furthest": furthest}


def _conversions(chunk: Chunk, accepted: Array, first_conversion: int) -> Columns:
    """Each sign-up, and the first purchase event of each order."""
    rows = take(chunk.events, accepted)
    buys = np.flatnonzero(rows["name"] == world.PURCHASE)
    # Rows are in time order within a visitor, and an order has one visitor.
    buys = buys[np.unique(rows["order"][buys], return_index=True)[1]]
    found = np.sort(
        np.concatenate([buys, np.flatnonzero(rows["name"] == world.SIGN_UP)])
    )
    visitor = rows["visitor"][found]
    return {
        "conversion": first_conversion + np.arange(len(found)),
        "name": rows["name"][found],
        "visitor": visitor,
        "person": chunk.visitors["person"][visitor],
        "session": rows["truth_session"][found],
        "converted_us": rows["true_us"][found],
        "order": rows["order"][found],
        "cents": rows["cents"][found],
    }


def _touches(chunk: Chunk, sessions: Columns, conversions: Columns) -> Columns:
    """Sessions of the person in the 30 days up to each conversion, both included."""
    order = np.lexsort(
        (sessions["session"], sessions["started_us"], sessions["person"])
    )
    sorted_sessions = take(sessions, order)
    origin = int(chunk.visitors["person"].min())
    person = conversions["person"] - origin
    begin, end = (
        _insertion_points(
            sorted_sessions["person"] - origin,
            sorted_sessions["started_us"],
            person,
            conversions["converted_us"] - before,
            side,
        )
        for before, side in _WINDOW
    )
    counts = end - begin
    conversion = np.repeat(np.arange(len(counts)), counts)
    nth = np.arange(len(conversion)) - np.repeat(np.cumsum(counts) - counts, counts)
    session = begin[conversion] + nth
    return {
        "conversion": conversions["conversion"][conversion],
        "session": sorted_sessions["session"][session],
        "number": nth + 1,
        "touched_us": sorted_sessions["started_us"][session],
        "source": sorted_sessions["source"][session],
    }


def _visitors(chunk: Chunk) -> Columns:
    count = len(chunk.visitors["number"])
    first_seen = np.full(count, 2**62)
    np.minimum.at(first_seen, chunk.events["visitor"], chunk.events["true_us"])
    return chunk.visitors | {
        "visitor": np.arange(count),
        "first_seen_us": first_seen,
    }


def _listed_defects(chunk: Chunk, rows: Columns, sessions: Columns) -> Columns:
    """Defects of whole visitors and sessions; those of events stand at the events."""
    visitors = chunk.visitors
    count = len(visitors["number"])
    has_cart, has_order = (
        np.bincount(rows["visitor"][rows["name"] == name], minlength=count) > 0
        for name in (world.ADD_TO_CART, world.PURCHASE)
    )
    denied, withdrawn = (
        visitors["consent_defect"] == DEFECT_CODE[name]
        for name in ("consent_denied", "consent_withdrawn")
    )
    of_visitors = {
        "bot": visitors["device"] >= world.FIRST_BOT,
        "consent_denied": denied,
        "consent_withdrawn": withdrawn,
        "cart_abandoner": has_cart & ~has_order,
    }
    found = [(DEFECT_CODE[name], np.flatnonzero(m)) for name, m in of_visitors.items()]
    visitor = np.concatenate([rows for _, rows in found])
    code = np.repeat([c for c, _ in found], [len(rows) for _, rows in found])
    spans_midnight = sessions["started_us"] // DAY != sessions["ended_us"] // DAY
    night = sessions["session"][spans_midnight]
    return {
        "defect": np.append(code, np.full(len(night), DEFECT_CODE["midnight_session"])),
        "visitor": np.append(visitor, sessions["visitor"][spans_midnight]),
        "session": np.append(np.full(len(visitor), NULL), night),
    }
