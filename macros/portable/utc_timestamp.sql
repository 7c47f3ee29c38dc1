{#- A text or timestamp as a UTC timestamp, null where it cannot be read: a plain cast
    stops the run at one bad row, and forgets an offset such as +02:00. -#}
{% macro utc_timestamp(value) -%}
    {{ adapter.dispatch('utc_timestamp', 'footfall')(value) }}
{%- endmacro %}

{% macro default__utc_timestamp(value) -%}
    cast({{ value }} as timestamp)
{%- endmacro %}

{% macro duckdb__utc_timestamp(value) -%}
    cast(timezone('UTC', try_cast({{ value }} as timestamptz)) as timestamp)
{%- endmacro %}
