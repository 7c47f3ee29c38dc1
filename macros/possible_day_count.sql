{#- How many days something may happen on: those between the earliest and the latest
    one, one more where a time zone begins it sooner, and one that a session outlasts. -#}
{% macro possible_day_count() -%}
    {%- if not execute -%} {{ return(1) }} {%- endif -%}
    {%- set date = modules.datetime.date.fromisoformat -%}
    {%- set first, last = date(var('event_earliest_date') | string),
        date(var('event_latest_date') | string) -%}
    {{ return((last - first).days + 3) }}
{%- endmacro %}
