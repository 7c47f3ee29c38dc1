"""What a build came to, in a few lines or as one of JSON."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from serving.findings import Findings, finding_lines
from serving.money import shown
from serving.rows import Ask, Row

READ = (
    "mart_quality__event_ledger",
    "fct_sessions",
    "fct_conversions",
    "int_events__classified",
    "mart_quality__unread_lines",
    "int_settings__unmatched",
)
# Not all words, and not the whole of one: a column mapped by mistake may hold anything.
UNREAD = """
    select substr(word, 1, 40) as word, count(*) as event_count
    from (
        select unread_analytics_consent as word from {events}
        where unread_analytics_consent is not null

        union all

        select unread_marketing_consent as word from {events}
        where unread_marketing_consent <> coalesce(unread_analytics_consent, '')
    ) as words
    group by substr(word, 1, 40)
    order by event_count desc, substr(word, 1, 40)
    limit 10
"""
# The texts of accepted events alone: nothing is told of who did not agree.
UNREAD_AMOUNTS = """
    select substr(unread_revenue, 1, 40) as word, count(*) as event_count
    from {events}
    where unread_revenue is not null and rejection_reason is null
    group by substr(unread_revenue, 1, 40)
    order by event_count desc, substr(unread_revenue, 1, 40)
    limit 10
"""
# Sources that brought events, but none that could count.
LEFT_OUT = """
    select source_name, sum(received) as received
    from {ledger}
    group by source_name
    having
        sum(received) > 0
        and sum(received) = sum(duplicate + bot + internal + no_consent)
    order by source_name
"""
SET_ASIDE = """
    select file_path, unread_reason, count(*) as line_count from {lines}
    group by file_path, unread_reason
    order by line_count desc, file_path, unread_reason
    limit 10
"""
# Names in settings that no event has, so that they change nothing.
UNMATCHED = """
    select setting, name_kind, said_name from {names}
    order by setting, said_name
    limit 10
"""
NO_SUCH = {
    "event": "which no event is called",
    "platform": "of which no event is",
    "host": "on which no page and no referrer is",
}
LEDGER_KEYS = {"source_name", "received_date"}
# Columns that count accepted events once more; the others are reasons.
MONEY = ("unread_amounts", "amounts_without_currency", "revenue_without_currency")
# What is neither a model nor one of these takes no time worth a figure.
KINDS = {"seed": "seeds", "test": "tests", "unit_test": "unit tests"}


@dataclass(frozen=True)
class Figures:
    """What is in the marts, over all days and sources."""

    received: int
    accepted: int
    rejected: dict[str, int]
    """Number of events by reason, reasons of none included."""
    sessions: int
    conversions: int
    revenue: dict[str, str]
    """Sum by currency, as a decimal, before refunds; "" is no currency."""
    unread_consent: dict[str, int]
    """Number of events by word for a decision that no row knows, the ten commonest."""
    unread_amounts: dict[str, int]
    """Number of events by text of an amount that cannot be read, the ten commonest."""
    unread_amount_count: int
    """Number of all events with such a text."""
    amounts_without_currency: int
    """Number of conversions whose revenue is unknown for want of a currency."""
    revenue_without_currency: str
    """Sum of their amounts as delivered, as a decimal."""
    left_out: dict[str, int]
    """Number of events by source, of sources all of whose events are left out."""
    set_aside: list[tuple[str, str, int]]
    """File, reason and number of lines that could not be read, the ten commonest."""
    unmatched: list[tuple[str, str, str]]
    """Setting, kind and name, of names that no event has, the first ten."""


@dataclass(frozen=True)
class Summary:
    """One run of `dbt build`."""

    is_green: bool
    seconds: float
    """From start to end."""
    layer_seconds: dict[str, float]
    """Sums of what each node took; nodes run side by side, so they exceed `seconds`."""
    node_counts: dict[str, int]
    """Number of nodes by status."""
    failed: list[str] = field(default_factory=list)
    """Names of what failed, not of what was skipped for it."""
    figures: Figures | None = None
    """None where a mart that they are read from was not built."""
    findings: Findings | None = None
    """None as for the figures, or where no whole day has data."""


def figures(nodes: Mapping[str, Any], built: Iterable[str], ask: Ask) -> Figures | None:
    """Read the figures; `built` are the ids of the nodes that this run made."""
    made = {nodes[key]["name"]: nodes[key] for key in built if key in nodes}
    if not made.keys() >= set(READ):
        return None
    ledger, sessions, conversions, events, lines, unmatched = (
        made[name] for name in READ
    )
    names = [name for name in ledger["columns"] if name not in LEDGER_KEYS]
    sums = ", ".join(f"coalesce(sum({name}), 0)" for name in names)
    (sums_of_all,) = ask(f"select {sums} from {ledger['relation_name']}")
    totals = dict(zip(names, sums_of_all, strict=True))
    unread_amounts, without_currency, unconverted = (totals.pop(each) for each in MONEY)
    received, accepted = int(totals.pop("received")), int(totals.pop("accepted"))
    ((session_count,),) = ask(f"select count(*) from {sessions['relation_name']}")
    by_currency = ask(
        "select coalesce(currency, '') as currency, count(*),"
        " coalesce(sum(revenue), 0)"
        f" from {conversions['relation_name']} group by 1 order by 1"
    )
    return Figures(
        received,
        accepted,
        {reason: int(total) for reason, total in totals.items()},
        int(session_count),
        sum(int(count) for _, count, _ in by_currency),
        # What has no currency counts only where it brings something.
        {name: f"{sum_:.6f}" for name, _, sum_ in by_currency if name or sum_},
        counted(ask(UNREAD.format(events=events["relation_name"]))),
        counted(ask(UNREAD_AMOUNTS.format(events=events["relation_name"]))),
        int(unread_amounts),
        int(without_currency),
        f"{unconverted:.6f}",
        counted(ask(LEFT_OUT.format(ledger=ledger["relation_name"]))),
        [
            (str(path), str(reason), int(count))
            for path, reason, count in ask(
                SET_ASIDE.format(lines=lines["relation_name"])
            )
        ],
        [
            (str(setting), str(kind), str(said))
            for setting, kind, said in ask(
                UNMATCHED.format(names=unmatched["relation_name"])
            )
        ],
    )


def counted(rows: Iterable[Row]) -> dict[str, int]:
    """Rows of a text and a count."""
    return {str(text): int(count) for text, count in rows}


def seconds_by_layer(
    nodes: Mapping[str, Any], results: Iterable[Mapping[str, Any]]
) -> dict[str, float]:
    """Sums of seconds: models by their first folder, the rest by kind."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for result in results:
        kind = result["unique_id"].split(".")[0]
        if kind == "model":
            seconds[nodes[result["unique_id"]]["fqn"][1]] += result["execution_time"]
        elif kind in KINDS:
            seconds[KINDS[kind]] += result["execution_time"]
    order = ["seeds", "staging", "intermediate", "marts", "tests", "unit tests"]
    return {name: round(seconds[name], 1) for name in order if name in seconds}


