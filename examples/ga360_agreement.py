"""Compare channels with Google Analytics 360's own, vendor session by vendor session.

After `dbt build --vars "$(cat examples/ga360.yml)"`:

    python examples/ga360_agreement.py warehouse/footfall.duckdb data/hits_flat.parquet
"""

import sys
from dataclasses import dataclass, field

import duckdb

# Google's older grouping has no video and no shopping of its own.
SAME = {
    "Organic Search": ("Organic Search",),
    "Referral": ("Referral",),
    "Direct": ("Direct",),
    "Social": ("Organic Social", "Organic Video"),
    "Paid Search": ("Paid Search",),
    "Affiliates": ("Affiliates",),
    "Display": ("Display",),
}

# The vendor's session is where its first hit is; ours may hold two of theirs. A signal
# is what any method could go by: a tag, a click id, or a referrer of another site.
COMPARED = """
with vendor_sessions as (
    select
        fullVisitorId || '-' || visitId as vendor_session_id,
        any_value(channelGrouping) as vendor_channel,
        count(*) filter (
            where src <> '(direct)'
            or gclid is not null
            or not regexp_matches(
                referer, '^https?://([^/]*[.])?googlemerchandisestore[.]com(/|$)'
            )
        ) > 0 as has_signal
    from read_parquet(?)
    group by 1
),

ours as (
    select
        fct_events.vendor_session_id,
        arg_min(fct_sessions.channel, fct_events.event_id) as channel,
        arg_min(fct_sessions.channel_reason, fct_events.event_id) as channel_reason
    from fct_events
    inner join fct_sessions using (session_id)
    group by 1
)

select vendor_channel, has_signal, channel, channel_reason, count(*)
from vendor_sessions
inner join ours using (vendor_session_id)
group by all
order by count(*) desc, channel asc, channel_reason asc
"""


@dataclass
class Line:
    """How we call the sessions that the vendor calls `vendor_channel`."""

    vendor_channel: str
    sessions: int = 0
    with_signal: int = 0
    agreed: int = 0
    others: dict[tuple[str, str], int] = field(default_factory=dict)
    """Sessions with a signal that have another channel here, by channel and reason."""


def compare(database: str, hits: str) -> list[Line]:
    """One line per channel of the vendor, the most frequent first."""
    with duckdb.connect(database, read_only=True) as connection:
        rows = connection.execute(COMPARED, [hits]).fetchall()
    lines: dict[str, Line] = {}
    for vendor_channel, has_signal, channel, reason, count in rows:
        line = lines.setdefault(vendor_channel, Line(vendor_channel))
        line.sessions += count
        if has_signal:
            line.with_signal += count
            if channel in SAME[vendor_channel]:
                line.agreed += count
            else:
                line.others[channel, reason] = count
    return sorted(lines.values(), key=lambda line: -line.sessions)


def agreement(lines: list[Line]) -> float:
    """Share of the sessions with any signal on which both agree."""
    return sum(line.agreed for line in lines) / sum(line.with_signal for line in lines)


def markdown(lines: list[Line]) -> str:
    """The comparison as a table, and what differs as another one, by reason."""
    table = [
        "| GA360 says | sessions | with a signal | same here |",
        "|---|--:|--:|--:|",
    ]
    for line in lines:
        table.append(
            f"| {line.vendor_channel} | {line.sessions:,} | {line.with_signal:,}"
            f" | {line.agreed:,} |"
        )
    sessions = sum(line.sessions for line in lines)
    with_signal = sum(line.with_signal for line in lines)
    agreed = sum(line.agreed for line in lines)
    table.append(
        f"| all | {sessions:,} | {with_signal:,}"
        f" | {agreed:,} ({agreement(lines):.1%}) |"
    )
    table += [
        "",
        "| GA360 says | else here | because | sessions |",
        "|---|---|---|--:|",
    ]
    table += [
        f"| {line.vendor_channel} | {channel} | {reason} | {count:,} |"
        for line in lines
        for (channel, reason), count in line.others.items()
    ]
    return "\n".join(table)


if __name__ == "__main__":
    print(markdown(compare(*sys.argv[1:3])))
