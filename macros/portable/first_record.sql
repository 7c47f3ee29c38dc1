{#- The first record of a list, or a record itself, as JSON text, whether it is such a
    text, JSON, or the engine's own; null of none, and of a text that is no JSON. `type`
    is the column's type as the engine says it. -#}
{% macro first_record(column, type) -%}
    {{ return(
        adapter.dispatch('first_record', 'footfall')(column, is_text_type(type))
    ) }}
{%- endmacro %}

{% macro default__first_record(column, is_text) -%}
    {%- set json = 'cast(' ~ (sound_json(column) if is_text else column) ~ ' as jsonb)' -%}
    {{ return(
        'cast(case jsonb_typeof(' ~ json ~ ") when 'array' then " ~ json
        ~ " -> 0 when 'object' then " ~ json ~ ' end as ' ~ dbt.type_string() ~ ')'
    ) }}
{%- endmacro %}

{% macro duckdb__first_record(column, is_text) -%}
    {%- set json = 'try_cast(' ~ column ~ ' as json)' -%}
    {{ return(
        'cast(case json_type(' ~ json ~ ") when 'ARRAY' then json_extract(" ~ json
        ~ ", '$[0]') when 'OBJECT' then " ~ json ~ ' end as text)'
    ) }}
{%- endmacro %}

{% macro spark__first_record(column, is_text) -%}
    {%- set json = sound_json(column) if is_text else 'to_json(' ~ column ~ ')' -%}
    {{ return(
        'case ' ~ first_sign(json) ~ " when '[' then get_json_object(" ~ json
        ~ ", '$[0]') when '{' then " ~ json ~ ' end'
    ) }}
{%- endmacro %}
