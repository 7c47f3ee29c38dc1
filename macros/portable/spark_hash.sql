{#- dbt's own, as a text: Sail's MD5 is a text of another type, by which it would replace
    no table of Iceberg. -#}
{% macro spark__hash(field) -%}
    cast(md5(cast({{ field }} as {{ dbt.type_string() }})) as {{ dbt.type_string() }})
{%- endmacro %}
