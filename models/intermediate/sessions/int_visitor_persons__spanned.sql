-- grain: one row per visitor of a source and person it stood for.

with sessionized as (
    select * from {{ ref('footfall', 'int_events__sessionized') }}
    where {{ in_scope('visitor') }}
),

sessions as (
    select * from {{ ref('footfall', 'int_sessions__identified') }}
    where {{ in_scope('visitor') }}
),

visitors as (
    select * from {{ ref('footfall', 'int_visitors__identified') }}
),

events as (
    select * from {{ ref('footfall', 'int_events__logged') }}
    where user_id is not null
),

-- Whose session it is, is known of the session: its events need not be asked.
session_spans as (
    select
        source_name,
        visitor_id,
        session_app,
        session_started_at,
        min(occurred_at) as first_occurred_at,
        max(occurred_at) as last_occurred_at
    from sessionized
    where session_started_at is not null
    group by source_name, visitor_id, session_app, session_started_at
),

-- An event of no session says for itself who it is.
lone_events as (
    select
        source_name,
        visitor_id,
        log_number,
        occurred_at
    from sessionized
    where session_started_at is null
),

spans as (
    select
        sessions.source_name,
        sessions.visitor_id,
        sessions.person_id,
        session_spans.first_occurred_at,
        session_spans.last_occurred_at
    from session_spans
    inner join sessions
        on
            session_spans.source_name = sessions.source_name
            and session_spans.visitor_id = sessions.visitor_id
            and session_spans.session_app = sessions.session_app
            and session_spans.session_started_at = sessions.session_started_at

    union all

    select
        lone_events.source_name,
        lone_events.visitor_id,
        coalesce(events.user_id, visitors.person_id) as person_id,
        lone_events.occurred_at as first_occurred_at,
        lone_events.occurred_at as last_occurred_at
    from lone_events
    inner join visitors
        on
            lone_events.source_name = visitors.source_name
            and lone_events.visitor_id = visitors.visitor_id
    left join events
        on lone_events.log_number = events.log_number
),

spanned as (
    select
        source_name,
        visitor_id,
        person_id,
        min(first_occurred_at) as first_seen_at,
        max(last_occurred_at) as last_seen_at
    from spans
    group by source_name, visitor_id, person_id
)

select * from spanned
