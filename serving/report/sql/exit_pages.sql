-- grain: one row per day, channel, device category and visitor type of sessions and
-- page viewed. All but the most left are one, or every day would carry every page.

with page_views as (
    select
        sessions.started_date as report_date,
        sessions.channel,
        sessions.visitor_type,
        page_views.is_exit,
        coalesce(sessions.device_category, '(unknown)') as device,
        coalesce(
            coalesce(page_views.page_host, '') || page_views.page_path, '(none)'
        ) as page
    from fct_page_views as page_views
    inner join fct_sessions as sessions
        on page_views.session_id = sessions.session_id
),

top_pages as (
    select page
    from page_views
    group by page
    order by count(case when is_exit then 1 end) desc, page asc
    limit 25
),

counted as (
    select
        page_views.report_date,
        page_views.channel,
        page_views.device,
        page_views.visitor_type,
        coalesce(top_pages.page, '(other pages)') as page,
        count(*) as page_views,
        count(case when page_views.is_exit then 1 end) as exits
    from page_views
    left join top_pages on page_views.page = top_pages.page
    group by
        page_views.report_date,
        page_views.channel,
        page_views.device,
        page_views.visitor_type,
        coalesce(top_pages.page, '(other pages)')
)

select * from counted
order by report_date, channel, device, visitor_type, page
