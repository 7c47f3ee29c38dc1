-- grain: one row per path of channels, of the ten with the most purchases.
-- Which paths of channels lead to purchases, and how often do they lead nowhere?

with paths as (
    select * from {{ ref('footfall', 'mart_attribution__paths') }}
    where
        conversion_name = 'purchase'
        and path not like '(%'
),

answer as (
    select
        path,
        conversions,
        non_converting,
        round(revenue, 2) as revenue,
        round(average_days_to_convert, 2) as average_days_to_convert
    from paths
    where conversions > 0
)

select * from answer
order by conversions desc, revenue desc, path asc
limit 10
