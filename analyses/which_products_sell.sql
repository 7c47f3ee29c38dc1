-- grain: one row per product, of the twelve with the most net revenue.
-- Which products sell, and which are only looked at?

with product_days as (
    select * from {{ ref('footfall', 'mart_product__daily') }}
),

answer as (
    select
        item_name,
        sum(item_views) as item_views,
        sum(adds_to_cart) as adds_to_cart,
        sum(purchases) as purchases,
        sum(purchased_quantity) as purchased_quantity,
        round(sum(net_item_revenue), 2) as net_item_revenue,
        round(1.0 * sum(purchases) / nullif(sum(item_views), 0), 3)
            as purchases_per_view
    from product_days
    group by item_name
)

select * from answer
order by net_item_revenue desc, item_views desc, item_name asc
limit 12
