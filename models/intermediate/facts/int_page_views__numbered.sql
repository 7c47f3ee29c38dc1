-- grain: one row per page or screen view that repeats none.

with sessionized as (
    select * from {{ ref('footfall', 'int_events__sessionized') }}
    where
        session_started_at is not null
        and is_page_view
        and {{ in_scope('visitor') }}
),

collapsed as (
    select * from {{ ref('footfall', 'int_views__kept') }}
    where not is_kept
),

events as (
    select * from {{ ref('footfall', 'int_events__logged') }}
),

-- Any event may tell how far its page is scrolled, and few do.
all_sessionized as (
    select * from {{ ref('footfall', 'int_events__sessionized') }}
    where
        session_started_at is not null
        and {{ in_scope('visitor') }}
),

scroll_events as (
    select * from {{ ref('footfall', 'int_events__logged') }}
    where scroll_percent is not null
),

sessions as (
    select * from {{ ref('footfall', 'int_sessions__aggregated') }}
),

session_sources as (
    select * from {{ ref('footfall', 'int_session_sources__ordered') }}
),

traffic_channels as (
    select * from {{ ref('footfall', 'int_traffic_sources__channelled') }}
    where is_in_force
),

kept as (
    select sessionized.*
    from sessionized
    left join collapsed
        on sessionized.log_number = collapsed.log_number
    where collapsed.log_number is null
),

-- Which view follows in the session, and is there one before?
ordered as (
    select
        source_name,
        visitor_id,
        session_app,
        log_number,
        session_started_at,
        occurred_at,
        event_number,
        cast(row_number() over session_views as bigint) as view_number,
        lead(event_number) over session_views as next_event_number,
        lead(occurred_at) over session_views as next_viewed_at
    from kept
    window session_views as (
        partition by source_name, visitor_id, session_app, session_started_at
        order by event_number
    )
),

-- How far was the page scrolled, by any event until the next view?
scrolls as (
    select
        all_sessionized.source_name,
        all_sessionized.visitor_id,
        all_sessionized.session_app,
        all_sessionized.session_started_at,
        all_sessionized.event_number,
        scroll_events.scroll_percent
    from all_sessionized
    inner join scroll_events
        on all_sessionized.log_number = scroll_events.log_number
),

scrolled as (
    select
        ordered.log_number,
        max(scrolls.scroll_percent) as scroll_percent
    from ordered
    inner join scrolls
        on
            ordered.source_name = scrolls.source_name
            and ordered.visitor_id = scrolls.visitor_id
            and ordered.session_app = scrolls.session_app
            and ordered.session_started_at = scrolls.session_started_at
            and ordered.event_number <= scrolls.event_number
            and (
                ordered.next_event_number is null
                or ordered.next_event_number > scrolls.event_number
            )
    group by ordered.log_number
),

numbered as (
    select
        events.event_id,
        ordered.source_name,
        sessions.session_id,
        ordered.visitor_id,
        ordered.occurred_at as viewed_at,
        cast({{ local_time('ordered.occurred_at') }} as date) as viewed_date,
        ordered.view_number,
        events.page_host,
        events.page_path,
        events.page_title,
        traffic_channels.channel,
        traffic_channels.channel_rule_id,
        traffic_channels.channel_reason,
        ordered.view_number = 1 as is_entrance,
        ordered.next_viewed_at is null as is_exit,
        {{ seconds_between(
            'ordered.occurred_at',
            'coalesce(ordered.next_viewed_at, sessions.session_ended_at)'
        ) }} as seconds_on_page,
        scrolled.scroll_percent,
        events.page_load_ms
    from ordered
    inner join events
        on ordered.log_number = events.log_number
    inner join sessions
        on
            ordered.source_name = sessions.source_name
            and ordered.visitor_id = sessions.visitor_id
            and ordered.session_app = sessions.session_app
            and ordered.session_started_at = sessions.session_started_at
    inner join session_sources
        on
            sessions.session_id = session_sources.session_id
            and ordered.event_number >= session_sources.first_event_number
            and ordered.event_number < session_sources.next_event_number
    inner join traffic_channels
        on session_sources.traffic_source_id = traffic_channels.traffic_source_id
    left join scrolled
        on ordered.log_number = scrolled.log_number
)

select * from numbered
