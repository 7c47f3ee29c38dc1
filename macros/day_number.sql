{#- A day as a whole number, to add and subtract days from: dbt.datediff asks Spark to
    assert what Sail does not know. -#}
{% macro day_number(day) -%}
    {%- set microseconds = microseconds_between(
        "timestamp '1970-01-01 00:00:00'",
        'cast(' ~ day ~ ' as ' ~ dbt.type_timestamp() ~ ')'
    ) -%}
    cast(round({{ cast(microseconds, 'double precision') }} / 86400000000) as bigint)
{%- endmacro %}

{#- The day of such a number. -#}
{% macro numbered_day(number) -%}
    cast(date '1970-01-01' + {{ number }} * interval '1' day as date)
{%- endmacro %}
