-- grain: one row if revenue or conversions get lost between conversions and sessions.

with conversions as (
    select
        count(*) as conversion_count,
        coalesce(sum(revenue), 0) as revenue
    from {{ ref('footfall', 'fct_conversions') }}
    where session_id is not null
),

sessions as (
    select
        coalesce(sum(conversion_count), 0) as conversion_count,
        coalesce(sum(revenue), 0) as revenue
    from {{ ref('footfall', 'fct_sessions') }}
),

compared as (
    select
        conversions.conversion_count,
        conversions.revenue,
        sessions.conversion_count as session_conversion_count,
        sessions.revenue as session_revenue
    from conversions
    cross join sessions
)

select * from compared
where
    conversion_count <> session_conversion_count
    or revenue <> session_revenue
