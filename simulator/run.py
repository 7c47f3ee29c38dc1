"""Simulate a shop: draw, plant, derive, write."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tqdm import tqdm

from simulator import defects, draw, effects, truth, world
from simulator.columns import DAY, NULL, Array, Columns, length, scramble
from simulator.draw import Chunk, Period
from simulator.files import Spill, Writers
from simulator.render import Renderer

VISITORS_PER_CHUNK = 16_384
GUARANTEED = 4
"""How often each defect occurs at least, where there are visitors enough."""

EVENTS_PER_VISITOR, EVENTS_PER_SPAN = 12, 200_000
"""Roughly; they only say into how many parts the sorting is split."""

_ALL_DEFECTS_OF_VISITORS = np.array(
    [world.DEFECT_CODE[name] for name in world.VISITOR_DEFECTS]
)
_SPILLED = (
    "key",
    "visitor",
    "true_us",
    "occurred_us",
    "received_us",
    "offset_ms",
    "broken_time",
    "has_no_visitor",
    "has_no_id",
    "has_unread_amount",
    "name",
    "page",
    "source",
    "referrer",
    "user",
    "device",
    "locale",
    "engagement",
    "scroll",
    "load",
    "order",
    "cents",
    "placeholder",
    "defect",
    "reason",
    "truth_session",
)


@dataclass(frozen=True)
class Options:
    """What to simulate; equal options give equal bytes."""

    visitors: int
    period: Period
    seed: int
    file_format: str
    out: Path
    has_effects: bool = False


@dataclass
class _Counters:
    """Where the next chunk's numbers start, and clicks by campaign and day."""

    events: int = 0
    orders: int = 0
    sessions: int = 0
    conversions: int = 0
    clicks: Array = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int64))


def simulate(options: Options) -> None:
    """Write all files into `options.out`; existing ones are replaced at the end.

    Memory depends on the size of a chunk, not on the number of visitors.
    """
    options.out.mkdir(parents=True, exist_ok=True)
    renderer = Renderer(options.seed, options.visitors, options.has_effects)
    with tempfile.TemporaryDirectory(dir=options.out, prefix=".partial-") as scratch:
        made = Path(scratch) / "made"
        events = Spill(Path(scratch) / "events", _edges(options))
        consents = Spill(Path(scratch) / "consents", _edges(options))
        with Writers(made, options.file_format) as writers:
            clicks = _simulate_chunks(options, renderer, events, consents, writers)
            _write_events(renderer, events, writers)
            for rows in consents.read(("visitor",)):
                writers.write("raw_consents", renderer.raw_consents(rows))
            spend = _ad_spend(options, clicks)
            writers.write("raw_ad_spend", renderer.raw_ad_spend(spend))
        for path in sorted(made.rglob("*.*")):
            target = options.out / path.relative_to(made)
            target.parent.mkdir(exist_ok=True)
            path.replace(target)


