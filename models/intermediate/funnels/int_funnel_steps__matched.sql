-- grain: one row per funnel, step and accepted event that takes the step. An order that
-- is told again takes no step: it completes a funnel once, as it converts once.

with events as (
    select * from {{ ref('footfall', 'int_events__screened') }}
    where {{ in_scope('visitor') }}
),

sessionized as (
    select * from {{ ref('footfall', 'int_events__sessionized') }}
    where {{ in_scope('visitor') }}
),

sessions as (
    select * from {{ ref('footfall', 'int_sessions__aggregated') }}
    where {{ in_scope('visitor') }}
),

copies as (
    select
        source_name,
        event_id
    from {{ ref('footfall', 'int_orders__claimed') }}
    group by source_name, event_id
    having min(claim_number) > 1
),

funnels as (
    select * from {{ ref('funnels') }}
),

funnel_steps as (
    select
        funnel_name,
        step_number,
        {{ event_form('event_name') }} as event_name,
        {{ like_pattern('page_path_pattern') }} as page_path_pattern
    from {{ ref('funnel_steps') }}
),

stepped as (
    select
        funnels.funnel_name,
        funnels.entity,
        funnels.window_minutes,
        funnel_steps.step_number,
        events.source_name,
        events.visitor_id,
        events.event_id,
        events.occurred_at,
        events.received_at,
        events.log_number
    from events
    inner join funnel_steps
        on
            events.event_name = funnel_steps.event_name
            and coalesce(events.page_path, '')
            like funnel_steps.page_path_pattern escape '!'
    inner join funnels
        on funnel_steps.funnel_name = funnels.funnel_name
    left join copies
        on
            events.source_name = copies.source_name
            and events.event_id = copies.event_id
    where copies.event_id is null
),

-- Within one instant nothing says what came first, so earlier steps do.
ordered as (
    select
        *,
        min(step_number) over (
            partition by funnel_name, log_number
        ) as first_step_number,
        max(step_number) over (
            partition by funnel_name, log_number
        ) as last_step_number
    from stepped
),

-- Few events take a step, so what is joined to all others is no text.
placed as (
    select
        ordered.funnel_name,
        ordered.entity,
        ordered.window_minutes,
        ordered.step_number,
        ordered.source_name,
        ordered.visitor_id,
        ordered.occurred_at,
        sessions.session_id,
        cast(
            dense_rank() over (
                partition by
                    ordered.funnel_name, ordered.source_name, ordered.visitor_id
                order by
                    ordered.occurred_at,
                    ordered.first_step_number,
                    ordered.last_step_number,
                    ordered.received_at,
                    ordered.event_id
            ) as bigint
        ) as visitor_event_number,
        case
            when ordered.entity = 'session' then sessions.session_id
            else ordered.visitor_id
        end as entity_id
    from ordered
    inner join sessionized
        on ordered.log_number = sessionized.log_number
    left join sessions
        on
            ordered.source_name = sessions.source_name
            and ordered.visitor_id = sessions.visitor_id
            and sessionized.session_app = sessions.session_app
            and sessionized.session_started_at = sessions.session_started_at
),

-- An event of no session takes no step of a funnel within a session.
matched as (
    select * from placed
    where entity_id is not null
)

select * from matched
