{#- A float between 0 and 1 as a whole number of units of its fifteenth decimal: sums of
    whole numbers are equal in any order, on every engine. -#}
{% macro units_of(share) -%}
    cast(floor(({{ share }}) * 1000000000000000 + 0.5) as bigint)
{%- endmacro %}
