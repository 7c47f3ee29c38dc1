{#- A day as a whole number, to add and subtract days from: dbt.datediff asks Spark to
    assert what Sail does not know, and of a day that is null there is no number. -#}
{% macro day_number(day) -%}
    {{ adapter.dispatch('day_number', 'footfall')(day) }}
{%- endmacro %}

{% macro default__day_number(day) -%}
    cast({{ day }} - date '1970-01-01' as bigint)
{%- endmacro %}

{% macro spark__day_number(day) -%}
    cast(datediff({{ day }}, date '1970-01-01') as bigint)
{%- endmacro %}

{#- The day of such a number. -#}
{% macro numbered_day(number) -%}
    cast(date '1970-01-01' + {{ number }} * interval '1' day as date)
{%- endmacro %}
