{#- Elapsed seconds to the microsecond, exact where a double would round. -#}
{% macro seconds_between(started_at, ended_at) -%}
    cast(
        cast(
            {{ microseconds_between(started_at, ended_at) }} as numeric(24, 6)
        ) / 1000000 as numeric(18, 6)
    )
{%- endmacro %}
