-- grain: one row per person, audience and stay in it.

with memberships as (
    select * from {{ ref('footfall', 'int_memberships__followed') }}
),

conditions as (
    select * from {{ ref('footfall', 'int_audience_conditions__bounded') }}
),

carts as (
    select * from {{ ref('footfall', 'int_carts__closed') }}
    where event_name = 'add_to_cart'
),

items as (
    select * from {{ ref('footfall', 'fct_items') }}
),

cart_audiences as (
    select distinct audience
    from conditions
    where feature in ('open_cart_days', 'open_checkout_days')
),

-- What was a product last bought for? Carts often name no price.
bought as (
    select
        source_name,
        item_id,
        price,
        row_number() over (
            partition by source_name, item_id
            order by
                occurred_at desc,
                {{ byte_order('event_id') }} desc,
                item_number desc
        ) as purchase_number
    from items
    where
        event_name = 'purchase'
        and item_id is not null
        and price is not null
),

priced as (
    select
        items.source_name,
        items.event_id,
        items.quantity,
        coalesce(items.price, bought.price) as price
    from items
    left join bought
        on
            items.source_name = bought.source_name
            and items.item_id = bought.item_id
            and bought.purchase_number = 1
    where items.event_name = 'add_to_cart'
),

-- Beyond a million there is no room for the product.
cart_values as (
    select
        source_name,
        event_id,
        cast(
            sum({{ product_of_money('price', 'quantity', 3) }}) as numeric(28, 6)
        ) as cart_value
    from priced
    where abs(quantity) < 1000000
    group by source_name, event_id
),

-- What was in the cart on the last day of the stay?
staked as (
    select
        memberships.audience,
        memberships.person_id,
        memberships.stay_number,
        sum(cart_values.cart_value) as cart_value
    from memberships
    inner join cart_audiences
        on memberships.audience = cart_audiences.audience
    inner join carts
        on
            memberships.person_id = carts.person_id
            and memberships.valued_date >= carts.occurred_date
            and (
                carts.closed_date is null
                or memberships.valued_date < carts.closed_date
            )
    inner join cart_values
        on
            carts.source_name = cart_values.source_name
            and carts.event_id = cart_values.event_id
    group by memberships.audience, memberships.person_id, memberships.stay_number
),

final as (
    select
        memberships.person_id,
        memberships.audience,
        memberships.stay_number,
        memberships.entered_date,
        memberships.left_date,
        {{ local_day_start(
            "cast(memberships.entered_date + interval '1' day as date)"
        ) }} as entered_at,
        {{ local_day_start(
            "cast(memberships.left_date + interval '1' day as date)"
        ) }} as left_at,
        memberships.reason,
        memberships.left_date is null as is_in,
        cast(
            case
                when cart_audiences.audience is null then memberships.net_revenue
                else staked.cart_value
            end as numeric(28, 6)
        ) as value_at_stake
    from memberships
    left join cart_audiences
        on memberships.audience = cart_audiences.audience
    left join staked
        on
            memberships.audience = staked.audience
            and memberships.person_id = staked.person_id
            and memberships.stay_number = staked.stay_number
)

select * from final
