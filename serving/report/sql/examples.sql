-- grain: one row per channel, reason and landing page, three at most of a reason: pages
-- on which sessions began that have this channel for this reason.

with landings as (
    select
        channel,
        reason,
        landing_page,
        count(*) as sessions
    from report_sessions
    where landing_page not in ('(none)', '(other pages)')
    group by channel, reason, landing_page
)

select
    channel,
    reason,
    landing_page
from landings
qualify
    row_number() over (
        partition by channel, reason
        order by sessions desc, landing_page asc
    ) <= 3
order by channel asc, reason asc, sessions desc, landing_page asc
