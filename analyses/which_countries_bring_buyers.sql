-- grain: one row per country, of the twelve with the most sessions.
-- Which countries bring visits, and which bring buyers?

with sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

answer as (
    select
        coalesce(country_code, '(unknown)') as country_code,
        count(*) as sessions,
        count(case when has_conversion then 1 end) as converting_sessions,
        round(1.0 * count(case when has_conversion then 1 end) / count(*), 3)
            as conversion_rate,
        round(sum(revenue), 2) as revenue
    from sessions
    group by coalesce(country_code, '(unknown)')
)

select * from answer
order by sessions desc, country_code asc
limit 12
