{#- A text in which every match of a regular expression is replaced; \1 stands for the
    first group. No letter, digit or _ may follow it: Spark and Sail write $1 instead. -#}
{% macro replaced_regex(text, pattern, replacement) -%}
    {{ adapter.dispatch('replaced_regex', 'footfall')(text, pattern, replacement) }}
{%- endmacro %}

{% macro default__replaced_regex(text, pattern, replacement) -%}
    regexp_replace(
        {{ text }}, {{ sql_literal(pattern) }}, {{ sql_literal(replacement) }}, 'g'
    )
{%- endmacro %}

{% macro spark__replaced_regex(text, pattern, replacement) -%}
    regexp_replace(
        {{ text }},
        {{ sql_literal(pattern) }},
        {{ sql_literal(replacement | replace('\\', '$')) }}
    )
{%- endmacro %}
