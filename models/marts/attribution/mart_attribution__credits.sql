-- grain: one row per entry, touch and attribution model. An entry is a conversion, of
-- which the credit sums to exactly 1, or a reversal of one, of which it sums to the
-- share that went back, below zero.

with credits as (
    select * from {{ ref('footfall', 'int_credit_entries__unioned') }}
),

final as (
    select
        entry_id,
        conversion_id,
        conversion_name,
        attribution_model,
        person_id,
        session_id,
        converted_at,
        converted_date,
        entry_date,
        touched_at,
        entry_type,
        channel,
        source,
        medium,
        campaign,
        fallback_model,
        touch_number,
        touch_count,
        credit,
        attributed_revenue
    from credits
)

select * from final
