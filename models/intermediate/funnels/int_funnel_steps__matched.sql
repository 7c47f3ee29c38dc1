-- grain: one row per funnel, step and accepted event that takes the step.

with events as (
    select * from {{ ref('int_events__screened') }}
    where {{ is_visitor_touched('mart_funnel__entries') }}
),

sessionized as (
    select * from {{ ref('int_events__sessionized') }}
    where {{ is_visitor_touched('mart_funnel__entries') }}
),

sessions as (
    select * from {{ ref('int_sessions__aggregated') }}
    where {{ is_visitor_touched('mart_funnel__entries') }}
),

funnels as (
    select * from {{ ref('funnels') }}
),

funnel_steps as (
    select * from {{ ref('funnel_steps') }}
),

stepped as (
    select
        funnels.funnel_name,
        funnels.entity,
        funnels.window_minutes,
        funnel_steps.step_number,
        events.source_name,
        events.event_id
    from events
    inner join funnel_steps
        on
            events.event_name = funnel_steps.event_name
            and coalesce(events.page_path, '') like funnel_steps.page_path_pattern
    inner join funnels
        on funnel_steps.funnel_name = funnels.funnel_name
),

placed as (
    select
        stepped.funnel_name,
        stepped.entity,
        stepped.window_minutes,
        stepped.step_number,
        stepped.source_name,
        sessionized.visitor_id,
        sessionized.occurred_at,
        sessions.session_id,
        cast(
            dense_rank() over (
                partition by sessionized.source_name, sessionized.visitor_id
                order by
                    sessionized.occurred_at,
                    sessionized.received_at,
                    sessionized.event_id
            ) as bigint
        ) as visitor_event_number,
        case
            when stepped.entity = 'session' then sessions.session_id
            else sessionized.visitor_id
        end as entity_id
    from stepped
    inner join sessionized
        on
            stepped.source_name = sessionized.source_name
            and stepped.event_id = sessionized.event_id
    left join sessions
        on
            sessionized.source_name = sessions.source_name
            and sessionized.visitor_id = sessions.visitor_id
            and sessionized.session_started_at = sessions.session_started_at
),

-- An event of no session takes no step of a funnel within a session.
matched as (
    select * from placed
    where entity_id is not null
)

select * from matched
