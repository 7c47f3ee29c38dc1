-- grain: one row per conversion. An order claimed again is the conversion it was.

with claims as (
    select * from {{ ref('footfall', 'int_orders__claimed') }}
    where
        claim_number = 1
        and {{ in_scope('visitor') }}
),

currency_rates as (
    select * from {{ ref('currency_rates') }}
),

goals as (
    select * from {{ ref('footfall', 'int_goals__defined') }}
),

joined as (
    select
        {{ surrogate_key(['source_name', 'conversion_name', 'event_id']) }}
            as conversion_id,
        source_name,
        event_id,
        session_id,
        visitor_id,
        person_id,
        order_id,
        occurred_at as converted_at,
        cast({{ local_time('occurred_at') }} as date) as converted_date,
        conversion_name,
        order_currency as delivered_currency,
        order_revenue as delivered_revenue,
        marketing_consent
    from claims
),

-- The rate is kept, so that a test can tell a row whose rate came or changed later.
rated as (
    select
        joined.*,
        cast(
            {{ reporting_rate('joined.delivered_currency', 'currency_rates.rate') }}
            as numeric(18, 9)
        ) as currency_rate,
        goals.goal_name is not null as is_goal,
        coalesce(goals.is_main_goal, false) as is_main_goal
    from joined
    left join goals
        on joined.conversion_name = goals.goal_name
    left join currency_rates
        on
            joined.delivered_currency = currency_rates.currency
            and joined.converted_date = currency_rates.rate_date
),

valued as (
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
        {{ reported_currency('delivered_currency') }} as currency,
        delivered_currency,
        marketing_consent,
        is_goal,
        is_main_goal,
        currency_rate,
        delivered_revenue,
        -- Of an amount in an unknown currency nobody knows what it is worth.
        case
            when not {{ lacks_currency('delivered_revenue', 'delivered_currency') }}
                then
                    coalesce(
                        {{ product_of_money('delivered_revenue', 'currency_rate', 9) }},
                        cast(0 as numeric(28, 6))
                    )
        end as revenue
    from rated
)

select * from valued
