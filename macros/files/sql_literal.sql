{#- A text as SQL. A quote in a path, a name or a key must not end it. -#}
{% macro sql_literal(text) -%}
    {{ return("'" ~ text | string | replace("'", "''") ~ "'") }}
{%- endmacro %}
