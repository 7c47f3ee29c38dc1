{#- A text or number as the given numeric type, null where it cannot be read: one
    price of "n/a" must not stop the run. -#}
{% macro safe_number(value, type) -%}
    {{ adapter.dispatch('safe_number', 'footfall')(value, type) }}
{%- endmacro %}

{% macro default__safe_number(value, type) -%}
    cast(nullif(cast({{ value }} as {{ dbt.type_string() }}), '') as {{ type }})
{%- endmacro %}

{% macro duckdb__safe_number(value, type) -%}
    try_cast({{ value }} as {{ type }})
{%- endmacro %}
