{#- Contracts, seeds and casts spell types as DuckDB and Postgres do; through this one
    Spark keeps contracts too. -#}
{% macro spark__cast(field, type) -%}
    cast({{ field }} as {{ spark_type(type) }})
{%- endmacro %}

{#- What Spark calls a type. -#}
{% macro spark_type(type) -%}
    {%- set names = {'text': 'string', 'double precision': 'double'} -%}
    {{ return(names.get(type | lower, type)) }}
{%- endmacro %}
