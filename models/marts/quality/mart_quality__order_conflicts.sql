-- grain: one row per source, conversion name and order id that several persons claim
-- with several amounts.

with claims as (
    select * from {{ ref('footfall', 'int_orders__claimed') }}
    where order_id is not null
),

numbered as (
    select
        *,
        row_number() over (
            partition by source_name, conversion_name, order_id, revenue
            order by occurred_at, received_at, event_id
        ) as amount_claim_number,
        row_number() over (
            partition by source_name, conversion_name, order_id
            order by
                case when revenue is null then 1 else 0 end,
                occurred_at,
                received_at,
                event_id
        ) as claim_number_in_source
    from claims
),

counted as (
    select
        source_name,
        conversion_name,
        order_id,
        cast(count(distinct order_number) as bigint) as orders,
        cast(count(distinct person_id) as bigint) as persons,
        cast(count(distinct revenue) as bigint) as amounts,
        count(distinct currency) as currencies,
        max(currency) as last_currency_by_name,
        sum(
            case
                when amount_claim_number = 1 and claim_number_in_source > 1
                    then revenue
            end
        ) as other_revenue,
        min(occurred_at) as first_claimed_at,
        max(occurred_at) as last_claimed_at
    from numbered
    group by source_name, conversion_name, order_id
),

final as (
    select
        source_name,
        conversion_name,
        order_id,
        orders,
        persons,
        amounts,
        first_claimed_at,
        last_claimed_at,
        cast(other_revenue as numeric(28, 6)) as revenue_at_stake,
        case when currencies = 1 then last_currency_by_name end as currency
    from counted
    where persons > 1 and amounts > 1
)

select * from final
