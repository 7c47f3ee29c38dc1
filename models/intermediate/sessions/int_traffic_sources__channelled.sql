-- grain: one row per distinct combination of campaign tags, click id type and referrer
-- host, of events or of ad spend, and one for none of them: direct.

with events as (
    select * from {{ ref('int_events__sourced') }}
),

ad_spend as (
    select * from {{ ref('int_ad_spend__unioned') }}
),

traffic_names as (
    select * from {{ ref('int_traffic_names__categorised') }}
),

click_ids as (
    select * from {{ ref('click_ids') }}
),

channel_rules as (
    select * from {{ ref('channel_rules') }}
    where preset = '{{ var("channel_preset") }}'
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

-- A click id fills the gaps that the tags leave, a referrer those that both leave.
named as (
    select
        {{ traffic_source_id('combinations') }} as traffic_source_id,
        combinations.utm_source,
        combinations.utm_medium,
        combinations.utm_campaign,
        combinations.click_id_type,
        combinations.referrer_host,
        coalesce(
            combinations.utm_source, click_ids.source, referrers.source, '(direct)'
        ) as source,
        coalesce(
            combinations.utm_medium,
            click_ids.medium,
            case
                when combinations.utm_source is null then referrers.referrer_medium
            end,
            case
                when
                    combinations.utm_source is null
                    and combinations.referrer_host is not null
                    then 'referral'
            end,
            '(none)'
        ) as medium,
        combinations.utm_campaign as campaign,
        coalesce(
            tags.source_category,
            case
                when
                    combinations.utm_source is null
                    or (click_ids.is_paid and combinations.utm_medium is null)
                    then clicks.source_category
            end,
            case
                when
                    combinations.utm_source is null
                    and combinations.click_id_type is null
                    then referrers.source_category
            end
        ) as source_category,
        coalesce(tags.is_ads, false) as source_is_ads
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

matched as (
    select
        named.*,
        channel_rules.channel,
        channel_rules.rule_id as channel_rule_id,
        replace(
            replace(
                replace(channel_rules.reason, '{source}', named.source),
                '{medium}',
                named.medium
            ),
            '{campaign}',
            coalesce(named.campaign, '')
        ) as channel_reason,
        row_number() over (
            partition by named.traffic_source_id
            order by channel_rules.priority
        ) as match_rank
    from named
    inner join channel_rules
        on
            (
                channel_rules.source_category is null
                or named.source_category = channel_rules.source_category
            )
            and (
                channel_rules.source_is_ads is null
                or named.source_is_ads = channel_rules.source_is_ads
            )
            and (
                channel_rules.source_pattern is null
                or {{ matches_regex('named.source', 'channel_rules.source_pattern') }}
            )
            and (
                channel_rules.medium_pattern is null
                or {{ matches_regex('named.medium', 'channel_rules.medium_pattern') }}
            )
            and (
                channel_rules.campaign_pattern is null
                or {{ matches_regex(
                    "coalesce(named.campaign, '(none)')",
                    'channel_rules.campaign_pattern'
                ) }}
            )
),

channelled as (
    select
        traffic_source_id,
        utm_source,
        utm_medium,
        utm_campaign,
        click_id_type,
        referrer_host,
        source,
        medium,
        campaign,
        source_category,
        channel,
        channel_rule_id,
        channel_reason
    from matched
    where match_rank = 1
)

select * from channelled
