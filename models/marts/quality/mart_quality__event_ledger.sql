-- grain: one row per source and day of arrival; its reasons and accepted events sum
-- to what was received.

with events as (
    select * from {{ ref('footfall', 'int_events__classified') }}
),

claims as (
    select * from {{ ref('footfall', 'int_orders__claimed') }}
    where
        claim_number = 1
        and {{ lacks_currency('order_revenue', 'order_currency') }}
),

-- One event may be a conversion of several names, and its amount counts once.
unconverted as (
    select
        source_name,
        event_id,
        max(order_revenue) as order_revenue
    from claims
    group by source_name, event_id
),

joined as (
    select
        events.source_name,
        cast({{ local_time('events.received_at') }} as date) as received_date,
        events.rejection_reason,
        events.unread_revenue,
        unconverted.order_revenue as unconverted_revenue
    from events
    left join unconverted
        on
            events.source_name = unconverted.source_name
            and events.event_id = unconverted.event_id
            and events.rejection_reason is null
),

final as (
    select
        source_name,
        received_date,
        count(*) as received,
        count(case when rejection_reason is null then 1 end) as accepted,
        {%- for reason in rejection_reasons() %}
            count(case when rejection_reason = {{ sql_literal(reason) }} then 1 end)
                as {{ reason }},
        {%- endfor %}
        count(case when rejection_reason is null then unread_revenue end)
            as unread_amounts,
        count(unconverted_revenue) as amounts_without_currency,
        cast(coalesce(sum(unconverted_revenue), 0) as numeric(28, 6))
            as revenue_without_currency
    from joined
    group by source_name, received_date
)

select * from final
