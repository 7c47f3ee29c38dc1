-- grain: one row per device category.
-- Which kind of device converts worst, and what would it bring at the rate of the best?

with device_days as (
    select * from {{ ref('mart_device__daily') }}
),

totals as (
    select
        device_category,
        sum(sessions) as sessions,
        sum(converting_sessions) as converting_sessions,
        1.0 * sum(converting_sessions) / nullif(sum(sessions), 0) as conversion_rate,
        sum(revenue) as revenue
    from device_days
    group by device_category
),

best as (
    select max(conversion_rate) as conversion_rate
    from totals
),

answer as (
    select
        totals.device_category,
        totals.sessions,
        totals.converting_sessions,
        round(100 * totals.conversion_rate, 1) as conversion_percent,
        round(
            totals.sessions * (best.conversion_rate - totals.conversion_rate), 1
        ) as converting_sessions_below_best,
        totals.revenue
    from totals
    cross join best
)

select * from answer
order by conversion_percent, device_category
