-- grain: one row per device category and step of the funnel purchase after the first.
-- Where do people drop out of the purchase, on which device?

with funnel_days as (
    select * from {{ ref('footfall', 'mart_funnel__steps_daily') }}
    where
        funnel_name = 'purchase'
        and step_number > 1
),

answer as (
    select
        device_category,
        step_number,
        step_name,
        sum(reached_previous) as reached_previous,
        sum(reached) as reached,
        round(
            1.0 * sum(reached_from_previous) / nullif(sum(reached_previous), 0), 3
        ) as step_rate
    from funnel_days
    group by device_category, step_number, step_name
)

select * from answer
order by step_number asc, step_rate asc, device_category asc
limit 12
