-- grain: one row per row of ad spend delivered by any enabled source.

{% for source in enabled_sources() %}
    select
        source_name,
        spend_date,
        source,
        medium,
        campaign,
        currency,
        spend,
        clicks,
        impressions
    from {{ ref('stg_' ~ source ~ '__ad_spend') }}
    {{ 'union all' if not loop.last }}
{% endfor %}
