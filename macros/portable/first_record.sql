{#- The first record of a list as JSON text, whether the list is such a text, JSON, or the
    engine's own; null of none, and of a text that is no JSON list. `type` is the type of
    the list as the engine says it. -#}
{% macro first_record(list, type) -%}
    {{ return(adapter.dispatch('first_record', 'footfall')(
        list, type | lower in ['text', 'varchar', 'string', 'character varying']
    )) }}
{%- endmacro %}

{% macro default__first_record(list, is_text) -%}
    {{ return(
        'cast(cast(' ~ (sound_list(list) if is_text else list)
        ~ ' as jsonb) -> 0 as ' ~ dbt.type_string() ~ ')'
    ) }}
{%- endmacro %}

{% macro duckdb__first_record(list, is_text) -%}
    {{ return(
        'cast(try(json_extract(cast(' ~ list ~ " as json), '$[0]')) as text)"
    ) }}
{%- endmacro %}

{% macro spark__first_record(list, is_text) -%}
    {{ return(
        'get_json_object(' ~ (sound_list(list) if is_text else 'to_json(' ~ list ~ ')')
        ~ ", '$[0]')"
    ) }}
{%- endmacro %}
