-- grain: one row per visitor type.
-- Do new and returning visitors behave differently?

with sessions as (
    select * from {{ ref('fct_sessions') }}
),

answer as (
    select
        visitor_type,
        count(*) as sessions,
        round(100.0 * count(case when has_conversion then 1 end) / count(*), 1)
            as conversion_percent,
        round(100.0 * count(case when is_bounce then 1 end) / count(*), 1)
            as bounce_percent,
        round(1.0 * sum(page_view_count) / count(*), 2) as pages_per_session,
        round(sum(engaged_seconds) / count(*), 1) as engaged_seconds_per_session,
        sum(revenue) as revenue
    from sessions
    group by visitor_type
)

select * from answer
order by visitor_type
