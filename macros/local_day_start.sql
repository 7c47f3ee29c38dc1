{#- The instant in UTC at which a day begins in reporting_timezone. Engines tell the way from
    UTC to local time alike, but not the way back, where clocks change at midnight: so the
    offset is that of a first guess, if that leads to the day, which then begins at
    midnight; else clocks leave midnight out, and the guess is when they do. -#}
{% macro local_day_start(day) -%}
    {%- set midnight = 'cast(' ~ day ~ ' as ' ~ dbt.type_timestamp() ~ ')' -%}
    {%- if var('reporting_timezone') == 'UTC' -%}
        {{ return(midnight) }}
    {%- endif -%}
    {%- set guess -%}
        ({{ midnight }} - ({{ local_time(midnight) }} - {{ midnight }}))
    {%- endset -%}
    {%- set start -%}
        ({{ midnight }} - ({{ local_time(guess) }} - {{ guess }}))
    {%- endset -%}
    case
        when {{ local_time(start) }} >= {{ midnight }} then {{ start }}
        else {{ guess }}
    end
{%- endmacro %}
