-- grain: one row per day whose spend differs between the account and a mart.

with delivered as (
    select
        spend_date as report_date,
        sum(spend) as spend
    from {{ ref('footfall', 'int_ad_spend__classified') }}
    where rejection_reason is null
    group by spend_date
),

by_channel as (
    select
        report_date,
        sum(spend) as spend
    from {{ ref('footfall', 'mart_channel__daily') }}
    group by report_date
),

by_campaign as (
    select
        report_date,
        sum(spend) as spend
    from {{ ref('footfall', 'mart_channel__campaigns_daily') }}
    group by report_date
),

-- Spend repeats for each conversion name and model: any one of them is enough.
by_model as (
    select
        report_date,
        max(spend) as highest_spend,
        min(spend) as lowest_spend
    from (
        select
            report_date,
            conversion_name,
            attribution_model,
            sum(spend) as spend
        from {{ ref('footfall', 'mart_attribution__channels') }}
        where channel not like '(%'
        group by report_date, conversion_name, attribution_model
    ) as model_days
    group by report_date
),

compared as (
    select
        delivered.report_date,
        delivered.spend,
        by_channel.spend as channel_spend,
        by_campaign.spend as campaign_spend,
        by_model.highest_spend,
        by_model.lowest_spend
    from delivered
    left join by_channel
        on delivered.report_date = by_channel.report_date
    left join by_campaign
        on delivered.report_date = by_campaign.report_date
    left join by_model
        on delivered.report_date = by_model.report_date
)

select * from compared
where
    spend <> coalesce(channel_spend, 0)
    or spend <> coalesce(campaign_spend, 0)
    or spend <> coalesce(highest_spend, 0)
    or spend <> coalesce(lowest_spend, 0)
