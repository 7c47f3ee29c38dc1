{#- A text as SQL. A quote in a path, a name or a key must not end it. -#}
{% macro sql_literal(text) -%}
    {{ return("'" ~ text | string | replace("'", "''") ~ "'") }}
{%- endmacro %}

{#- A name as SQL, for names of files may hold a quote themselves. -#}
{% macro quoted_name(name) -%}
    {{ return('"' ~ name | replace('"', '""') ~ '"') }}
{%- endmacro %}
