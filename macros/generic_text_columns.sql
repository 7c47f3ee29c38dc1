{#- The event contract's text columns that a column map can fill, those apart whose
    placeholders are rules' to know. -#}
{% macro generic_text_columns() -%}
    {{ return(event_columns() | reject('in', campaign_tag_columns() + id_columns()
        + consent_columns() + [
        'source_name', 'occurred_at', 'received_at', 'engagement_ms',
        'scroll_percent', 'page_load_ms', 'revenue', 'unread_revenue',
    ]) | list) }}
{%- endmacro %}
