-- grain: one row per step of the funnel purchase and what was done instead.
-- What do those do instead who drop out of the purchase, and do they come back?

with drop_offs as (
    select * from {{ ref('footfall', 'mart_funnel__drop_offs') }}
    where funnel_name = 'purchase'
),

answer as (
    select
        step_number,
        step_name,
        next_place,
        dropped,
        dropped_a_week_ago,
        returned_within_a_week,
        round(1.0 * dropped / sum(dropped) over (partition by step_number), 3)
            as share_of_step
    from drop_offs
)

select * from answer
order by dropped desc, step_number asc, next_place asc
limit 12
