-- grain: one row per event that could enter a funnel and whose attempt would be over
-- otherwise than by being complete or by the funnel's window.

with chained as (
    select * from {{ ref('footfall', 'int_funnel_entries__chained') }}
),

defined as (
    select * from {{ ref('footfall', 'int_funnel_steps__defined') }}
),

exclusions as (
    select distinct
        funnel_name,
        entity_source_name,
        entity_id,
        entity_event_number,
        step_number,
        occurred_at
    from {{ ref('footfall', 'int_funnel_steps__matched') }}
    where is_exclusion
),

funnels as (
    select distinct
        funnel_name,
        step_order
    from defined
    where is_ended_early
),

ranked as (
    select
        chained.funnel_name,
        chained.entity_source_name,
        chained.entity_id,
        chained.entry_event_number,
        chained.step_number,
        chained.entity_event_number,
        chained.occurred_at,
        chained.next_event_number,
        funnels.step_order,
        chained.entered_at + chained.window_minutes * interval '1' minute
            as window_ended_at,
        row_number() over (
            partition by
                chained.funnel_name,
                chained.entity_source_name,
                chained.entity_id,
                chained.entry_event_number
            order by chained.step_number desc
        ) as step_rank
    from chained
    inner join funnels
        on chained.funnel_name = funnels.funnel_name
),

-- After the last step nothing is awaited.
awaited as (
    select
        ranked.*,
        exclusions.occurred_at as excluded_at,
        ranked.occurred_at + defined.step_window_minutes * interval '1' minute
            as step_ended_at
    from ranked
    inner join defined
        on
            ranked.funnel_name = defined.funnel_name
            and ranked.step_number + 1 = defined.step_number
    left join exclusions
        on
            ranked.funnel_name = exclusions.funnel_name
            and ranked.entity_source_name = exclusions.entity_source_name
            and ranked.entity_id = exclusions.entity_id
            and ranked.next_event_number = exclusions.entity_event_number
            and defined.step_number = exclusions.step_number
    where ranked.step_rank = 1
),

judged as (
    select
        *,
        coalesce(
            excluded_at <= coalesce(step_ended_at, excluded_at)
            and excluded_at <= coalesce(window_ended_at, excluded_at),
            false
        ) as is_excluded
    from awaited
),

-- In a strict funnel the attempt is over with the step that another event follows. What
-- excludes is no more of the attempt, and may open the next; what is at the end of a
-- window is.
ended as (
    select
        funnel_name,
        entity_source_name,
        entity_id,
        entry_event_number,
        is_excluded,
        case
            when step_order = 'strict' then occurred_at
            when is_excluded then excluded_at
            else step_ended_at
        end as ended_at,
        case
            when step_order = 'strict' then entity_event_number
            when is_excluded then next_event_number - 1
            else cast(9223372036854775807 as bigint)
        end as ended_event_number
    from judged
    where
        step_order = 'strict'
        or is_excluded
        or step_ended_at is not null
)

select * from ended
