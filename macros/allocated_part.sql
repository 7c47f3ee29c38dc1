{#- A part of an amount, to the six decimals of money or the twelve of a share, given which
    share of the amount lies before the part and which up to its end. The sum so far is
    rounded, not each part: so none is left over, and no part falls below zero. -#}
{% macro allocated_part(amount, share_before, share_after, decimals) -%}
    cast(
        {%- for share in [share_after, share_before] %}
            {{ product_of_money(amount, share, 12) if decimals == 6
                else product(amount, share, 12, decimals) }}
            {{- ' -' if not loop.last }}
        {%- endfor %}
        as {{ 'numeric(28, 6)' if decimals == 6 else 'numeric(18, 12)' }}
    )
{%- endmacro %}
