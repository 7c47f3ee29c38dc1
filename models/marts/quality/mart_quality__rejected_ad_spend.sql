-- grain: one row per row of ad spend that does not count.

with ad_spend as (
    select * from {{ ref('footfall', 'int_ad_spend__classified') }}
    where rejection_reason is not null
),

final as (
    select
        {{ surrogate_key([
            'source_name', 'spend_date', 'source', 'medium', 'campaign',
            'delivered_currency', 'delivered_spend', 'clicks', 'impressions',
            'spend_id', 'copy_number'
        ]) }} as ad_spend_row_id,
        source_name,
        spend_date,
        source,
        medium,
        campaign,
        delivered_currency as currency,
        rejection_reason,
        cast(copy_number as bigint) as copy_number,
        delivered_spend as spend,
        clicks,
        impressions,
        spend_id
    from ad_spend
)

select * from final