def as_json(summary: Summary) -> str:
    """One line, in the form of dbt's own."""
    return log_line("FootfallSummary", "info", as_text(summary), asdict(summary))


def log_line(name: str, level: str, message: str, data: Mapping[str, Any]) -> str:
    """A line as dbt logs them in JSON."""
    info = {"name": name, "level": level, "msg": message}
    return json.dumps({"info": info, "data": data})


def as_text(summary: Summary) -> str:
    """A few lines for people."""
    counts = ", ".join(f"{n} {status}" for status, n in summary.node_counts.items())
    verdict = "green" if summary.is_green else "not green"
    lines = [f"Build {verdict} in {summary.seconds:.0f} s: {counts}"]
    if summary.figures:
        lines += figure_lines(summary.figures)
    if summary.findings:
        lines += finding_lines(summary.findings)
    layers = ", ".join(f"{n} {s:.1f}" for n, s in summary.layer_seconds.items())
    return "\n".join([*lines, f"  seconds      {layers}"])


def figure_lines(found: Figures) -> list[str]:
    """The marts' figures, a line each; reasons of no event left out."""
    reasons = ", ".join(f"{n:,} {name}" for name, n in found.rejected.items() if n)
    revenue = ", ".join(
        shown(amount, currency) for currency, amount in found.revenue.items()
    )
    lines = [
        f"  events       {found.received:,} received, {found.accepted:,} accepted",
        f"  rejected     {reasons or 'none'}",
        f"  sessions     {found.sessions:,}",
        f"  conversions  {found.conversions:,}",
        f"  revenue      {revenue or 'none'}",
    ]
    lines += [
        f"  set aside    {count:,} line{'s' * (count != 1)} of {path} ({reason})"
        for path, reason, count in found.set_aside
    ]
    lines += [
        f"  none of the {received:,} events of {source} counts: all are copies, bots,"
        " internal or without consent"
        for source, received in found.left_out.items()
    ]
    if found.unread_consent:
        words = listed(found.unread_consent)
        lines.append(f"  denied, as in no row of consent_words: {words}")
    if found.unread_amount_count:
        lines.append(
            f"  {found.unread_amount_count:,} amounts that cannot be read:"
            f" {listed(found.unread_amounts)}"
        )
    lines += [
        f"  without effect: {setting} names {said!r}, {NO_SUCH[kind]}"
        for setting, kind, said in found.unmatched
    ]
    if found.amounts_without_currency:
        lines.append(
            f"  {found.amounts_without_currency:,} amounts without a currency, in no"
            f" revenue: {shown(found.revenue_without_currency, None)}"
        )
    return lines


def listed(counts: Mapping[str, int]) -> str:
    """Texts, each with how often it came."""
    return ", ".join(f"{text!r} ({n:,})" for text, n in counts.items())
