{#- What an event tells of its device, or else what its user agent does; the event's rows
    are joined as events, those of its agent as user_agents. -#}
{% macro told_or_read(column) -%}
    coalesce(events.{{ column }}, user_agents.{{ column }})
{%- endmacro %}
