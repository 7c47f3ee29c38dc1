-- grain: one row per day, channel, device category, visitor type and landing page. All
-- but the most used pages are one, or every day would carry every page.

with sessions as (
    select
        started_date as report_date,
        channel,
        visitor_type,
        is_bounce,
        has_conversion,
        coalesce(device_category, '(unknown)') as device,
        coalesce(coalesce(landing_page_host, '') || landing_page_path, '(none)') as page
    from fct_sessions
),

top_pages as (
    select page
    from sessions
    group by page
    order by count(*) desc, page asc
    limit 25
),

counted as (
    select
        sessions.report_date,
        sessions.channel,
        sessions.device,
        sessions.visitor_type,
        coalesce(top_pages.page, '(other pages)') as page,
        count(*) as sessions,
        count(case when sessions.is_bounce then 1 end) as bounces,
        count(case when sessions.has_conversion then 1 end) as converting_sessions
    from sessions
    left join top_pages on sessions.page = top_pages.page
    group by
        sessions.report_date,
        sessions.channel,
        sessions.device,
        sessions.visitor_type,
        coalesce(top_pages.page, '(other pages)')
)

select * from counted
order by report_date, channel, device, visitor_type, page
