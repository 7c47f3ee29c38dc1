-- grain: one row per channel with ad spend.
-- What did a purchase cost in each paid channel, credit shared by position?

with channel_days as (
    select * from {{ ref('footfall', 'mart_attribution__channels') }}
    where
        conversion_name = 'purchase'
        and attribution_model = 'position_based'
),

totals as (
    select
        channel,
        sum(spend) as spend,
        sum(conversions) as conversions,
        sum(attributed_revenue) as attributed_revenue
    from channel_days
    group by channel
),

-- Spend that earned nothing stays: its cost per purchase is unknown, not zero.
answer as (
    select
        channel,
        round(spend, 2) as spend,
        round(attributed_revenue, 2) as attributed_revenue,
        round(conversions, 2) as purchases,
        round(spend / nullif(conversions, 0), 2) as cost_per_purchase,
        round(attributed_revenue / spend, 2) as return_on_ad_spend
    from totals
    where spend > 0
)

select * from answer
order by spend desc, channel asc
