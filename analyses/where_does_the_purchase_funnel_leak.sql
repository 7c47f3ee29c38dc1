-- grain: one row per step of the funnel purchase.
-- Where does the purchase funnel leak?

with funnel_days as (
    select * from {{ ref('footfall', 'mart_funnel__steps_daily') }}
    where funnel_name = 'purchase'
),

-- An attempt counts on the day it began, so that steps of one row belong together.
answer as (
    select
        step_number,
        step_name,
        sum(reached) as reached,
        sum(dropped) as dropped,
        round(
            1.0 * sum(reached_from_previous) / nullif(sum(reached_previous), 0), 3
        ) as step_rate,
        round(1.0 * sum(reached) / nullif(sum(entered), 0), 3) as overall_rate
    from funnel_days
    group by step_number, step_name
)

select * from answer
order by step_number
