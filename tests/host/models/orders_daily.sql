{{ config(materialized='incremental', unique_key='order_count') }}

select
    cast('{{ var("shop_opened_on") }}' as date) as ordered_on,
    {% if is_incremental() %} (select max(order_count) + 1 from {{ this }})
    {% else %} 1 {% endif %} as order_count
