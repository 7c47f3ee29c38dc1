-- grain: one row per reversal whose amount is in another currency than its order.

with reversals as (
    select
        reversals.reversal_id,
        reversals.reported_currency,
        conversions.delivered_currency
    from {{ ref('footfall', 'fct_reversals') }} as reversals
    inner join {{ ref('footfall', 'fct_conversions') }} as conversions
        on reversals.conversion_id = conversions.conversion_id
)

select * from reversals
where reported_currency <> delivered_currency
