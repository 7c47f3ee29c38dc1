"""Plant what goes wrong in real event data, and mark where.

A drawn session carries at most one planted defect, so each can be judged alone.
Rows are only lost (no visitor, no time, a wrong clock) to people with one device:
a lost login would leave two devices of one person unlinked.
"""

import numpy as np

from simulator import draw, world
from simulator.columns import (
    DAY,
    HOUR,
    MINUTE,
    NULL,
    SECOND,
    Array,
    Columns,
    concat,
    pick,
    take,
)
from simulator.draw import Chunk, Period
from simulator.world import DEFECT_CODE

FUTURE_TOLERANCE = 60 * MINUTE
SESSION_TIMEOUT = 30 * MINUTE
EARLIEST, DEFAULT_DAY = 7_305 * DAY, -25_567 * DAY
"""1990-01-01, before which nothing happened, and 1900-01-01, which databases write."""
LARGEST_ORDER = 1_250_000_000
"""EUR cents: more than 18 digits hold once it is multiplied by a rate."""

TITLE_PLACEHOLDER, LANGUAGE_PLACEHOLDER = 1, 2


def plant_bots(rng: np.random.Generator, visitors: Columns, minimum: int) -> None:
    """Turn some visitors into crawlers, of every kind in turn."""
    bots = pick(rng, visitors["is_single"], 0.008, 2 * minimum)
    kind = np.arange(len(bots)) % world.BOT_COUNT
    visitors["device"][bots] = world.FIRST_BOT + kind
    visitors["has_login"][bots] = False


def draw_consents(
    rng: np.random.Generator, chunk: Chunk, period: Period, minimum: int
) -> Columns:
    """Decisions of visitors; adds `consent_defect` and `denies` to the visitors.

    Columns: visitor, decided_us, received_us, analytics, marketing, number (0 is the
    visitor's first decision, 1 the second).
    """
    visitors = chunk.visitors
    sessions = chunk.sessions
    count = len(visitors["number"])
    device = visitors["device"]
    is_web = world.DEVICE_PLATFORM[device] == world.WEB
    asked = is_web & (device < world.FIRST_BOT) & (rng.random(count) < 0.75)
    asked_us = sessions["started_us"][sessions["is_first"]] + rng.integers(
        2 * SECOND, 20 * SECOND, count
    )

    denies_at_once = np.zeros(count, dtype=bool)
    denies_at_once[pick(rng, asked, 0.05, minimum)] = True
    withdraws = np.zeros(count, dtype=bool)
    withdraws[pick(rng, asked & ~denies_at_once, 0.015, minimum)] = True
    relents = np.zeros(count, dtype=bool)
    relents[pick(rng, asked & ~denies_at_once & ~withdraws, 0.01, minimum)] = True

    visitors["consent_defect"] = np.where(
        denies_at_once,
        DEFECT_CODE["consent_denied"],
        np.where(withdraws, DEFECT_CODE["consent_withdrawn"], NULL),
    )
    visitors["denies"] = denies_at_once | withdraws
    visitors["consent"] = np.where(asked, ~visitors["denies"], NULL)

    first, second = np.flatnonzero(asked), np.flatnonzero(withdraws | relents)
    left = np.maximum(period.end_us - asked_us[second], HOUR)
    later_us = asked_us[second] + MINUTE + (rng.random(len(second)) * left).astype(int)
    analytics = np.concatenate(
        [~denies_at_once[first] & ~relents[first], relents[second]]
    )
    decided = np.concatenate([asked_us[first], later_us])
    return {
        "visitor": np.concatenate([first, second]),
        "number": np.repeat([0, 1], [len(first), len(second)]),
        "decided_us": decided,
        "received_us": decided + rng.integers(50_000, 2 * SECOND, len(decided)),
        "analytics": analytics,
        "marketing": analytics & (rng.random(len(decided)) < 0.8),
    }


