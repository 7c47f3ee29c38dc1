{#- A day as a whole number, since engines differ in how they add to days. -#}
{% macro day_number(day) -%}
    cast({{ dbt.datediff("cast('1970-01-01' as date)", day, 'day') }} as bigint)
{%- endmacro %}

{#- The day of such a number. -#}
{% macro numbered_day(number) -%}
    cast(date '1970-01-01' + {{ number }} * interval '1' day as date)
{%- endmacro %}
