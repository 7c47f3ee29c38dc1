-- grain: one row per distinct combination of campaign tags, click id type and referrer
-- host, of events or of ad spend, and one for none of them.

with events as (
    select * from {{ ref('footfall', 'int_events__sourced') }}
),

ad_spend as (
    select * from {{ ref('footfall', 'int_ad_spend__unioned') }}
),

traffic_names as (
    select * from {{ ref('footfall', 'int_traffic_names__categorised') }}
),

click_ids as (
    select
        {{ ascii_lower_case('click_id_type') }} as click_id_type,
        {{ lower_case('source') }} as source,
        {{ lower_case('medium') }} as medium,
        is_paid
    from {{ ref('click_ids') }}
),

combinations as (
    select
        utm_source,
        utm_medium,
        utm_campaign,
        click_id_type,
        referrer_host
    from events

    union

    select
        source as utm_source,
        medium as utm_medium,
        campaign as utm_campaign,
        cast(null as {{ dbt.type_string() }}) as click_id_type,
        cast(null as {{ dbt.type_string() }}) as referrer_host
    from ad_spend

    union

    select
        cast(null as {{ dbt.type_string() }}) as utm_source,
        cast(null as {{ dbt.type_string() }}) as utm_medium,
        cast(null as {{ dbt.type_string() }}) as utm_campaign,
        cast(null as {{ dbt.type_string() }}) as click_id_type,
        cast(null as {{ dbt.type_string() }}) as referrer_host
),

-- Who are the tag's source, the click id's advertiser and the referrer? A payment or
-- login page is nobody: a visit only passes through it.
recognised as (
    select
        {{ traffic_source_id('combinations') }} as traffic_source_id,
        combinations.utm_source,
        combinations.utm_medium,
        combinations.utm_campaign,
        combinations.click_id_type,
        case
            when coalesce(referrers.source_category, '') <> 'gateway'
                then combinations.referrer_host
        end as referrer_host,
        click_ids.source as click_source,
        click_ids.medium as click_medium,
        clicks.source_category as click_category,
        tags.source_category as utm_source_category,
        case
            when coalesce(referrers.source_category, '') <> 'gateway'
                then referrers.source
        end as referrer_source,
        case
            when referrers.source_category <> 'gateway'
                then referrers.source_category
        end as referrer_category,
        referrers.referrer_medium,
        coalesce(tags.is_ads, false) as source_is_ads,
        coalesce(click_ids.is_paid, false) as is_paid_click,
        coalesce(
            combinations.utm_source,
            combinations.utm_medium,
            combinations.utm_campaign,
            combinations.click_id_type,
            combinations.referrer_host
        ) is null as is_blank
    from combinations
    left join click_ids
        on combinations.click_id_type = click_ids.click_id_type
    left join traffic_names as tags
        on combinations.utm_source = tags.traffic_name
    left join traffic_names as clicks
        on click_ids.source = clicks.traffic_name
    left join traffic_names as referrers
        on combinations.referrer_host = referrers.traffic_name
),

-- A click id fills the gaps that the tags leave, a referrer those that both leave.
named as (
    select
        traffic_source_id,
        utm_source,
        utm_medium,
        utm_campaign,
        click_id_type,
        referrer_host,
        utm_campaign as campaign,
        utm_source_category,
        referrer_category,
        source_is_ads,
        is_blank,
        coalesce(
            utm_source,
            click_source,
            referrer_source,
            -- Somebody tagged the link, and left out whose it is.
            case
                when coalesce(utm_medium, utm_campaign) is not null then '(not set)'
            end,
            '(direct)'
        ) as source,
        coalesce(
            utm_medium,
            click_medium,
            case when utm_source is null then referrer_medium end,
            case
                when utm_source is null and referrer_host is not null then 'referral'
            end,
            '(none)'
        ) as medium,
        coalesce(
            utm_source_category,
            case
                when utm_source is null or (is_paid_click and utm_medium is null)
                    then click_category
            end,
            case
                when utm_source is null and click_id_type is null
                    then referrer_category
            end
        ) as source_category,
        coalesce(utm_source, utm_medium, utm_campaign) is not null as is_tagged,
        coalesce(utm_source, utm_medium, utm_campaign, click_id_type, referrer_host)
        is not null as is_telling
    from recognised
)

select * from named
