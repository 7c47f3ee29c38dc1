{#- dbt's own, which its contracts and casts of ours ask for. They spell types as DuckDB
    and Postgres do; through this one Spark keeps contracts too. Where another project has
    this one as a package, dbt looks for spark__cast in that project and in dbt alone, but
    for cast itself first in the package of the model. -#}
{% macro cast(field, type) -%}
    {{ return(adapter.dispatch('cast', 'footfall')(field, type)) }}
{%- endmacro %}

{% macro default__cast(field, type) -%}
    cast({{ field }} as {{ type }})
{%- endmacro %}

{% macro spark__cast(field, type) -%}
    cast({{ field }} as {{ spark_type(type) }})
{%- endmacro %}

{#- What Spark calls a type. -#}
{% macro spark_type(type) -%}
    {%- set names = {'text': 'string', 'double precision': 'double'} -%}
    {{ return(names.get(type | lower, type)) }}
{%- endmacro %}
