-- grain: one row per day, source, medium and campaign that the demo paid for.

with raw_ad_spend as (
    select * from {{ ref('raw_ad_spend') }}
),

contracted as (
    select
        'demo' as source_name,
        cast(spend_date as date) as spend_date,
        {{ campaign_tag('source') }} as source,
        {{ campaign_tag('medium') }} as medium,
        {{ campaign_tag('campaign') }} as campaign,
        upper({{ clean_text('currency') }}) as currency,
        {{ safe_amount('cost') }} as spend,
        {{ safe_number('clicks', 'bigint') }} as clicks,
        {{ safe_number('impressions', 'bigint') }} as impressions
    from raw_ad_spend
)

select * from contracted
