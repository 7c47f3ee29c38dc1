{#- An amount times a share, a rate or a count, rounded half away from zero to the
    decimals of the amount. DuckDB keeps 18 digits of two factors that have no more than
    18 each, and Spark drops decimals of a product of more than 38: with 19 and 18 digits
    the product is exact on every engine, and rounded once. A cast would round alike,
    but on DuckDB takes twice as long. -#}
{% macro product(amount, factor, factor_decimals, decimals) -%}
    cast(
        round(
            cast({{ amount }} as numeric(19, {{ decimals }}))
            * cast({{ factor }} as numeric(18, {{ factor_decimals }})),
            {{ decimals }}
        ) as numeric(28, {{ decimals }})
    )
{%- endmacro %}
