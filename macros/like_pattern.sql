{#- A pattern of a rule for `like ... escape '!'`: % stands for any text, and _ for itself,
    since names of events are full of it. -#}
{% macro like_pattern(column) -%}
    replace(replace({{ column }}, '!', '!!'), '_', '!_')
{%- endmacro %}
