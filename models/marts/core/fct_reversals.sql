-- grain: one row per event that takes an order back, whole or in part, and conversion
-- that it takes back; one with no conversion where the order is not known.

with events as (
    select * from {{ ref('int_events__screened') }}
),

reversal_definitions as (
    select * from {{ ref('reversal_definitions') }}
),

conversions as (
    select * from {{ ref('fct_conversions') }}
    where order_id is not null
),

matched as (
    select
        events.source_name,
        events.event_id,
        events.event_name,
        events.order_id,
        events.occurred_at,
        events.received_at,
        events.currency as reported_currency,
        events.revenue as reported_amount,
        conversions.conversion_id,
        conversions.conversion_name,
        conversions.revenue,
        case
            when
                events.revenue is not null
                and not reversal_definitions.reverses_all
                then
                    {{ product(
                        'abs(events.revenue)',
                        'coalesce(conversions.currency_rate, 0)',
                        9,
                        2
                    ) }}
        end as refunded_amount
    from events
    inner join reversal_definitions
        on events.event_name = reversal_definitions.event_name
    left join conversions
        on
            events.source_name = conversions.source_name
            and events.order_id = conversions.order_id
),

-- What is gone after each reversal? One that names no amount takes all that is left.
running as (
    select
        *,
        sum(coalesce(refunded_amount, 0)) over conversion_timeline as amount_so_far,
        count(case when refunded_amount is null then 1 end) over conversion_timeline
            as whole_count
    from matched
    window conversion_timeline as (
        partition by source_name, conversion_id, coalesce(conversion_id, event_id)
        order by occurred_at, received_at, event_id
        rows between unbounded preceding and current row
    )
),

-- No more goes back than was paid: of a negative amount all, or nothing.
capped as (
    select
        *,
        case
            when whole_count > 0 or (revenue > 0 and amount_so_far >= revenue)
                then revenue
            when revenue > 0 then cast(amount_so_far as numeric(18, 2))
            else 0
        end as reversed_so_far,
        (
            conversion_id is not null
            and (whole_count > 0 or (revenue > 0 and amount_so_far >= revenue))
        ) as is_gone
    from running
),

shared as (
    select
        *,
        case
            when is_gone then 1
            when revenue > 0
                then {{ ratio('reversed_so_far', 'revenue', 12) }}
            else 0
        end as share_so_far
    from capped
),

preceded as (
    select
        *,
        lag(reversed_so_far) over conversion_timeline as reversed_before,
        lag(share_so_far) over conversion_timeline as share_before
    from shared
    window conversion_timeline as (
        partition by source_name, conversion_id, coalesce(conversion_id, event_id)
        order by occurred_at, received_at, event_id
    )
),

final as (
    select
        {{ surrogate_key(['source_name', 'conversion_name', 'event_id']) }}
            as reversal_id,
        source_name,
        event_id,
        conversion_id,
        order_id,
        occurred_at as reversed_at,
        cast({{ local_time('occurred_at') }} as date) as reversed_date,
        event_name,
        conversion_name,
        reported_currency,
        reported_amount,
        cast(coalesce(reversed_before, 0) as numeric(18, 2)) as revenue_before,
        cast(coalesce(reversed_so_far, 0) as numeric(18, 2)) as revenue_after,
        cast(coalesce(share_before, 0) as numeric(18, 12)) as share_before,
        cast(share_so_far as numeric(18, 12)) as share_after,
        cast(
            coalesce(reversed_so_far, 0) - coalesce(reversed_before, 0)
            as numeric(18, 2)
        ) as reversed_revenue
    from preceded
)

select * from final
