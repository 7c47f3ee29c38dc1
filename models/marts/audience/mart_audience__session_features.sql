-- grain: one row per session, with what was known when it started. A view: an earlier
-- beginning of its source's history changes but one column.

with session_features as (
    select * from {{ ref('footfall', 'int_session_features__known') }}
),

sources as (
    select * from {{ ref('footfall', 'int_sources__started') }}
),

final as (
    select
        session_features.session_id,
        session_features.source_name,
        session_features.visitor_id,
        session_features.started_at,
        session_features.started_date,
        session_features.platform,
        session_features.device_category,
        session_features.os_name,
        session_features.browser_name,
        session_features.country_code,
        session_features.has_open_cart,
        session_features.previous_sessions,
        session_features.recent_sessions,
        session_features.previous_product_views,
        session_features.previous_carts,
        session_features.previous_checkouts,
        session_features.previous_conversions,
        session_features.seconds_since_previous_session,
        session_features.seconds_since_last_conversion,
        {{ seconds_between(
            'sources.history_started_at', 'session_features.started_at'
        ) }} as source_history_seconds
    from session_features
    inner join sources
        on session_features.source_name = sources.source_name
)

select * from final
