-- grain: one row per funnel whose steps have an order, step and event that takes it,
-- with the first event after it that takes the next step, or ends the attempt.

with matched as (
    select * from {{ ref('footfall', 'int_funnel_steps__matched') }}
    where step_order <> 'any'
),

-- Each event stands once as where a link begins and once as where one may end.
link_ends as (
    select
        funnel_name,
        entity_source_name,
        entity_id,
        step_number as from_step_number,
        entity_event_number,
        cast(null as bigint) as target_event_number
    from matched
    where not is_exclusion

    union all

    select
        funnel_name,
        entity_source_name,
        entity_id,
        step_number - 1 as from_step_number,
        entity_event_number,
        entity_event_number as target_event_number
    from matched
),

-- An event that could be both steps is not its own successor: as a target it comes
-- first.
with_next as (
    select
        *,
        min(target_event_number) over (
            partition by funnel_name, entity_source_name, entity_id, from_step_number
            order by
                entity_event_number,
                case when target_event_number is null then 1 else 0 end
            rows between 1 following and unbounded following
        ) as next_event_number
    from link_ends
),

-- In a strict funnel nothing lies between.
linked as (
    select
        matched.funnel_name,
        matched.entity,
        matched.window_minutes,
        matched.step_number,
        matched.step_window_minutes,
        matched.is_entry,
        matched.source_name,
        matched.visitor_id,
        matched.entity_event_number,
        matched.occurred_at,
        matched.session_id,
        matched.entity_source_name,
        matched.entity_id,
        case
            when
                matched.step_order <> 'strict'
                or with_next.next_event_number = matched.entity_event_number + 1
                then with_next.next_event_number
        end as next_event_number
    from matched
    inner join with_next
        on
            matched.funnel_name = with_next.funnel_name
            and matched.entity_source_name = with_next.entity_source_name
            and matched.entity_id = with_next.entity_id
            and matched.step_number = with_next.from_step_number
            and matched.entity_event_number = with_next.entity_event_number
            and with_next.target_event_number is null
    where not matched.is_exclusion
)

select * from linked
