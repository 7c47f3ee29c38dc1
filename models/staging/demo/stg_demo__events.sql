-- grain: one row per event or consent decision that the demo's tracker delivered.

with staged as (
    {% call(name) staged_events('demo') %}
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
                items,
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
                null as items,
                analytics_consent,
                marketing_consent
            from raw_consents
        )

        select * from delivered
    {% endcall %}
)

select * from staged
