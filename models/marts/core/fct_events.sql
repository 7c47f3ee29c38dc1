-- grain: one row per accepted event. A view: the map says to which session the event
-- belongs, the log says everything else, and neither is stored twice.

with sessionized as (
    select * from {{ ref('footfall', 'int_events__sessionized') }}
),

events as (
    select * from {{ ref('footfall', 'int_events__logged') }}
),

user_agents as (
    select * from {{ ref('footfall', 'int_user_agents__classified') }}
),

sessions as (
    select * from {{ ref('footfall', 'int_sessions__identified') }}
),

visitors as (
    select * from {{ ref('footfall', 'int_visitors__identified') }}
),

session_sources as (
    select * from {{ ref('footfall', 'int_session_sources__ordered') }}
),

traffic_channels as (
    select * from {{ ref('footfall', 'int_traffic_sources__channelled') }}
    where is_in_force
),

final as (
    select
        events.event_id,
        events.source_name,
        sessions.session_id,
        events.visitor_id,
        coalesce(sessions.person_id, events.user_id, visitors.person_id) as person_id,
        events.user_id,
        events.app_id,
        events.platform,
        events.vendor_session_id,
        events.occurred_at,
        events.received_at,
        events.first_seen_at,
        cast({{ local_time('events.occurred_at') }} as date) as occurred_date,
        sessionized.event_number,
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
        traffic_channels.channel,
        traffic_channels.channel_rule_id,
        traffic_channels.channel_reason,
        {{ told_or_read('device_category') }} as device_category,
        {{ told_or_read('os_name') }} as os_name,
        {{ told_or_read('browser_name') }} as browser_name,
        events.language,
        events.country_code,
        events.region,
        events.engagement_ms,
        events.scroll_percent,
        events.page_load_ms,
        events.order_id,
        events.revenue,
        events.unread_revenue,
        events.currency,
        events.experiment_id,
        events.variant_id,
        events.analytics_consent,
        events.marketing_consent
    from events
    inner join sessionized
        on events.log_number = sessionized.log_number
    inner join visitors
        on
            events.source_name = visitors.source_name
            and events.visitor_id = visitors.visitor_id
    left join sessions
        on
            sessionized.source_name = sessions.source_name
            and sessionized.visitor_id = sessions.visitor_id
            and sessionized.session_app = sessions.session_app
            and sessionized.session_started_at = sessions.session_started_at
    left join session_sources
        on
            sessions.session_id = session_sources.session_id
            and sessionized.event_number >= session_sources.first_event_number
            and sessionized.event_number < session_sources.next_event_number
    left join traffic_channels
        on session_sources.traffic_source_id = traffic_channels.traffic_source_id
    left join user_agents
        on events.user_agent = user_agents.user_agent
)

select * from final
