{#- What an engine has against a query, without running it: none where it has nothing, or
    cannot be asked. -#}
{% macro unbound_message(query) -%}
    {{ return(adapter.dispatch('unbound_message', 'footfall')(query)) }}
{%- endmacro %}

{% macro default__unbound_message(query) -%}
    {{ return(none) }}
{%- endmacro %}

{% macro duckdb__unbound_message(query) -%}
    {%- set plan = fromjson(run_query(
        'select json_serialize_plan(' ~ sql_literal(query)
        ~ ', skip_empty := true, skip_null := true)'
    ).rows[0][0]) -%}
    {{ return(plan['error_message'].split('\n')[0] if plan['error'] else none) }}
{%- endmacro %}
