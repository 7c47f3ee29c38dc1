-- grain: one row per product in the items of an accepted event. Those of an order that
-- was told again are not here twice.

with listed as (
    select * from {{ ref('footfall', 'int_items__listed') }}
),

claims as (
    select * from {{ ref('footfall', 'int_orders__claimed') }}
),

sessionized as (
    select * from {{ ref('footfall', 'int_events__sessionized') }}
    where {{ in_scope('visitor') }}
),

sessions as (
    select * from {{ ref('footfall', 'int_sessions__identified') }}
),

visitors as (
    select * from {{ ref('footfall', 'int_visitors__identified') }}
),

currency_rates as (
    select * from {{ ref('currency_rates') }}
),

-- Which events tell of an order that another one is counted for?
copies as (
    select
        source_name,
        event_id
    from claims
    group by source_name, event_id
    having max(claim_number) > 1
),

counted as (
    select
        listed.*,
        sessions.session_id,
        coalesce(sessions.person_id, listed.user_id, visitors.person_id) as person_id,
        cast({{ local_time('listed.occurred_at') }} as date) as occurred_date
    from listed
    inner join visitors
        on
            listed.source_name = visitors.source_name
            and listed.visitor_id = visitors.visitor_id
    inner join sessionized
        on listed.log_number = sessionized.log_number
    left join sessions
        on
            sessionized.source_name = sessions.source_name
            and sessionized.visitor_id = sessions.visitor_id
            and sessionized.session_app = sessions.session_app
            and sessionized.session_started_at = sessions.session_started_at
    left join copies
        on
            listed.source_name = copies.source_name
            and listed.event_id = copies.event_id
    where copies.event_id is null
),

-- Beyond a million there is no room for the product, nor for more than an amount has.
multiplied as (
    select
        *,
        case
            when abs(quantity) < 1000000
                then {{ product_of_money('price', 'quantity', 3) }}
        end as listed_revenue
    from counted
),

-- What was only looked at brings no revenue.
sold as (
    select
        *,
        case
            when event_name <> 'purchase' then null
            when item_revenue is not null then item_revenue
            when abs(listed_revenue) < 100000000000000 then listed_revenue
        end as delivered_revenue
    from multiplied
),

-- The rate is kept, so that a test can tell a row whose rate came or changed later.
rated as (
    select
        sold.*,
        cast(
            {{ reporting_rate('sold.currency', 'currency_rates.rate') }}
            as numeric(18, 9)
        ) as currency_rate
    from sold
    left join currency_rates
        on
            sold.currency = currency_rates.currency
            and sold.occurred_date = currency_rates.rate_date
),

final as (
    select
        source_name,
        event_id,
        item_number,
        session_id,
        visitor_id,
        person_id,
        occurred_at,
        occurred_date,
        event_name,
        item_id,
        item_name,
        item_brand,
        item_category,
        item_variant,
        item_list,
        {{ reported_currency('currency') }} as currency,
        currency as delivered_currency,
        currency_rate,
        case
            when not {{ lacks_currency('price', 'currency') }}
                then {{ product_of_money('price', 'currency_rate', 9) }}
        end as price,
        quantity,
        delivered_revenue,
        -- Of an amount in an unknown currency nobody knows what it is worth.
        case
            when not {{ lacks_currency('delivered_revenue', 'currency') }}
                then
                    {{ product_of_money('delivered_revenue', 'currency_rate', 9) }}
        end as revenue
    from rated
)

select * from final
