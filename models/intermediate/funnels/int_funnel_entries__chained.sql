-- grain: one row per event that could enter a funnel and step that it would reach:
-- each step at the earliest event after the step before it, within the window.

with recursive linked as (
    select * from {{ ref('int_funnel_steps__linked') }}
),

chained as (
    select
        funnel_name,
        entity,
        source_name,
        entity_id,
        visitor_id,
        session_id,
        window_minutes,
        visitor_event_number as entry_event_number,
        occurred_at as entered_at,
        step_number,
        visitor_event_number,
        occurred_at,
        next_event_number
    from linked
    where step_number = 1

    union all

    select
        chained.funnel_name,
        chained.entity,
        chained.source_name,
        chained.entity_id,
        chained.visitor_id,
        chained.session_id,
        chained.window_minutes,
        chained.entry_event_number,
        chained.entered_at,
        linked.step_number,
        linked.visitor_event_number,
        linked.occurred_at,
        linked.next_event_number
    from chained
    inner join linked
        on
            chained.funnel_name = linked.funnel_name
            and chained.source_name = linked.source_name
            and chained.entity_id = linked.entity_id
            and chained.step_number + 1 = linked.step_number
            and chained.next_event_number = linked.visitor_event_number
    where
        chained.window_minutes is null
        or linked.occurred_at
        <= chained.entered_at + chained.window_minutes * interval '1' minute
)

select * from chained
