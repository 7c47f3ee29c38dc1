-- grain: one row per step of a funnel that more entries reach than the step before.

with widened as (
    select
        funnel_name,
        step_number,
        report_date,
        entered,
        reached_previous,
        reached,
        dropped
    from {{ ref('footfall', 'mart_funnel__steps_daily') }}
    where
        reached > reached_previous
        or reached_previous > entered
        or dropped < 0
)

select * from widened
