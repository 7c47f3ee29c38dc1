-- grain: one row per device category.
-- Which kind of device converts worst, and what does that cost beside the best?

with device_days as (
    select * from {{ ref('footfall', 'mart_device__daily') }}
),

totals as (
    select
        device_category,
        sum(sessions) as sessions,
        sum(converting_sessions) as converting_sessions,
        sum(revenue) as revenue,
        1.0 * sum(converting_sessions) / nullif(sum(sessions), 0) as conversion_rate
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
        round(totals.revenue, 2) as revenue,
        round(totals.conversion_rate, 3) as conversion_rate,
        round(
            totals.sessions * (best.conversion_rate - totals.conversion_rate), 1
        ) as converting_sessions_lost
    from totals
    cross join best
)

select * from answer
order by conversion_rate, device_category
