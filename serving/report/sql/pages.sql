-- grain: one row per day of the view, channel, device and visitor type of the session,
-- and page.

select
    report_date,
    channel,
    device,
    visitor_type,
    cast(round(sum(seconds_on_page), 1) as double) as seconds,
    page,
    metric('views') as page_views,
    metric('entrances') as entrances,
    metric('exits') as exits,
    count(seconds_on_page) as timed_views
from report_views
group by all
order by all
