{#- What is stored of an event delivered: the contract's columns, and the words for a
    decision that no row knows. -#}
{% macro stored_event_columns() -%}
    {{ return(
        event_columns() + ['unread_analytics_consent', 'unread_marketing_consent']
    ) }}
{%- endmacro %}
