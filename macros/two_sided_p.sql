{#- How often chance alone gives a standard normal score at least this far from 0: twice the
    upper tail of the normal distribution, by J. F. Hart et al., Computer Approximations
    (1968), algorithm 5666; beyond a score of 7 it is 0 to eleven decimals. No engine but
    Postgres knows the error function. -#}
{% macro two_sided_p(score) -%}
    {%- set above = [
        '0.0352624965998911', '0.700383064443688', '6.37396220353165',
        '33.912866078383', '112.079291497871', '221.213596169931', '220.206867912376',
    ] -%}
    {%- set below = [
        '0.0883883476483184', '1.75566716318264', '16.064177579207',
        '86.7807322029461', '296.564248779674', '637.333633378831',
        '793.826512519948', '440.413735824752',
    ] -%}
    case
        when {{ score }} > 7 then 0
        else
            2 * exp(0 - {{ score }} * {{ score }} / 2) * {{ polynomial(above, score) }}
            / {{ polynomial(below, score) }}
    end
{%- endmacro %}

{#- A polynomial by Horner's rule, the coefficient of the highest power first. -#}
{% macro polynomial(coefficients, x) -%}
    {{ '(' * (coefficients | length - 1) }}{{ coefficients[0] }}
    {%- for coefficient in coefficients[1:] %} * {{ x }} + {{ coefficient }}){% endfor %}
{%- endmacro %}
