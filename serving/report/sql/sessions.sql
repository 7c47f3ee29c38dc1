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
    count(*) as sessions,
    count(case when is_bounce then 1 end) as bounces
from report_sessions
group by
    report_date,
    channel,
    device,
    visitor_type,
    country,
    source_medium,
    campaign,
    reason,
    landing_page
order by
    report_date,
    channel,
    device,
    visitor_type,
    country,
    source_medium,
    campaign,
    reason,
    landing_page
