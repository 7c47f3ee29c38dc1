-- grain: one row per view that another one of its page may repeat: is it kept, as the
-- first, or since the last kept one is too long ago?

with views as (
    select * from {{ ref('footfall', 'int_views__repeated') }}
),

-- The materialization repeats what follows, each time from what the last time made,
-- until nothing changes: decision 0003. A kept view has the one that it looks ahead to
-- kept too, and then everyone looks twice as far.
seen as (
    select distinct
        source_name,
        visitor_id,
        session_app,
        session_started_at,
        page_host,
        page_name,
        next_view_number as view_number
    from views
    where is_kept
),

kept as (
    select
        views.source_name,
        views.visitor_id,
        views.session_app,
        views.session_started_at,
        views.log_number,
        views.page_host,
        views.page_name,
        views.view_number,
        later.next_view_number,
        views.is_kept or seen.view_number is not null as is_kept
    from views
    left join seen
        on
            views.source_name = seen.source_name
            and views.visitor_id = seen.visitor_id
            and views.session_app = seen.session_app
            and views.session_started_at = seen.session_started_at
            and views.page_host = seen.page_host
            and views.page_name = seen.page_name
            and views.view_number = seen.view_number
    left join views as later
        on
            views.source_name = later.source_name
            and views.visitor_id = later.visitor_id
            and views.session_app = later.session_app
            and views.session_started_at = later.session_started_at
            and views.page_host = later.page_host
            and views.page_name = later.page_name
            and views.next_view_number = later.view_number
)

select * from kept
