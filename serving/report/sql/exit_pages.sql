-- grain: one row per day, channel, device category and visitor type of sessions and page
-- that they viewed, with all but the most left pages as one.

with page_views as (
    select
        sessions.started_date as day,
        sessions.channel,
        coalesce(sessions.device_category, '(unknown)') as device,
        sessions.visitor_type,
        page_views.is_exit,
        coalesce(page_views.page_host || page_views.page_path, '(none)') as page
    from fct_page_views as page_views
    inner join fct_sessions as sessions
        on page_views.session_id = sessions.session_id
),

top_pages as (
    select page
    from page_views
    group by page
    order by count(case when is_exit then 1 end) desc, page asc
    limit $page_count
),

counted as (
    select
        page_views.day,
        page_views.channel,
        page_views.device,
        page_views.visitor_type,
        coalesce(top_pages.page, '(other pages)') as page,
        count(*) as page_views,
        count(case when page_views.is_exit then 1 end) as exits
    from page_views
    left join top_pages on page_views.page = top_pages.page
    group by
        page_views.day,
        page_views.channel,
        page_views.device,
        page_views.visitor_type,
        coalesce(top_pages.page, '(other pages)')
)

select * from counted
order by day, channel, device, visitor_type, page
