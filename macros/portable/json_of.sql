{#- The JSON of a list or record as text; of a text itself. `type` is its type as the engine
    says it. -#}
{% macro json_of(column, type) -%}
    {{ return(
        column if is_text_type(type)
        else 'cast(to_json(' ~ column ~ ') as ' ~ dbt.type_string() ~ ')'
    ) }}
{%- endmacro %}

{#- Whether a type is that of texts, as any engine says it. -#}
{% macro is_text_type(type) -%}
    {{ return(type | lower in ['text', 'varchar', 'string', 'character varying']) }}
{%- endmacro %}
