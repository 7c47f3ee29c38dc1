{#- The number of the first event after one that takes a step not yet taken, or ends the
    attempt; null where none follows, which least() passes over. -#}
{% macro next_untaken(reached) -%}
    least(
        {%- for step_number in range(1, 9) %}
            case
                when {{ reached }}.steps_taken not like {{ sql_literal('%' ~ step_number ~ '%') }}
                    then {{ reached }}.next_step_{{ step_number }}_number
            end,
        {%- endfor %}
        {{ reached }}.next_exclusion_number
    )
{%- endmacro %}
