{#- The entries of the var sources: source_name -> what is said of it. -#}
{% macro source_entries() -%}
    {{ return(var('sources')) }}
{%- endmacro %}
