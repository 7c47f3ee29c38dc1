-- grain: one row per visitor type.
-- Do new and returning visitors behave differently?

with sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

answer as (
    select
        visitor_type,
        count(*) as sessions,
        round(sum(revenue), 2) as revenue,
        round(1.0 * count(case when has_conversion then 1 end) / count(*), 3)
            as conversion_rate,
        round(1.0 * count(case when is_bounce then 1 end) / count(*), 3)
            as bounce_rate,
        round(1.0 * sum(page_view_count) / count(*), 2) as pages_per_session,
        round(sum(engaged_seconds) / count(*), 1) as engaged_seconds_per_session
    from sessions
    group by visitor_type
)

select * from answer
order by visitor_type
