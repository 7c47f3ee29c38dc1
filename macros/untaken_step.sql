{#- The first step that an event takes and that is not among those taken, as a digit; null
    where it takes no other one. -#}
{% macro untaken_step(event, steps_taken) -%}
    case
        {%- for step_number in range(1, 9) %}
            when
                {{ event }}.is_step_{{ step_number }}
                and {{ steps_taken }} not like '%{{ step_number }}%'
                then '{{ step_number }}'
        {%- endfor %}
    end
{%- endmacro %}
