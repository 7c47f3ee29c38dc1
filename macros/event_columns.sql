{#- The event contract's columns in order: a union matches by position, so every
    source is selected by these names. -#}
{% macro event_columns() -%}
    {{ return([
        'source_name', 'event_id', 'visitor_id', 'user_id', 'app_id', 'platform',
        'vendor_session_id',
        'occurred_at', 'received_at', 'first_seen_at',
        'event_name', 'properties',
        'page_url', 'page_host', 'page_path', 'page_title', 'referrer_url',
        'referrer_host',
        'utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term',
        'click_id', 'click_id_type',
        'user_agent', 'source_bot_reason', 'device_category', 'os_name', 'browser_name',
        'language', 'country_code', 'region',
        'engagement_ms', 'scroll_percent', 'page_load_ms', 'order_id', 'revenue',
        'unread_revenue', 'currency', 'items', 'experiment_id', 'variant_id',
        'analytics_consent', 'marketing_consent',
    ]) }}
{%- endmacro %}

{#- What a column map can fill: the contract's columns, and how many milliseconds a
    device's clock was behind, which corrects occurred_at. -#}
{% macro mapped_columns() -%}
    {{ return(
        event_columns() | reject('in', ['source_name', 'unread_revenue']) | list
        + ['clock_offset_ms']
    ) }}
{%- endmacro %}
