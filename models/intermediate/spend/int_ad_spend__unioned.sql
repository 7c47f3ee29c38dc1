-- grain: one row per row of ad spend delivered by any source.

{% for preset in spending_presets() %}
    select
        source_name,
        spend_date,
        source,
        medium,
        campaign,
        currency,
        spend,
        clicks,
        impressions,
        spend_id
    from {{ ref('stg_' ~ preset ~ '__ad_spend') }}
    {{ 'union all' if not loop.last }}
{% endfor %}
