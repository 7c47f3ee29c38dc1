-- grain: one row if products, their quantity or their revenue get lost between
-- fct_items and the days of the mart.

with items as (
    select
        count(case when event_name = 'view_item' then 1 end) as item_views,
        count(case when event_name = 'view_item_list' then 1 end) as item_list_views,
        count(case when event_name = 'select_item' then 1 end) as item_selections,
        count(case when event_name = 'add_to_cart' then 1 end) as adds_to_cart,
        count(case when event_name = 'begin_checkout' then 1 end) as checkouts,
        count(case when event_name = 'purchase' then 1 end) as purchases,
        coalesce(sum(case when event_name = 'purchase' then quantity end), 0)
            as purchased_quantity,
        coalesce(sum(revenue), 0) as item_revenue
    from {{ ref('footfall', 'fct_items') }}
),

days as (
    select
        coalesce(sum(item_views), 0) as item_views,
        coalesce(sum(item_list_views), 0) as item_list_views,
        coalesce(sum(item_selections), 0) as item_selections,
        coalesce(sum(adds_to_cart), 0) as adds_to_cart,
        coalesce(sum(checkouts), 0) as checkouts,
        coalesce(sum(purchases), 0) as purchases,
        coalesce(sum(purchased_quantity), 0) as purchased_quantity,
        coalesce(sum(item_revenue), 0) as item_revenue
    from {{ ref('footfall', 'mart_product__daily') }}
),

compared as (
    select
        items.item_views,
        days.item_views as daily_item_views,
        items.item_list_views,
        days.item_list_views as daily_item_list_views,
        items.item_selections,
        days.item_selections as daily_item_selections,
        items.adds_to_cart,
        days.adds_to_cart as daily_adds_to_cart,
        items.checkouts,
        days.checkouts as daily_checkouts,
        items.purchases,
        days.purchases as daily_purchases,
        items.purchased_quantity,
        days.purchased_quantity as daily_purchased_quantity,
        items.item_revenue,
        days.item_revenue as daily_item_revenue
    from items
    cross join days
)

select * from compared
where
    item_views <> daily_item_views
    or item_list_views <> daily_item_list_views
    or item_selections <> daily_item_selections
    or adds_to_cart <> daily_adds_to_cart
    or checkouts <> daily_checkouts
    or purchases <> daily_purchases
    or purchased_quantity <> daily_purchased_quantity
    or item_revenue <> daily_item_revenue
