-- grain: one row per session, with the person behind it.

with sessionized as (
    select * from {{ ref('footfall', 'int_events__sessionized') }}
    where
        session_started_at is not null
        and {{ in_scope('visitor') }}
),

sessions as (
    select * from sessionized
    where event_number = 1
),

events as (
    select * from {{ ref('footfall', 'int_events__logged') }}
),

visitors as (
    select * from {{ ref('footfall', 'int_visitors__identified') }}
),

-- The first user seen in the session is its user.
users as (
    select
        sessionized.source_name,
        sessionized.visitor_id,
        sessionized.session_app,
        sessionized.session_started_at,
        events.user_id,
        row_number() over (
            partition by
                sessionized.source_name,
                sessionized.visitor_id,
                sessionized.session_app,
                sessionized.session_started_at
            order by sessionized.event_number
        ) as user_rank
    from events
    inner join sessionized
        on events.log_number = sessionized.log_number
    where events.user_id is not null
),

known as (
    select
        sessions.source_name,
        sessions.visitor_id,
        sessions.session_app,
        sessions.session_started_at,
        users.user_id,
        coalesce(users.user_id, visitors.person_id) as person_id
    from sessions
    inner join visitors
        on
            sessions.source_name = visitors.source_name
            and sessions.visitor_id = visitors.visitor_id
    left join users
        on
            sessions.source_name = users.source_name
            and sessions.visitor_id = users.visitor_id
            and sessions.session_app = users.session_app
            and sessions.session_started_at = users.session_started_at
            and users.user_rank = 1
),

identified as (
    select
        *,
        {{ session_id() }} as session_id
    from known
)

select * from identified
