{#- A ratio of two counts or sums, null where there is nothing to divide by, or so little
    that the ratio has no room in its column. -#}
{% macro rate(numerator, denominator) -%}
    {#- Two floats are compared: Sail makes a decimal of one beside a decimal. -#}
    case
        when
            abs({{ cast(numerator, 'double precision') }})
            < abs({{ cast(denominator, 'double precision') }}) * 999999999999
            then {{ ratio(numerator, denominator, 6) }}
    end
{%- endmacro %}
