-- grain: one row per session and source in force in it: that of its first event that
-- tells one, be it none, and that of each later event that does.

with sessions as (
    select * from {{ ref('footfall', 'int_sessions__aggregated') }}
    where {{ in_scope('visitor') }}
),

sessionized as (
    select * from {{ ref('footfall', 'int_events__sessionized') }}
    where
        is_session_relevant
        and session_started_at is not null
        and {{ in_scope('visitor') }}
),

events as (
    select * from {{ ref('footfall', 'int_events__sourced') }}
    where {{ in_scope('visitor') }}
),

traffic_sources as (
    select * from {{ ref('footfall', 'int_traffic_sources__named') }}
),

blank as (
    select traffic_source_id
    from traffic_sources
    where is_blank
),

telling as (
    select
        sessionized.source_name,
        sessionized.visitor_id,
        sessionized.session_app,
        sessionized.session_started_at,
        sessionized.occurred_at,
        sessionized.event_number,
        events.traffic_source_id
    from events
    inner join sessionized
        on events.log_number = sessionized.log_number
    inner join traffic_sources
        on events.traffic_source_id = traffic_sources.traffic_source_id
    where traffic_sources.is_telling
),

-- Which event of the session is the next one to tell a source?
numbered as (
    select
        sessions.source_name,
        sessions.visitor_id,
        sessions.session_app,
        sessions.session_started_at,
        sessions.session_id,
        telling.event_number,
        cast(
            row_number() over (
                partition by sessions.session_id
                order by telling.event_number
            ) as bigint
        ) as session_source_number,
        coalesce(telling.occurred_at, sessions.session_started_at) as arrived_at,
        coalesce(telling.traffic_source_id, blank.traffic_source_id)
            as traffic_source_id,
        lead(telling.event_number) over (
            partition by sessions.session_id
            order by telling.event_number
        ) as next_event_number
    from sessions
    cross join blank
    left join telling
        on
            sessions.source_name = telling.source_name
            and sessions.visitor_id = telling.visitor_id
            and sessions.session_app = telling.session_app
            and sessions.session_started_at = telling.session_started_at
),

-- What came before the first event that tells a source has its source too. The last one
-- ends at no event: with a null, DuckDB would compare all events with all sessions.
ordered as (
    select
        source_name,
        visitor_id,
        session_app,
        session_started_at,
        session_id,
        arrived_at,
        traffic_source_id,
        session_source_number,
        case when session_source_number = 1 then cast(1 as bigint) else event_number end
            as first_event_number,
        coalesce(next_event_number, cast(9223372036854775807 as bigint))
            as next_event_number
    from numbered
)

select * from ordered
