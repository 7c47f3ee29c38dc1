-- grain: one row per source, medium and campaign, of the twelve with the most revenue.
-- Which campaigns bring the sales?

with campaign_days as (
    select * from {{ ref('footfall', 'mart_channel__campaigns_daily') }}
    where campaign <> '(none)'
),

-- By the session of the sale: credit for earlier touches is in
-- mart_attribution__campaigns.
answer as (
    select
        source,
        medium,
        campaign,
        sum(sessions) as sessions,
        sum(converting_sessions) as converting_sessions,
        round(sum(revenue), 2) as revenue,
        round(sum(spend), 2) as spend,
        round(1.0 * sum(converting_sessions) / nullif(sum(sessions), 0), 3)
            as conversion_rate
    from campaign_days
    group by source, medium, campaign
)

select * from answer
order by revenue desc, sessions desc, source asc, medium asc, campaign asc
limit 12
