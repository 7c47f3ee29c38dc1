-- grain: one row per attribution model.
-- How many purchases, and what return, does each attribution model give Paid Search?

with channel_days as (
    select * from {{ ref('footfall', 'mart_attribution__channels') }}
    where conversion_name = 'purchase'
),

totals as (
    select
        attribution_model,
        sum(conversions) as all_conversions,
        sum(case when channel = 'Paid Search' then conversions else 0 end)
            as conversions,
        sum(case when channel = 'Paid Search' then attributed_revenue else 0 end)
            as attributed_revenue,
        sum(case when channel = 'Paid Search' then spend else 0 end) as spend
    from channel_days
    group by attribution_model
),

-- Each model shares out the same purchases and the same spend.
answer as (
    select
        attribution_model,
        round(attributed_revenue, 2) as attributed_revenue,
        round(spend, 2) as spend,
        round(conversions, 2) as purchases,
        round(all_conversions, 2) as all_purchases,
        round(spend / nullif(conversions, 0), 2) as cost_per_purchase,
        round(attributed_revenue / nullif(spend, 0), 2) as return_on_ad_spend
    from totals
)

select * from answer
order by purchases desc, attribution_model asc
