{#- One end of Wilson's interval of a share of n, at 95 %. E. B. Wilson, Journal of the
    American Statistical Association 22 (1927), 209-212. -#}
{% macro wilson_bound(share, n, sign) -%}
    {%- set square = '3.841458820694124' -%}
    (
        {{ share }} + {{ square }} / (2 * nullif({{ n }}, 0))
        {{ sign }} {{ z_95() }} * sqrt(
            {{ share }} * (1 - {{ share }}) / nullif({{ n }}, 0)
            + {{ square }} / (4 * nullif({{ n }}, 0) * nullif({{ n }}, 0))
        )
    ) / (1 + {{ square }} / nullif({{ n }}, 0))
{%- endmacro %}
