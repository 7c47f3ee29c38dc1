-- grain: one row per step of a funnel that more entries reach from the step before than
-- had taken that.

with widened as (
    select
        funnel_name,
        step_number,
        report_date,
        entered,
        reached_previous,
        reached,
        reached_from_previous,
        dropped
    from {{ ref('footfall', 'mart_funnel__steps_daily') }}
    where
        reached_from_previous > reached_previous
        or reached_from_previous > reached
        or reached_previous > entered
        or dropped < 0
)

select * from widened
