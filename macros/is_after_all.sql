{#- Whether a date or UTC timestamp is later than anything that may have happened. The
    last day is one on which it may. -#}
{% macro is_after_all(time) -%}
    {{ time }}
    >= timestamp {{ sql_literal(var('event_latest_date') ~ ' 00:00:00') }}
    + interval '1' day
{%- endmacro %}
