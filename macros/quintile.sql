{#- In which fifth a value lies by the lowest values of each, 0 below them all. -#}
{% macro quintile(value, bounds) -%}
    cast(
        case
        {%- for score in [5, 4, 3, 2, 1] %}
            when {{ value }} >= {{ bounds }}.bound_{{ score }} then {{ score }}
        {%- endfor %}
        else 0
        end as bigint
    )
{%- endmacro %}
