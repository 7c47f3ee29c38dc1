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

{#- Money times a share or a rate. Above a million millions whole millions go apart, since
    with what they have more there is no room for six decimals: of them a product of up
    to twelve decimals has six, so nothing but the rest is rounded. -#}
{% macro product_of_money(amount, factor, factor_decimals) -%}
    case
        when abs({{ amount }}) < 1000000000000
            then {{ product(amount, factor, factor_decimals, 6) }}
        else
            cast(
                cast({{ amount }} - {{ amount }} % 1000000 as numeric(22, 0))
                * cast({{ factor }} as numeric(15, {{ factor_decimals }}))
                + {{ product(amount ~ ' % 1000000', factor, factor_decimals, 6) }}
                as numeric(28, 6)
            )
    end
{%- endmacro %}
