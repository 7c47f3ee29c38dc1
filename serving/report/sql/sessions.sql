-- grain: one row per day and set of names that sessions had. Visitors are counted by
-- the first four columns, so rows are in their order.

select
    report_date,
    channel,
    device,
    visitor_type,
    country,
    source_medium,
    campaign,
    reason,
    landing_page,
    metric('sessions') as sessions,
    metric('bounces') as bounces
from report_sessions
group by all
order by all
