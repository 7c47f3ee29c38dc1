{#- Whether an event comes too late to belong to the activity before it: compared with
    interval literals, since a difference in minutes would be truncated. -#}
{% macro is_past_timeout(occurred_at, previous_at) -%}
    {{ occurred_at }} {{ '>=' if var('session_timeout_is_inclusive') else '>' }}
    {{ previous_at }} + {{ session_timeout() }}
{%- endmacro %}
