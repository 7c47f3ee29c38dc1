-- grain: one row per visitor of a source of whom anything may be another since all kept
-- models of this run were made: the log got a row of theirs, or one of an event or an
-- order that they have to do with too.

with logged as (
    select * from {{ ref('footfall', 'int_events__logged') }}
),

event_ids as (
    select
        source_name,
        event_id
    from {{ ref('footfall', 'int_events__logged') }}
    where {{ is_new() }}
    group by source_name, event_id
),

-- Which of several events of one id counts depends on all of them. Who names no visitor
-- is judged together.
arrived as (
    select distinct
        logged.source_name,
        coalesce(logged.visitor_id, '') as visitor_id
    from logged
    inner join event_ids
        on
            logged.source_name = event_ids.source_name
            and logged.event_id = event_ids.event_id
),

orders as (
    select distinct
        source_name,
        visitor_id,
        order_id
    from logged
    where
        visitor_id is not null
        and order_id is not null
),

-- Which claims of an order count depends on all of them, in every source, and on who is
-- behind them, which any event of their visitors may change.
ordered as (
    select distinct orders.order_id
    from orders
    inner join arrived
        on
            orders.source_name = arrived.source_name
            and orders.visitor_id = arrived.visitor_id
),

changed as (
    select
        source_name,
        visitor_id
    from arrived

    union

    select
        orders.source_name,
        orders.visitor_id
    from orders
    inner join ordered
        on orders.order_id = ordered.order_id
)

select * from changed
