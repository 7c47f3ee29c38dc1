-- grain: one row per day of the view, channel, device and visitor type of the session,
-- and page. All but the most viewed are one, or every day would carry every page.

with page_views as (
    select
        viewed.viewed_date as report_date,
        sessions.channel,
        sessions.device,
        sessions.visitor_type,
        viewed.is_entrance,
        viewed.is_exit,
        viewed.seconds_on_page,
        coalesce(coalesce(viewed.page_host, '') || viewed.page_path, '(none)') as page
    from fct_page_views as viewed
    inner join report_sessions as sessions on viewed.session_id = sessions.session_id
),

kept as (
    select page
    from page_views
    group by page
    order by count(*) desc, page asc
    limit 40
)

select
    page_views.report_date,
    page_views.channel,
    page_views.device,
    page_views.visitor_type,
    cast(round(sum(page_views.seconds_on_page), 1) as double) as seconds,
    coalesce(kept.page, '(other pages)') as page,
    metric('views') as page_views,
    metric('entrances') as entrances,
    metric('exits') as exits,
    count(page_views.seconds_on_page) as timed_views
from page_views
left join kept on page_views.page = kept.page
group by all
order by all
