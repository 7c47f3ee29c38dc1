-- grain: one row per accepted event, with its session and the person behind it.

with sessionized as (
    select * from {{ ref('int_events__sessionized') }}
),

events as (
    select * from {{ ref('int_events__screened') }}
),

sessions as (
    select * from {{ ref('int_sessions__identified') }}
),

visitors as (
    select * from {{ ref('int_visitors__identified') }}
),

identified as (
    select
        sessionized.source_name,
        sessionized.visitor_id,
        sessionized.event_id,
        sessionized.occurred_at,
        sessionized.event_number,
        sessions.session_id,
        coalesce(sessions.person_id, events.user_id, visitors.person_id) as person_id
    from events
    inner join sessionized
        on
            events.source_name = sessionized.source_name
            and events.event_id = sessionized.event_id
    inner join visitors
        on
            events.source_name = visitors.source_name
            and events.visitor_id = visitors.visitor_id
    left join sessions
        on
            sessionized.source_name = sessions.source_name
            and sessionized.visitor_id = sessions.visitor_id
            and sessionized.session_started_at = sessions.session_started_at
)

select * from identified
