-- grain: one row per accepted event. A view: the map says to which session the event
-- belongs, the screened event says everything else, and neither is stored twice.

with identified as (
    select * from {{ ref('int_events__identified') }}
),

events as (
    select * from {{ ref('int_events__screened') }}
),

final as (
    select
        events.event_id,
        events.source_name,
        identified.session_id,
        events.visitor_id,
        identified.person_id,
        events.user_id,
        events.app_id,
        events.platform,
        events.vendor_session_id,
        events.occurred_at,
        events.received_at,
        cast({{ local_time('events.occurred_at') }} as date) as occurred_date,
        identified.event_number,
        events.event_name,
        events.properties,
        events.page_url,
        events.page_host,
        events.page_path,
        events.page_title,
        events.referrer_url,
        events.referrer_host,
        events.utm_source,
        events.utm_medium,
        events.utm_campaign,
        events.utm_content,
        events.utm_term,
        events.click_id,
        events.click_id_type,
        events.device_category,
        events.os_name,
        events.browser_name,
        events.language,
        events.country_code,
        events.region,
        events.engagement_ms,
        events.scroll_percent,
        events.page_load_ms,
        events.order_id,
        events.revenue,
        events.currency,
        events.experiment_id,
        events.variant_id,
        events.analytics_consent,
        events.marketing_consent
    from events
    inner join identified
        on
            events.source_name = identified.source_name
            and events.event_id = identified.event_id
)

select * from final
