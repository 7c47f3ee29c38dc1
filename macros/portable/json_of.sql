{#- The JSON of a list or record as text; of a text itself. `type` is its type as the engine
    says it. -#}
{% macro json_of(column, type) -%}
    {%- if type | lower in ['text', 'varchar', 'string', 'character varying'] -%}
        {{ return(column) }}
    {%- endif -%}
    {{ return(adapter.dispatch('json_of', 'footfall')(column)) }}
{%- endmacro %}

{% macro default__json_of(column) -%}
    {{ return('cast(to_json(' ~ column ~ ') as ' ~ dbt.type_string() ~ ')') }}
{%- endmacro %}
