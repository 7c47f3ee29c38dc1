-- grain: one row per product and other product that at least two orders hold both of.

with items as (
    select * from {{ ref('footfall', 'fct_items') }}
    where
        event_name = 'purchase'
        and item_id is not null
),

-- A product counts once in an order, however many of it are bought.
ordered as (
    select distinct
        source_name,
        event_id,
        item_id
    from items
),

orders as (
    select count(*) as order_count
    from (
        select distinct
            source_name,
            event_id
        from ordered
    ) as told
),

products as (
    select
        item_id,
        count(*) as order_count
    from ordered
    group by item_id
),

pairs as (
    select
        ordered.item_id,
        companions.item_id as other_item_id,
        count(*) as orders_with_both
    from ordered
    inner join ordered as companions
        on
            ordered.source_name = companions.source_name
            and ordered.event_id = companions.event_id
            and ordered.item_id <> companions.item_id
    group by ordered.item_id, companions.item_id
    having count(*) >= 2
),

counted as (
    select
        pairs.item_id,
        pairs.other_item_id,
        pairs.orders_with_both,
        products.order_count as orders_with_item,
        other_products.order_count as orders_with_other,
        orders.order_count as all_orders
    from pairs
    cross join orders
    inner join products
        on pairs.item_id = products.item_id
    inner join products as other_products
        on pairs.other_item_id = other_products.item_id
),

final as (
    select
        *,
        {{ rate('orders_with_both', 'all_orders') }} as support,
        {{ rate('orders_with_both', 'orders_with_item') }} as confidence,
        {{ rate(
            'orders_with_both * all_orders', 'orders_with_item * orders_with_other'
        ) }} as lift
    from counted
)

select * from final
