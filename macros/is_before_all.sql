{#- Whether a date or UTC timestamp is earlier than anything that may have happened. -#}
{% macro is_before_all(time) -%}
    {{ time }} < timestamp {{ sql_literal(var('event_earliest_date') ~ ' 00:00:00') }}
{%- endmacro %}
