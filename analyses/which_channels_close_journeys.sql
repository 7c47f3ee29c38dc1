-- grain: one row per channel on the way to a purchase.
-- Which channels close journeys, and which are there without ever closing them?

with channel_totals as (
    select * from {{ ref('footfall', 'mart_attribution__model_comparison') }}
    where
        conversion_name = 'purchase'
        and channel not like '(%'
),

answer as (
    select
        channel,
        sum(case when attribution_model = 'last_touch' then conversions end)
            as purchases_closed,
        sum(case when attribution_model = 'first_touch' then conversions end)
            as purchases_started,
        round(sum(case when attribution_model = 'linear' then conversions end), 1)
            as purchases_shared
    from channel_totals
    group by channel
)

select * from answer
order by purchases_closed desc, channel asc
