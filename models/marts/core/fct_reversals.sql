-- grain: one row per event that takes an order back, whole or in part, and conversion
-- that it takes back; one with no conversion where the order is not known.

with reversals as (
    select * from {{ ref('footfall', 'int_reversals__accounted') }}
),

final as (
    select
        reversal_id,
        source_name,
        event_id,
        conversion_id,
        session_id,
        order_id,
        reversed_at,
        reversed_date,
        event_name,
        conversion_name,
        reported_currency,
        reported_amount,
        revenue_before,
        revenue_after,
        share_before,
        share_after,
        reversed_revenue
    from reversals
)

select * from final
