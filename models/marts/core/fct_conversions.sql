-- grain: one row per conversion. An order claimed again is the conversion it was.

with conversions as (
    select * from {{ ref('footfall', 'int_conversions__valued') }}
),

final as (
    select
        conversion_id,
        source_name,
        event_id,
        session_id,
        visitor_id,
        person_id,
        order_id,
        converted_at,
        converted_date,
        conversion_name,
        currency,
        delivered_currency,
        marketing_consent,
        is_goal,
        is_main_goal,
        currency_rate,
        delivered_revenue,
        revenue
    from conversions
)

select * from final
