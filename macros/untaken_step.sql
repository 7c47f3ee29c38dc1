{#- The first step that an event takes and that is not among those taken, as a digit; null
    where it takes no other one. -#}
{% macro untaken_step(event, steps_taken) -%}
    case
        {%- for step_number in range(1, 9) %}
            when
                {{ event }}.is_step_{{ step_number }}
                and {{ steps_taken }} not like {{ sql_literal('%' ~ step_number ~ '%') }}
                then {{ sql_literal(step_number | string) }}
        {%- endfor %}
    end
{%- endmacro %}
