{#- A list var as SQL text literals; a list of nothing matches nothing. -#}
{% macro text_list(values) -%}
    {%- for value in values or [none] -%}
        {{ sql_literal(value) if value is not none else 'null' }}
        {{- ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
