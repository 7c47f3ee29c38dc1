-- grain: one row per funnel, step and event that takes it, with the first event after
-- it that takes the next step.

with matched as (
    select * from {{ ref('footfall', 'int_funnel_steps__matched') }}
),

-- Each event stands once as where a link begins and once as where one may end.
link_ends as (
    select
        funnel_name,
        source_name,
        entity_id,
        step_number as from_step_number,
        visitor_event_number,
        cast(null as bigint) as target_event_number
    from matched

    union all

    select
        funnel_name,
        source_name,
        entity_id,
        step_number - 1 as from_step_number,
        visitor_event_number,
        visitor_event_number as target_event_number
    from matched
),

-- An event that could be both steps is not its own successor: as a target it comes
-- first.
with_next as (
    select
        *,
        min(target_event_number) over (
            partition by funnel_name, source_name, entity_id, from_step_number
            order by
                visitor_event_number,
                case when target_event_number is null then 1 else 0 end
            rows between 1 following and unbounded following
        ) as next_event_number
    from link_ends
),

linked as (
    select
        matched.funnel_name,
        matched.entity,
        matched.window_minutes,
        matched.step_number,
        matched.source_name,
        matched.visitor_id,
        matched.visitor_event_number,
        matched.occurred_at,
        matched.session_id,
        matched.entity_id,
        with_next.next_event_number
    from matched
    inner join with_next
        on
            matched.funnel_name = with_next.funnel_name
            and matched.source_name = with_next.source_name
            and matched.entity_id = with_next.entity_id
            and matched.step_number = with_next.from_step_number
            and matched.visitor_event_number = with_next.visitor_event_number
            and with_next.target_event_number is null
)

select * from linked
