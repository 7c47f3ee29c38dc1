{#- A ratio of two counts or sums, null where there is nothing to divide by. -#}
{% macro rate(numerator, denominator) -%}
    cast(
        cast({{ numerator }} as double precision) / nullif({{ denominator }}, 0)
        as numeric(18, 6)
    )
{%- endmacro %}
