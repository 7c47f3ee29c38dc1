-- grain: one row per view that another one of its page may repeat: if it is kept, which
-- is the first after it that no longer repeats it?

with sessionized as (
    select * from {{ ref('footfall', 'int_events__sessionized') }}
    where
        session_started_at is not null
        and is_page_view
        and {{ var('view_repeat_seconds') is not none }}
        and {{ in_scope('visitor') }}
),

events as (
    select * from {{ ref('footfall', 'int_events__logged') }}
),

-- When were the views before and after it? Few are close, so only those read a page.
neighboured as (
    select
        source_name,
        visitor_id,
        session_app,
        log_number,
        session_started_at,
        occurred_at,
        event_number,
        lag(occurred_at) over session_views as previous_viewed_at,
        lead(occurred_at) over session_views as next_viewed_at
    from sessionized
    window session_views as (
        partition by source_name, visitor_id, session_app, session_started_at
        order by event_number
    )
),

-- A view of a page that nobody names repeats none.
close_views as (
    select
        neighboured.source_name,
        neighboured.visitor_id,
        neighboured.session_app,
        neighboured.log_number,
        neighboured.session_started_at,
        neighboured.occurred_at,
        neighboured.event_number,
        coalesce(events.page_host, '') as page_host,
        coalesce(events.page_path, events.page_title) as page_name
    from neighboured
    inner join events
        on neighboured.log_number = events.log_number
    where
        (
            neighboured.occurred_at
            <= neighboured.previous_viewed_at
            + interval '{{ var("view_repeat_seconds") or 0 }}' second
            or neighboured.next_viewed_at
            <= neighboured.occurred_at
            + interval '{{ var("view_repeat_seconds") or 0 }}' second
        )
        and coalesce(events.page_path, events.page_title) is not null
),

numbered as (
    select
        *,
        row_number() over (
            partition by
                source_name,
                visitor_id,
                session_app,
                session_started_at,
                page_host,
                page_name
            order by event_number
        ) as view_number
    from close_views
),

-- Of the first view of a page alone it is known already that it is kept.
repeated as (
    select
        source_name,
        visitor_id,
        session_app,
        session_started_at,
        log_number,
        page_host,
        page_name,
        view_number,
        max(view_number) over (
            partition by
                source_name,
                visitor_id,
                session_app,
                session_started_at,
                page_host,
                page_name
            order by occurred_at
            range between current row
            and interval '{{ var("view_repeat_seconds") or 0 }}' second following
        ) + 1 as next_view_number,
        view_number = 1 as is_kept
    from numbered
)

select * from repeated
