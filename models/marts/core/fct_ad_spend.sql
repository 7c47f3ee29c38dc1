-- grain: one row per day, source, medium and campaign with ad spend. The same rules
-- give spend and sessions their channel, so that both meet in one row.

with ad_spend as (
    select * from {{ ref('footfall', 'int_ad_spend__classified') }}
    where rejection_reason is null
),

traffic_sources as (
    select * from {{ ref('footfall', 'int_traffic_sources__named') }}
),

traffic_channels as (
    select * from {{ ref('footfall', 'int_traffic_sources__channelled') }}
    where is_in_force
),

keyed as (
    select
        spend_date,
        source as utm_source,
        medium as utm_medium,
        campaign as utm_campaign,
        cast(null as {{ dbt.type_string() }}) as click_id_type,
        cast(null as {{ dbt.type_string() }}) as referrer_host,
        spend,
        clicks,
        impressions
    from ad_spend
),

final as (
    select
        keyed.spend_date,
        traffic_channels.channel,
        traffic_sources.source,
        traffic_sources.medium,
        traffic_sources.campaign,
        cast(sum(keyed.spend) as numeric(28, 6)) as spend,
        cast(sum(keyed.clicks) as bigint) as clicks,
        cast(sum(keyed.impressions) as bigint) as impressions
    from keyed
    inner join traffic_sources
        on {{ traffic_source_id('keyed') }} = traffic_sources.traffic_source_id
    inner join traffic_channels
        on traffic_sources.traffic_source_id = traffic_channels.traffic_source_id
    group by
        keyed.spend_date,
        traffic_channels.channel,
        traffic_sources.source,
        traffic_sources.medium,
        traffic_sources.campaign
)

select * from final
