{#- A ratio of two numbers to some decimals, null where there is nothing to divide by.
    Floats divide alike on every engine, but turn into decimals each in its own way: so
    they are rounded, half up, while they are floats. -#}
{% macro ratio(numerator, denominator, decimals) -%}
    cast(
        {{ from_units(
            cast(numerator, 'double precision') ~ ' / nullif(' ~ denominator
            ~ ', 0) * 1' ~ '0' * decimals, decimals
        ) }} as numeric(18, {{ decimals }})
    )
{%- endmacro %}

{#- A float that counts units of the last decimal, as a decimal of so many decimals. -#}
{% macro from_units(units, decimals) -%}
    {{ product(
        '0.' ~ '0' * (decimals - 1) ~ '1',
        'cast(floor(' ~ units ~ ' + 0.5) as bigint)',
        0,
        decimals
    ) }}
{%- endmacro %}
