{#- What a row of the seed audiences can ask about a person: the columns of that name in
    int_person_days__featured, and the scores. Of each that counts days, of what the days
    since are. -#}
{% macro audience_features() -%}
    {{ return({
        'days_since_last_session': {'since': 'sessions'},
        'sessions': {},
        'recent_sessions': {},
        'days_since_return': {'since': 'returns'},
        'recent_product_views': {},
        'recent_carts': {},
        'open_cart_days': {'since': 'open_carts'},
        'open_checkout_days': {'since': 'open_checkouts'},
        'days_since_last_conversion': {'since': 'conversions'},
        'conversions': {},
        'net_revenue': {},
        'recency_score': {},
        'frequency_score': {},
        'monetary_score': {},
    }) }}
{%- endmacro %}
