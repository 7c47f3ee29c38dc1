{#- Elapsed microseconds as a bigint: dbt.datediff counts the boundaries of a unit,
    so only the smallest unit counts time itself. -#}
{% macro microseconds_between(started_at, ended_at) -%}
    {{ adapter.dispatch('microseconds_between', 'footfall')(started_at, ended_at) }}
{%- endmacro %}

{% macro default__microseconds_between(started_at, ended_at) -%}
    cast(extract(epoch from {{ ended_at }} - {{ started_at }}) * 1000000 as bigint)
{%- endmacro %}

{% macro duckdb__microseconds_between(started_at, ended_at) -%}
    date_diff('microsecond', {{ started_at }}, {{ ended_at }})
{%- endmacro %}

{% macro spark__microseconds_between(started_at, ended_at) -%}
    (unix_micros({{ ended_at }}) - unix_micros({{ started_at }}))
{%- endmacro %}
