-- grain: one row per event or consent decision that the demo's tracker delivered.

with raw_events as (
    select * from {{ ref('raw_events') }}
),

raw_consents as (
    select * from {{ ref('raw_consents') }}
),

-- A decision about consent is an event like any other: it has a visitor and a time.
delivered as (
    select
        event_id,
        visitor_id,
        user_id,
        platform,
        occurred_at,
        received_at,
        clock_offset_ms,
        event_name,
        page_url,
        page_title,
        referrer_url,
        user_agent,
        device_category,
        os_name,
        browser_name,
        language,
        country_code,
        engagement_ms,
        scroll_percent,
        page_load_ms,
        order_id,
        revenue,
        currency,
        null as analytics_consent,
        null as marketing_consent
    from raw_events

    union all

    select
        -- The log of decisions counts for itself: its ids are no event's.
        'consent-' || consent_id as event_id,
        visitor_id,
        null as user_id,
        null as platform,
        decided_at as occurred_at,
        received_at,
        null as clock_offset_ms,
        'consent_update' as event_name,
        null as page_url,
        null as page_title,
        null as referrer_url,
        null as user_agent,
        null as device_category,
        null as os_name,
        null as browser_name,
        null as language,
        null as country_code,
        null as engagement_ms,
        null as scroll_percent,
        null as page_load_ms,
        null as order_id,
        null as revenue,
        null as currency,
        analytics_consent,
        marketing_consent
    from raw_consents
),

cleaned as (
    select
        {{ clean_text('event_id') }} as tracker_event_id,
        nullif(trim(visitor_id), '') as visitor_id,
        nullif(trim(user_id), '') as user_id,
        lower({{ clean_text('platform') }}) as platform,
        {{ utc_timestamp('occurred_at') }} as device_occurred_at,
        {{ utc_timestamp('received_at') }} as received_at,
        coalesce({{ safe_number('clock_offset_ms', 'bigint') }}, 0) as clock_offset_ms,
        coalesce({{ snake_case(clean_text('event_name')) }}, 'unknown') as event_name,
        {{ clean_text('page_url') }} as page_url,
        {{ clean_text('page_title') }} as page_title,
        {{ clean_text('referrer_url') }} as referrer_url,
        {{ clean_text('user_agent') }} as user_agent,
        lower({{ clean_text('device_category') }}) as device_category,
        {{ clean_text('os_name') }} as os_name,
        {{ clean_text('browser_name') }} as browser_name,
        {{ clean_text('language') }} as language,
        upper({{ clean_text('country_code') }}) as country_code,
        {{ safe_number('engagement_ms', 'bigint') }} as engagement_ms,
        {{ safe_number('scroll_percent', 'numeric(5, 2)') }} as scroll_percent,
        {{ safe_number('page_load_ms', 'bigint') }} as page_load_ms,
        nullif(trim(order_id), '') as order_id,
        {{ safe_amount('revenue') }} as revenue,
        {{ unread_amount('revenue') }} as unread_revenue,
        upper({{ clean_text('currency') }}) as currency,
        nullif(trim(analytics_consent), '') as analytics_consent,
        nullif(trim(marketing_consent), '') as marketing_consent
    from delivered
),

-- The tracker measured how far the device's clock was off from the server's.
clock_corrected as (
    select
        *,
        device_occurred_at
        + clock_offset_ms * interval '0.001' second as occurred_at
    from cleaned
),

contracted as (
    select
        'demo' as source_name,
        coalesce(
            tracker_event_id,
            {{ surrogate_key([
                'visitor_id', 'occurred_at', 'received_at', 'event_name', 'page_url'
            ]) }}
        ) as event_id,
        visitor_id,
        user_id,
        cast(null as {{ dbt.type_string() }}) as app_id,
        platform,
        cast(null as {{ dbt.type_string() }}) as vendor_session_id,
        occurred_at,
        coalesce(received_at, occurred_at) as received_at,
        event_name,
        cast(null as {{ dbt.type_string() }}) as properties,
        page_url,
        {{ url_host('page_url') }} as page_host,
        {{ url_path('page_url') }} as page_path,
        page_title,
        referrer_url,
        {{ url_host('referrer_url') }} as referrer_host,
        {{ url_parameter('page_url', 'utm_source') }} as utm_source,
        {{ url_parameter('page_url', 'utm_medium') }} as utm_medium,
        {{ url_parameter('page_url', 'utm_campaign') }} as utm_campaign,
        {{ url_parameter('page_url', 'utm_content') }} as utm_content,
        {{ url_parameter('page_url', 'utm_term') }} as utm_term,
        {{ url_click_id('page_url') }} as click_id,
        {{ url_click_id_type('page_url') }} as click_id_type,
        user_agent,
        device_category,
        os_name,
        browser_name,
        language,
        country_code,
        cast(null as {{ dbt.type_string() }}) as region,
        engagement_ms,
        scroll_percent,
        page_load_ms,
        order_id,
        revenue,
        unread_revenue,
        currency,
        cast(null as {{ dbt.type_string() }}) as experiment_id,
        cast(null as {{ dbt.type_string() }}) as variant_id,
        analytics_consent,
        marketing_consent
    from clock_corrected
)

select * from contracted
