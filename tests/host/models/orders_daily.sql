{{ config(materialized='incremental', unique_key='ordered_on') }}

select
    cast('{{ var("shop_opened_on") }}' as date) as ordered_on,
    1 as order_count
