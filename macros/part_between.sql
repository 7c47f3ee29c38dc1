{#- A part of an amount, to some decimals, given which share of the amount lies before
    the part and which up to its end. The sum so far is rounded, not each part: so none
    is left over, and no part of an amount falls below zero. -#}
{% macro part_between(amount, share_before, share_after, decimals) -%}
    cast(
        {{ product(amount, share_after, 12, decimals) }}
        - {{ product(amount, share_before, 12, decimals) }}
        as numeric(18, {{ decimals }})
    )
{%- endmacro %}
