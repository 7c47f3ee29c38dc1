-- grain: one row per visitor of a source, with the last batch that may have changed
-- what follows from it: it brought an event to the visitor, or to another one who has
-- to do with the same order.

with arrived as (
    select
        source_name,
        visitor_id,
        max(batch_number) as batch_number
    from {{ ref('int_events__classified') }}
    where
        visitor_id is not null
        and {{ is_unseen('int_visitors__touched') }}
    group by source_name, visitor_id
),

orders as (
    select distinct
        source_name,
        visitor_id,
        order_id
    from {{ ref('int_events__classified') }}
    where
        visitor_id is not null
        and order_id is not null
),

-- Which claims of an order count depends on all of them, in every source, and on who is
-- behind them, which any event of their visitors may change.
ordered as (
    select
        orders.order_id,
        max(arrived.batch_number) as batch_number
    from orders
    inner join arrived
        on
            orders.source_name = arrived.source_name
            and orders.visitor_id = arrived.visitor_id
    group by orders.order_id
),

affected as (
    select
        source_name,
        visitor_id,
        batch_number
    from arrived

    union all

    select
        orders.source_name,
        orders.visitor_id,
        ordered.batch_number
    from orders
    inner join ordered
        on orders.order_id = ordered.order_id
),

touched as (
    select
        source_name,
        visitor_id,
        max(batch_number) as batch_number,
        '{{ definition_hash() }}' as definition_hash
    from affected
    group by source_name, visitor_id
)

select * from touched
