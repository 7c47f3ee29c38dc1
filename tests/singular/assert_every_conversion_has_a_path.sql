-- grain: one row per conversion name whose paths do not sum to its conversions.

with conversions as (
    select
        conversion_name,
        count(*) as conversions,
        sum(revenue) as revenue
    from {{ ref('footfall', 'fct_conversions') }}
    group by conversion_name
),

paths as (
    select
        conversion_name,
        sum(conversions) as conversions,
        sum(revenue) as revenue
    from {{ ref('footfall', 'mart_attribution__paths') }}
    group by conversion_name
),

compared as (
    select
        conversions.conversion_name,
        conversions.conversions,
        conversions.revenue,
        coalesce(paths.conversions, 0) as path_conversions,
        coalesce(paths.revenue, 0) as path_revenue
    from conversions
    left join paths
        on conversions.conversion_name = paths.conversion_name
)

select * from compared
where
    conversions <> path_conversions
    or revenue <> path_revenue
