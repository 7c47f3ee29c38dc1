-- grain: one row per funnel whose steps have holes, or are more than the eight for
-- which the marts have columns.

with funnel_steps as (
    select
        funnel_name,
        count(*) as step_count,
        min(step_number) as first_step_number,
        max(step_number) as last_step_number
    from {{ ref('funnel_steps') }}
    group by funnel_name
)

select * from funnel_steps
where
    first_step_number <> 1
    or last_step_number <> step_count
    or last_step_number > 8
