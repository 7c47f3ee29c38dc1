{#- Column that a map can fill -> SQL expression over the shape that a preset makes of its
    input; of a preset without a shape, nothing. Here and not in the yml of its model, which
    dbt does not show to unit tests. -#}
{% macro preset_map(preset) -%}
    {{ return({
        'demo': {
            'event_id': 'event_id',
            'visitor_id': 'visitor_id',
            'user_id': 'user_id',
            'platform': 'platform',
            'occurred_at': 'occurred_at',
            'received_at': 'received_at',
            'clock_offset_ms': 'clock_offset_ms',
            'event_name': 'event_name',
            'page_url': 'page_url',
            'page_title': 'page_title',
            'referrer_url': 'referrer_url',
            'user_agent': 'user_agent',
            'device_category': 'device_category',
            'os_name': 'os_name',
            'browser_name': 'browser_name',
            'language': 'language',
            'country_code': 'country_code',
            'engagement_ms': 'engagement_ms',
            'scroll_percent': 'scroll_percent',
            'page_load_ms': 'page_load_ms',
            'order_id': 'order_id',
            'revenue': 'revenue',
            'currency': 'currency',
            'items': 'items',
            'analytics_consent': 'analytics_consent',
            'marketing_consent': 'marketing_consent',
        },
    }.get(preset, {})) }}
{%- endmacro %}
