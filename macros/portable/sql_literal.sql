{#- A text as SQL. A quote or backslash in a setting, a rule, a path or a name must
    neither end it nor mean anything. -#}
{% macro sql_literal(text) -%}
    {{ return(adapter.dispatch('sql_literal', 'footfall')(text)) }}
{%- endmacro %}

{% macro default__sql_literal(text) -%}
    {{ return("'" ~ text | string | replace("'", "''") ~ "'") }}
{%- endmacro %}

{#- Spark reads a backslash as the beginning of something, joins 'it''s' to its, and puts
    a variable of its own in place of ${name}. -#}
{% macro spark__sql_literal(text) -%}
    {{ return(
        "'" ~ text | string | replace('\\', '\\\\') | replace("'", "\\'")
        | replace('${', '\\u0024{') ~ "'"
    ) }}
{%- endmacro %}
