-- grain: one row per session. A view: what is said of a session is stored but once, and
-- an earlier beginning of its source's history changes none of that.

with sessions as (
    select * from {{ ref('footfall', 'int_sessions__described') }}
),

sources as (
    select * from {{ ref('footfall', 'int_sources__started') }}
),

final as (
    select
        sessions.session_id,
        sessions.source_name,
        sessions.visitor_id,
        sessions.person_id,
        sessions.user_id,
        sessions.app_id,
        sessions.platform,
        sessions.vendor_session_id,
        sessions.started_at,
        sessions.ended_at,
        sessions.started_date,
        sessions.landing_page_host,
        sessions.landing_page_path,
        sessions.exit_page_path,
        sessions.source,
        sessions.medium,
        sessions.campaign,
        sessions.channel,
        sessions.channel_rule_id,
        sessions.channel_reason,
        sessions.last_non_direct_source,
        sessions.last_non_direct_medium,
        sessions.last_non_direct_campaign,
        sessions.last_non_direct_channel,
        sessions.device_category,
        sessions.os_name,
        sessions.browser_name,
        sessions.language,
        sessions.country_code,
        sessions.region,
        sessions.properties,
        sessions.engaged_time_method,
        sessions.session_number,
        sessions.event_count,
        sessions.page_view_count,
        sessions.collapsed_views,
        sessions.duration_seconds,
        sessions.engaged_seconds,
        sessions.visitor_type,
        {{ is_history_complete(
            'sessions.started_at',
            'sources.history_started_at',
            'sessions.told_first_seen_at'
        ) }} as is_history_complete,
        sessions.marketing_consent,
        sessions.conversion_count,
        sessions.revenue,
        sessions.has_conversion,
        sessions.is_engaged,
        sessions.is_bounce
    from sessions
    inner join sources
        on sessions.source_name = sources.source_name
)

select * from final