def _edges(options: Options) -> Array:
    """Bounds between spans of arrival that hold about equally many events."""
    events = options.visitors * EVENTS_PER_VISITOR
    spans = min(-(-events // EVENTS_PER_SPAN), 2_000)
    return np.linspace(
        options.period.start_us, options.period.end_us, spans + 1, dtype=np.int64
    )[1:-1]


def _simulate_chunks(
    options: Options,
    renderer: Renderer,
    events: Spill,
    consents: Spill,
    writers: Writers,
) -> Array:
    """Clicks, shape (campaigns, days), after all chunks are written or set aside."""
    clicks = np.zeros((len(world.CAMPAIGNS), options.period.days), dtype=np.int64)
    counters = _Counters(clicks=clicks)
    starts = range(0, options.visitors, VISITORS_PER_CHUNK)
    for number, first in enumerate(tqdm(starts, "Drawing", unit="chunk", disable=None)):
        rng = np.random.default_rng([options.seed, number])
        count = min(VISITORS_PER_CHUNK, options.visitors - first)
        # A handful of visitors is not worth spoiling for the sake of completeness.
        minimum = 0 if number else min(GUARANTEED, count // 25)
        chunk, decided = _draw(
            rng, count, first, options.period, minimum, options.has_effects
        )
        _number(chunk, counters, options.seed)
        found = truth.derive(chunk, counters.sessions, counters.conversions)

        counters.events += int(chunk.events["counter"].max()) + 1
        counters.orders = max(counters.orders, int(chunk.events["order"].max()) + 1)
        counters.sessions += length(found.sessions)
        counters.conversions += length(found.conversions)
        _count_clicks(chunk, options.period, clicks)

        for table in (
            chunk.events,
            decided,
            found.sessions,
            found.conversions,
            found.defects,
        ):
            table["visitor"] = table["visitor"] + first
        events.add({name: chunk.events[name] for name in _SPILLED})
        consents.add(decided)
        for name, table in renderer.truth(found).items():
            writers.write(f"truth/{name}", table)
    return clicks


def _draw(
    rng: np.random.Generator,
    count: int,
    first: int,
    period: Period,
    minimum: int,
    has_effects: bool,
) -> tuple[Chunk, Columns]:
    """A chunk with its defects, and the decisions on consent."""
    visitors = draw.draw_visitors(rng, count, first, first)
    defects.plant_bots(rng, visitors, minimum)
    sessions = draw.draw_sessions(rng, visitors, period)
    chunk = Chunk(visitors, sessions, draw.draw_events(rng, visitors, sessions))
    if has_effects:
        effects.plant(rng.spawn(1)[0], chunk)
    decided = defects.draw_consents(rng, chunk, period, minimum)
    planter = defects.Planter(rng, chunk, period, minimum)
    planter.plant_gaps()
    planter.drop_overlapping()
    draw.set_times(rng, chunk.sessions, chunk.events)
    planter.plant_times()
    planter.plant_losses()
    planter.plant_extra_rows()
    planter.plant_tied_landings()
    planter.mark_visitors()
    # From a generator of its own: what is drawn without it stays what it was.
    planter.rng = rng.spawn(1)[0]
    planter.plant_phone_orders()
    planter.plant_impossible_times()
    return chunk, decided


def _number(chunk: Chunk, counters: _Counters, seed: int) -> None:
    """Make events and orders unique over all chunks."""
    events = chunk.events
    events["key"] = scramble(events["counter"] + counters.events, 48, seed)
    events["order"] = np.where(
        events["order"] == NULL, NULL, events["order"] + counters.orders
    )


def _count_clicks(chunk: Chunk, period: Period, clicks: Array) -> None:
    campaign = world.SOURCE_CAMPAIGN[chunk.sessions["source"]]
    day = (chunk.sessions["started_us"] - period.start_us) // DAY
    paid = (campaign >= 0) & (day < period.days)
    np.add.at(clicks, (campaign[paid], day[paid]), 1)


def _write_events(renderer: Renderer, events: Spill, writers: Writers) -> None:
    """Raw events, their truth and their defects, by arrival."""
    written = 0
    spans = events.read(("true_us", "key"))
    for rows in tqdm(spans, "Writing", total=events.spans, unit="part", disable=None):
        rows["row_number"] = 1 + written + np.arange(length(rows))
        written += length(rows)
        writers.write("raw_events", renderer.raw_events(rows))
        writers.write("truth/events", renderer.truth_events(rows))
        listed = (rows["defect"] != NULL) & ~np.isin(
            rows["defect"], _ALL_DEFECTS_OF_VISITORS
        )
        marked = {name: column[listed] for name, column in rows.items()}
        writers.write("truth/defects", renderer.defects_of_events(marked))


def _ad_spend(options: Options, clicks: Array) -> Columns:
    """Rows by day and campaign; some days are missing, as in every account."""
    rng = np.random.default_rng([options.seed, 2**32])
    untracked = rng.poisson(1 + clicks.mean() * 0.2, clicks.shape)
    total = clicks + untracked
    price = np.array([campaign.price for campaign in world.CAMPAIGNS])[:, None]
    cost = total * price + rng.integers(0, 30 + price * total // 5)
    is_reported = rng.random(clicks.shape) >= 0.03
    reported = np.argwhere((is_reported & (total > 0)).T)
    day, campaign = reported.T
    return {
        "day": day + options.period.start_us // DAY,
        "campaign": campaign,
        "cents": cost[campaign, day],
        "clicks": total[campaign, day],
        "impressions": total[campaign, day] * rng.integers(20, 90, len(day)),
    }
