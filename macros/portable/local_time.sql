{#- A UTC timestamp on the clock of reporting_timezone, for days and hours alone:
    a local time is not unique when clocks go back. -#}
{% macro local_time(timestamp) -%}
    {%- if var('reporting_timezone') == 'UTC' -%} {{ timestamp }}
    {%- else -%}
        {{ adapter.dispatch('local_time', 'footfall')(timestamp) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__local_time(timestamp) -%}
    timezone(
        {{ sql_literal(var('reporting_timezone')) }}, timezone('UTC', {{ timestamp }})
    )
{%- endmacro %}

{% macro spark__local_time(timestamp) -%}
    from_utc_timestamp({{ timestamp }}, {{ sql_literal(var('reporting_timezone')) }})
{%- endmacro %}
