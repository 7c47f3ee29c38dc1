{#- A part of an amount, to some decimals, given which share of the amount lies before
    the part and which up to its end. The sum so far is rounded, not each part: so none
    is left over, and no part of an amount falls below zero. -#}
{% macro part_between(amount, share_before, share_after, decimals) -%}
    cast(
        cast(
            {{ amount }} * cast({{ share_after }} as numeric(18, 12))
            as numeric(18, {{ decimals }})
        )
        - cast(
            {{ amount }} * cast({{ share_before }} as numeric(18, 12))
            as numeric(18, {{ decimals }})
        ) as numeric(18, {{ decimals }})
    )
{%- endmacro %}
