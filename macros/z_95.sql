{#- How many standard errors an interval of 95 % reaches on each side. -#}
{% macro z_95() -%}
    {{ return('1.959963984540054') }}
{%- endmacro %}