class Planter:
    """Plants into one chunk; `minimum` is how often each defect must occur."""

    def __init__(
        self, rng: np.random.Generator, chunk: Chunk, period: Period, minimum: int
    ) -> None:
        """Mark no event yet; crawlers' sessions are left as they are."""
        self.rng, self.chunk = rng, chunk
        self.period, self.minimum = period, minimum
        rows = len(chunk.events["visitor"])
        # Without consent nothing is kept, so a defect there would show nowhere.
        self.is_free = ~(
            chunk.sessions["is_bot"]
            | chunk.visitors["denies"][chunk.sessions["visitor"]]
        )
        chunk.events |= {
            "defect": np.full(rows, NULL),
            "counter": np.arange(rows),
            "broken_time": np.full(rows, NULL),
            "placeholder": np.zeros(rows, dtype=np.int64),
            "has_no_visitor": np.zeros(rows, dtype=bool),
            "has_no_id": np.zeros(rows, dtype=bool),
            "has_unread_amount": np.zeros(rows, dtype=bool),
            "is_copy": np.zeros(rows, dtype=bool),
        }

    def claim(self, eligible: Array, rate: float) -> Array:
        """Rows of free sessions, which are free no longer."""
        chosen = pick(self.rng, eligible & self.is_free, rate, self.minimum)
        self.is_free[chosen] = False
        return chosen

    def mark(self, rows: Array, defect: str) -> None:
        """Label events."""
        self.chunk.events["defect"][rows] = DEFECT_CODE[defect]

    def any_row(self, chosen: Array, skip: int = 0) -> Array:
        """A random event of each session, not among its first `skip`."""
        sessions = self.chunk.sessions
        counts = sessions["row_count"][chosen]
        return sessions["first_row"][chosen] + self.rng.integers(skip, counts)

    def all_rows(self, chosen: Array) -> Array:
        """Mask of the events of the chosen sessions."""
        is_chosen = np.zeros(len(self.is_free), dtype=bool)
        is_chosen[chosen] = True
        return is_chosen[self.chunk.events["session"]]

    def plant_gaps(self) -> None:
        """Exact gaps, ties and midnights: while only gaps are known, not times."""
        sessions, events = self.chunk.sessions, self.chunk.events
        # A visitor's first session is never dropped for overlapping another.
        first = sessions["is_first"]
        for defect, gap in (
            ("gap_exactly_30_minutes", SESSION_TIMEOUT),
            ("gap_30_minutes_and_a_microsecond", SESSION_TIMEOUT + 1),
        ):
            chosen = self.claim(first & (sessions["row_count"] > 1), 0.002)
            rows = self.any_row(chosen, skip=1)
            events["gap_us"][rows] = gap
            self.mark(rows, defect)

        # Tied steps of the funnel would have no order, so at most one is in a tie.
        steps = np.cumsum(np.isin(events["name"], world.FUNNEL))
        row = np.minimum(sessions["first_row"], len(steps) - 4)
        has_one_step = steps[row + 3] - steps[row] <= 1
        chosen = self.claim(first & (sessions["row_count"] >= 4) & has_one_step, 0.004)
        row = sessions["first_row"][chosen] + 1
        events["gap_us"][row + 1] = events["gap_us"][row + 2] = 0
        following = row[sessions["row_count"][chosen] > 4] + 3
        events["gap_us"][following] = np.maximum(events["gap_us"][following], 1_000)
        for step in range(3):
            self.mark(row + step, "equal_timestamps")

        span = draw.spans(sessions, events)
        chosen = self.claim(sessions["is_only"] & (span > SECOND), 0.001)
        midnight = (sessions["started_us"][chosen] // DAY + 1) * DAY
        sessions["started_us"][chosen] = midnight - span[chosen] // 2

    def drop_overlapping(self) -> None:
        """Leave out sessions that begin too soon after the visitor's previous one."""
        chunk = self.chunk
        keeps = draw.keeps_apart(chunk.sessions, chunk.events)
        self.is_free = self.is_free[keeps]
        draw.keep_sessions(chunk, keeps)
        chunk.events["counter"] = np.arange(len(chunk.events["visitor"]))

    def plant_times(self) -> None:
        """Ties in arrival too, late arrivals and wrong clocks: once times are set."""
        rng, sessions, events = self.rng, self.chunk.sessions, self.chunk.events
        tied = np.flatnonzero(
            events["defect"] == DEFECT_CODE["equal_timestamps"]
        ).reshape(-1, 3)
        received = events["received_us"]
        received[tied] = received[tied].max(axis=1, keepdims=True)

        everywhere = np.ones(len(self.is_free), dtype=bool)
        chosen = self.claim(everywhere, 0.02)
        begin = self.any_row(chosen)
        end = begin + rng.integers(
            1, 1 + sessions["first_row"][chosen] + sessions["row_count"][chosen] - begin
        )
        delay = np.zeros(len(received) + 1, dtype=np.int64)
        waits = rng.integers(HOUR, 3 * DAY, len(chosen))
        np.add.at(delay, begin, waits)
        np.add.at(delay, end, -waits)
        delay = np.cumsum(delay)[:-1]
        received += delay
        self.mark(delay > 0, "late_arrival")

        chosen = self.claim(everywhere, 0.01)
        skew = rng.integers(1_000, 12 * HOUR // 1_000, len(chosen))
        skew *= rng.choice([-1, 1], len(chosen))
        offsets = np.zeros(len(self.is_free), dtype=np.int64)
        offsets[chosen] = skew
        rows = self.all_rows(chosen)
        offset = offsets[events["session"][rows]]
        events["offset_ms"][rows] = offset
        events["occurred_us"][rows] -= offset * 1_000
        self.mark(rows, "clock_skew_measured")

        chosen = self.claim(self._has_one_device(), 0.003)
        rows = self.any_row(chosen)
        ahead = rng.integers(MINUTE, 2 * DAY, len(rows))
        # Sessions are in visitor order, so this is one known boundary case per chunk.
        ahead[:1] = 1
        events["occurred_us"][rows] = received[rows] + FUTURE_TOLERANCE + ahead
        self.mark(rows, "clock_skew_future")

    def plant_losses(self) -> None:
        """What is missing, unreadable, a placeholder, or not for the public."""
        rng, chunk, events = self.rng, self.chunk, self.chunk.events
        one_device = self._has_one_device()
        rows = self.any_row(self.claim(one_device, 0.004))
        events["has_no_visitor"][rows] = True
        self.mark(rows, "missing_visitor")

        rows = self.any_row(self.claim(one_device, 0.004))
        events["has_no_id"][rows] = True
        self.mark(rows, "missing_event_id")

        rows = self.any_row(self.claim(one_device, 0.004))
        events["broken_time"][rows] = np.arange(len(rows)) % len(world.BROKEN_TIMES)
        self.mark(rows, "unparseable_time")

        rows = self.any_row(self.claim(one_device, 0.01))
        kind = rng.integers(0, 3, len(rows))
        fits = (kind == 0) & (events["referrer"][rows] == NULL)
        literal = np.arange(len(rows)) % len(world.PLACEHOLDERS)
        events["referrer"][rows] = np.where(fits, literal, events["referrer"][rows])
        events["placeholder"][rows] = np.where(
            fits, 0, np.maximum(kind, TITLE_PLACEHOLDER)
        )
        self.mark(rows, "placeholder_text")

        device = chunk.visitors["device"][chunk.sessions["visitor"]]
        is_web = world.DEVICE_PLATFORM[device] == world.WEB
        rows = self.all_rows(self.claim(one_device & is_web, 0.004))
        to_staging = (world.STAGING - world.WWW) * len(world.PAGES)
        events["page"][rows] += to_staging
        self.mark(rows, "internal_traffic")

    def plant_extra_rows(self) -> None:
        """Second copies, reloaded orders, and what servers send."""
        added = [
            self._copies("duplicate_same_payload", 0.015),
            self._altered(self._copies("duplicate_other_payload", 0.008)),
            self._reloads(),
        ]
        self._add(added)
        self._add([self._webhooks(), self._refunds()])

    def plant_tied_landings(self) -> None:
        """A scroll at the very instant of the landing, in arrival after it."""
        sessions, events = self.chunk.sessions, self.chunk.events
        landing, last = sessions["first_row"], sessions["row_count"] - 1
        second, third = landing + np.minimum(1, last), landing + np.minimum(2, last)
        # What comes then must not be a session of its own.
        stays = events["true_us"][third] - events["true_us"][landing] < SESSION_TIMEOUT
        chosen = self.claim(stays & (events["name"][second] == world.SCROLL), 0.1)
        landing, second = landing[chosen], second[chosen]
        for column in ("true_us", "occurred_us"):
            events[column][second] = events[column][landing]
        events["received_us"][second] = np.maximum(
            events["received_us"][second], events["received_us"][landing] + 1_000
        )
        self.mark(second, "tied_landing")

    def plant_phone_orders(self) -> None:
        """Large orders of dealers, who telephone before they ever visit.

        All of the largest comes back, in two halves, and half of the next.
        """
        rng, visitors, events = self.rng, self.chunk.visitors, self.chunk.events
        first_seen = np.full(len(visitors["number"]), self.period.end_us)
        np.minimum.at(first_seen, events["visitor"], events["true_us"])
        days_before = rng.integers(1, 4, len(first_seen))
        called = (first_seen // DAY - days_before) * DAY
        called += rng.integers(9 * HOUR, 17 * HOUR, len(called))
        # In the first quarter alone, so that charts of the last weeks keep their scale.
        start, days = self.period.start_us, self.period.days
        in_time = (called > start) & (called < start + days * DAY // 4)
        is_person = visitors["device"] < world.FIRST_BOT
        was_asked = visitors["consent"] != NULL
        may_call = is_person & ~was_asked & ~visitors["has_login"] & in_time
        chosen = pick(rng, may_call, 0.002, self.minimum)
        order = max(int(events["order"].max()), -1) + 1 + np.arange(len(chosen))
        cents = 100 * rng.integers(10_000, 40_000, len(chosen))
        cents[:1] = LARGEST_ORDER

        _, first = np.unique(events["visitor"], return_index=True)
        orders = self._server_rows(
            first[chosen], called[chosen], world.PURCHASE, "phone_order"
        )
        orders["order"], orders["cents"] = order, cents
        of = np.array([0, 0, 1])
        of = of[of < len(chosen)]
        back = called[chosen][of] + (1 + np.arange(len(of))) * DAY
        refunds = self._server_rows(first[chosen][of], back, world.REFUND, "refund")
        refunds["order"], refunds["cents"] = order[of], cents[of] // 2
        self._add([orders, refunds])

    def plant_impossible_times(self) -> None:
        """A database's default in the place of a time.

        Not of a session's first or last event, which others go by, nor of a step.
        """
        sessions, events = self.chunk.sessions, self.chunk.events
        second = np.minimum(sessions["first_row"] + 1, len(events["name"]) - 1)
        is_inside = sessions["row_count"] >= 3
        is_no_step = ~np.isin(events["name"][second], (*world.FUNNEL, world.SCROLL))
        is_unmarked = events["defect"][second] == NULL
        eligible = self._has_one_device() & is_inside & is_no_step & is_unmarked
        rows = second[self.claim(eligible, 0.002)]
        events["occurred_us"][rows] = DEFAULT_DAY
        self.mark(rows, "impossible_time")

    def mark_visitors(self) -> None:
        """Label every row of crawlers and of visitors who deny consent."""
        visitors, events = self.chunk.visitors, self.chunk.events
        label = np.where(
            visitors["device"] >= world.FIRST_BOT,
            DEFECT_CODE["bot"],
            visitors["consent_defect"],
        )[events["visitor"]]
        free = (label != NULL) & (events["defect"] == NULL)
        events["defect"][free] = label[free]

    def _has_one_device(self) -> Array:
        sessions = self.chunk.sessions
        return self.chunk.visitors["is_single"][sessions["visitor"]]

    def _add(self, tables: list[Columns]) -> None:
        """Append rows; those that are not copies get counters of their own."""
        counter = int(self.chunk.events["counter"].max()) + 1
        for table in tables:
            fresh = ~table["is_copy"]
            table["counter"][fresh] = counter + np.arange(fresh.sum())
            counter += int(fresh.sum())
        self.chunk.events = concat([self.chunk.events, *tables])

    def _copies(self, defect: str, rate: float) -> Columns:
        """Copies that arrive up to a day after the original."""
        chosen = self.claim(np.ones(len(self.is_free), dtype=bool), rate)
        copies = take(self.chunk.events, self.any_row(chosen))
        delay = self.rng.lognormal(4.0, 3.0, len(chosen)) * SECOND
        copies["received_us"] += np.clip(delay, 1, DAY).astype(np.int64)
        copies["is_copy"][:] = True
        copies["defect"][:] = DEFECT_CODE[defect]
        return copies

    def _altered(self, copies: Columns) -> Columns:
        """Another page, time and amount; whoever keeps the copy is wrong thrice."""
        # An earlier device time tempts to prefer the copy, which arrived second.
        copies["occurred_us"] -= self.rng.integers(1, 5 * SECOND, len(copies["page"]))
        site = copies["page"] // len(world.PAGES)
        copies["page"] = site * len(world.PAGES) + world.HOME
        copies["source"][:] = world.DIRECT
        paid = copies["cents"] != NULL
        copies["cents"][paid] *= 2
        return copies

    def _purchases(self) -> Array:
        """Rows of purchases of people."""
        return np.flatnonzero(self.chunk.events["name"] == world.PURCHASE)

    def _reloads(self) -> Columns:
        """The thank-you page opened again: a new event, the same order."""
        events = self.chunk.events
        buys = self._purchases()
        session = events["session"][buys]
        buys = buys[self.is_free[session]]
        buys = buys[pick(self.rng, np.ones(len(buys), dtype=bool), 0.06, self.minimum)]
        self.is_free[events["session"][buys]] = False
        reloads = take(events, buys)
        wait = self.rng.integers(MINUTE, 20 * MINUTE, len(buys))
        for column in ("true_us", "occurred_us", "received_us"):
            reloads[column] += wait
        reloads["defect"][:] = DEFECT_CODE["order_reloaded"]
        # What the order cost, its first page said.
        reloads["has_unread_amount"][:1] = True
        return reloads

    def _webhooks(self) -> Columns:
        """Payments confirmed minutes after the purchase, some only hours after."""
        rng, events = self.rng, self.chunk.events
        buys = self._purchases()
        buys = buys[events["defect"][buys] == NULL]
        buys = buys[pick(rng, np.ones(len(buys), dtype=bool), 0.6, self.minimum)]
        is_free = self.is_free[events["session"][buys]]
        buys = buys[np.argsort(~is_free, kind="stable")]
        minutes_later = rng.lognormal(4.8, 1.0, len(buys)) * SECOND
        hours_later = rng.integers(40 * MINUTE, 8 * HOUR, len(buys))
        wait = np.where(
            rng.random(len(buys)) < 0.8,
            np.minimum(minutes_later, 25 * MINUTE).astype(np.int64),
            hours_later,
        )
        true = events["true_us"][buys] + wait
        # The first two of a chunk: the last instant in the session, and one past it.
        last = np.full(len(self.is_free), NULL)
        np.maximum.at(last, events["session"], events["true_us"])
        edge = last[events["session"][buys[:2]]] + SESSION_TIMEOUT
        true[:2] = edge + np.arange(len(edge))
        return self._server_rows(buys, true, world.PAYMENT_CONFIRMED, "payment_webhook")

    def _refunds(self) -> Columns:
        """Money back, one to fourteen days after the purchase."""
        rng, events = self.rng, self.chunk.events
        buys = self._purchases()
        reloaded = events["defect"][buys] == DEFECT_CODE["order_reloaded"]
        buys = buys[~events["is_copy"][buys] & ~reloaded]
        true = events["true_us"][buys] + rng.integers(DAY, 14 * DAY, len(buys))
        chosen = pick(rng, true < self.period.end_us, 0.07, self.minimum)
        buys = buys[chosen]
        refunds = self._server_rows(buys, true[chosen], world.REFUND, "refund")
        share = rng.choice([1, 2], len(buys), p=[0.8, 0.2])
        refunds["cents"] = events["cents"][buys] // share
        return refunds

    def _server_rows(self, buys: Array, true: Array, name: int, defect: str) -> Columns:
        """Rows that a server sends about orders: no page, device or login."""
        rows = take(self.chunk.events, buys)
        kept = {"visitor", "order"}
        for column, values in rows.items():
            if column not in kept and values.dtype == np.int64:
                values[:] = NULL
        for column in ("has_no_visitor", "has_no_id", "is_copy"):
            rows[column][:] = False
        rows["name"][:] = name
        rows["device"][:] = world.SERVER_DEVICE
        rows["placeholder"][:] = 0
        rows["source"][:] = world.DIRECT
        rows["defect"][:] = DEFECT_CODE[defect]
        rows["true_us"], rows["occurred_us"] = true, true.copy()
        rows["received_us"] = true + self.rng.integers(20_000, SECOND, len(true))
        return rows
