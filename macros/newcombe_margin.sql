{#- How far the interval of a difference of two shares reaches on one side, from a bound of
    Wilson's interval of each: the lower one of the first and the upper one of the other for
    the side below, and the reverse above. R. G. Newcombe, Statistics in Medicine 17 (1998),
    873-890, method 10. -#}
{% macro newcombe_margin(share, share_bound, other_share, other_bound) -%}
    sqrt(
        ({{ share }} - {{ share_bound }}) * ({{ share }} - {{ share_bound }})
        + ({{ other_share }} - {{ other_bound }}) * ({{ other_share }} - {{ other_bound }})
    )
{%- endmacro %}
