-- grain: one row per accepted event that may tell where the visitor came from: by
-- campaign tag, by click id, or by a referrer that is not internal.

with events as (
    select * from {{ ref('footfall', 'int_events__screened') }}
    where {{ in_scope('visitor') }}
),

hosts as (
    select * from {{ ref('footfall', 'int_hosts__registered') }}
),

-- A referrer counts if it is another host than the page's.
hinted as (
    select
        source_name,
        visitor_id,
        log_number,
        event_id,
        page_host,
        click_id_type,
        case when referrer_host <> coalesce(page_host, '') then referrer_host end
            as referrer_host,
        {{ campaign_tag('utm_source') }} as utm_source,
        {{ campaign_tag('utm_medium') }} as utm_medium,
        {{ campaign_tag('utm_campaign') }} as utm_campaign
    from events
    where
        coalesce(utm_source, utm_medium, utm_campaign, click_id_type) is not null
        or referrer_host <> coalesce(page_host, '')
),

-- Is the referrer the site itself? Or the source of tags that a tool made of one?
compared as (
    select
        hinted.*,
        {{ is_internal_host('hinted.referrer_host', 'referrers', 'pages') }}
            as is_internal_referrer,
        coalesce(
            hinted.utm_medium = 'referral'
            and (
                hinted.utm_source = hinted.page_host
                or {{ is_internal_host('hinted.utm_source', 'tagged', 'pages') }}
            ),
            false
        ) as is_internal_tag
    from hinted
    left join hosts as pages
        on hinted.page_host = pages.host_name
    left join hosts as referrers
        on hinted.referrer_host = referrers.host_name
    left join hosts as tagged
        on hinted.utm_source = tagged.host_name
),

-- Judged event by event, so that the verdict never depends on what else arrived.
judged as (
    select
        source_name,
        visitor_id,
        log_number,
        event_id,
        click_id_type,
        case when not is_internal_tag then utm_source end as utm_source,
        case when not is_internal_tag then utm_medium end as utm_medium,
        case when not is_internal_tag then utm_campaign end as utm_campaign,
        case when not is_internal_referrer then referrer_host end as referrer_host
    from compared
),

sourced as (
    select
        judged.source_name,
        judged.visitor_id,
        judged.log_number,
        judged.event_id,
        judged.utm_source,
        judged.utm_medium,
        judged.utm_campaign,
        judged.click_id_type,
        judged.referrer_host,
        {{ traffic_source_id('judged') }} as traffic_source_id
    from judged
    where
        coalesce(
            judged.utm_source,
            judged.utm_medium,
            judged.utm_campaign,
            judged.click_id_type,
            judged.referrer_host
        ) is not null
)

select * from sourced
