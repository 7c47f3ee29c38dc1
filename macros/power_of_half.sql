{#- One half to the power of a float of zero or more. power() differs in its last digit
    between engines but where it is exact, and on Postgres fails where it is nothing:
    so whole halvings by power(), the rest by the series of the exponential function. -#}
{% macro power_of_half(exponent) -%}
    {%- set rest -%}
        (({{ exponent }} - floor({{ exponent }})) * 0.6931471805599453)
    {%- endset -%}
    power({{ cast('0.5', 'double precision') }}, floor(least({{ exponent }}, 1000)))
    * {% for divisor in range(1, 19) -%}
        (1 - {{ rest }} / {{ divisor }}{{ ' * ' if not loop.last }}
    {%- endfor -%}
    {{ ')' * 18 }}
{%- endmacro %}
