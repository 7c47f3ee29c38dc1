-- grain: one row per page or screen view.

with sessionized as (
    select * from {{ ref('int_events__sessionized') }}
    where
        is_page_view
        and session_started_at is not null
),

events as (
    select * from {{ ref('int_events__screened') }}
),

sessions as (
    select * from {{ ref('int_sessions__aggregated') }}
),

-- Which view follows in the session, and is there one before?
ordered as (
    select
        source_name,
        visitor_id,
        event_id,
        session_started_at,
        occurred_at,
        row_number() over session_views as view_number,
        lead(occurred_at) over session_views as next_viewed_at
    from sessionized
    window session_views as (
        partition by source_name, visitor_id, session_started_at
        order by event_number
    )
),

final as (
    select
        ordered.event_id,
        ordered.source_name,
        sessions.session_id,
        ordered.visitor_id,
        ordered.occurred_at as viewed_at,
        cast({{ local_time('ordered.occurred_at') }} as date) as viewed_date,
        ordered.view_number,
        events.page_host,
        events.page_path,
        events.page_title,
        ordered.view_number = 1 as is_entrance,
        ordered.next_viewed_at is null as is_exit,
        {{ seconds_between(
            'ordered.occurred_at',
            'coalesce(ordered.next_viewed_at, sessions.session_ended_at)'
        ) }} as seconds_on_page,
        events.scroll_percent,
        events.page_load_ms
    from ordered
    inner join events
        on
            ordered.source_name = events.source_name
            and ordered.event_id = events.event_id
    inner join sessions
        on
            ordered.source_name = sessions.source_name
            and ordered.visitor_id = sessions.visitor_id
            and ordered.session_started_at = sessions.session_started_at
)

select * from final
