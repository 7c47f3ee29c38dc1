{#- A float rounded to nine decimals, half up, as a number that every engine shows alike. -#}
{% macro to_nine_decimals(value) -%}
    cast({{ from_units('(' ~ value ~ ') * 1000000000', 9) }} as numeric(18, 9))
{%- endmacro %}
