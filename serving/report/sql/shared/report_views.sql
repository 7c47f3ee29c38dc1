-- grain: one row per page view of a session, with the names that the page filters by.
-- All pages but the most viewed are one, or every day would carry every page.

with page_views as (
    select
        viewed.viewed_date as report_date,
        sessions.channel,
        sessions.device,
        sessions.visitor_type,
        viewed.is_entrance,
        viewed.is_exit,
        viewed.seconds_on_page,
        viewed.page_load_ms,
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
),

final as (
    select
        page_views.* exclude (page),
        coalesce(kept.page, '(other pages)') as page
    from page_views
    left join kept on page_views.page = kept.page
)

select * from final
