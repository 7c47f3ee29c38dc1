{#- A ratio of two counts or sums, null where there is nothing to divide by. -#}
{% macro rate(numerator, denominator) -%}
    {{ ratio(numerator, denominator, 6) }}
{%- endmacro %}
