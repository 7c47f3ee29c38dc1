{#- A name as SQL, for names of files and schemas may hold a quote themselves. -#}
{% macro quoted_name(name) -%}
    {{ return(adapter.dispatch('quoted_name', 'footfall')(name)) }}
{%- endmacro %}

{% macro default__quoted_name(name) -%}
    {{ return('"' ~ name | string | replace('"', '""') ~ '"') }}
{%- endmacro %}

{% macro spark__quoted_name(name) -%}
    {{ return('`' ~ name | string | replace('`', '``') ~ '`') }}
{%- endmacro %}
