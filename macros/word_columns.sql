{#- Columns of the event contract in which a tracker may write a word for nobody, or for no
    verdict. -#}
{% macro placeholder_columns() -%}
    {{ return(['visitor_id', 'user_id', 'order_id', 'source_bot_reason']) }}
{%- endmacro %}

{#- Columns of the event contract in which it writes a word for a decision. -#}
{% macro consent_columns() -%}
    {{ return(['analytics_consent', 'marketing_consent']) }}
{%- endmacro %}
