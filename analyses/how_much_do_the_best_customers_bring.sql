-- grain: one row per fifth of the persons with a conversion, by their revenue.
-- Who are the best customers: how much do they bring, how often do they come?

with persons as (
    select
        *,
        ntile(5) over (order by revenue desc, person_id asc) as fifth_number
    from {{ ref('footfall', 'dim_persons') }}
    where conversion_count > 0
),

answer as (
    select
        fifth_number,
        count(*) as persons,
        sum(conversion_count) as conversions,
        round(sum(revenue), 2) as revenue,
        round(sum(revenue) / nullif(sum(sum(revenue)) over (), 0), 3)
            as revenue_share,
        round(avg(session_count), 1) as sessions_per_person,
        max(cast(last_seen_at as date)) as last_seen_date
    from persons
    group by fifth_number
)

select * from answer
order by fifth_number
