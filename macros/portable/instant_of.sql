{#- The UTC timestamp at which the clocks of a time zone showed a local one. An hour that
    clocks go through twice is one of the two, and engines differ in which. -#}
{% macro instant_of(local_timestamp, timezone) -%}
    {{ adapter.dispatch('instant_of', 'footfall')(local_timestamp, timezone) }}
{%- endmacro %}

{% macro default__instant_of(local_timestamp, timezone) -%}
    timezone('UTC', timezone({{ sql_literal(timezone) }}, {{ local_timestamp }}))
{%- endmacro %}

{% macro spark__instant_of(local_timestamp, timezone) -%}
    to_utc_timestamp({{ local_timestamp }}, {{ sql_literal(timezone) }})
{%- endmacro %}
