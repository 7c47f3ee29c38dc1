-- grain: one row per day, product, brand and list with a step of a purchase.

with items as (
    select
        *,
        coalesce(item_id, '(none)') as product_id,
        coalesce(item_name, '(none)') as product_name,
        coalesce(item_brand, '(none)') as product_brand,
        coalesce(item_list, '(none)') as product_list
    from {{ ref('footfall', 'fct_items') }}
    where
        event_name in (
            'view_item', 'view_item_list', 'select_item', 'add_to_cart',
            'begin_checkout', 'purchase'
        )
),

conversions as (
    select * from {{ ref('footfall', 'fct_conversions') }}
),

reversals as (
    select * from {{ ref('footfall', 'fct_reversals') }}
),

-- What takes an order back seldom lists products: each gives the share of the whole.
reversed as (
    select
        conversions.source_name,
        conversions.event_id,
        max(reversals.share_after) as reversed_share
    from reversals
    inner join conversions
        on reversals.conversion_id = conversions.conversion_id
    group by conversions.source_name, conversions.event_id
),

earned as (
    select
        items.*,
        coalesce(
            {{ product_of_money('items.revenue', 'reversed.reversed_share', 12) }}, 0
        ) as reversed_revenue
    from items
    left join reversed
        on
            items.source_name = reversed.source_name
            and items.event_id = reversed.event_id
            and items.event_name = 'purchase'
),

final as (
    select
        occurred_date as report_date,
        product_id as item_id,
        product_name as item_name,
        product_brand as item_brand,
        product_list as item_list,
        cast(
            coalesce(sum(case when event_name = 'purchase' then quantity end), 0)
            as numeric(28, 3)
        ) as purchased_quantity,
        cast(coalesce(sum(revenue), 0) as numeric(28, 6)) as item_revenue,
        cast(coalesce(sum(revenue - reversed_revenue), 0) as numeric(28, 6))
            as net_item_revenue,
        count(case when event_name = 'view_item' then 1 end) as item_views,
        count(case when event_name = 'view_item_list' then 1 end) as item_list_views,
        count(case when event_name = 'select_item' then 1 end) as item_selections,
        count(case when event_name = 'add_to_cart' then 1 end) as adds_to_cart,
        count(case when event_name = 'begin_checkout' then 1 end) as checkouts,
        count(case when event_name = 'purchase' then 1 end) as purchases
    from earned
    group by
        occurred_date, product_id, product_name, product_brand, product_list
)

select * from final
