-- grain: one row per visitor of a source, with the last batch that may have changed
-- what follows from it: it brought the visitor an event, or one of its orders a copy.

with arrived as (
    select * from {{ ref('int_events__classified') }}
    where
        visitor_id is not null
        and {{ is_unseen('int_visitors__touched') }}
),

new_orders as (
    select * from {{ ref('int_events__classified') }}
    where
        visitor_id is not null
        and order_id is not null
        and {{ is_unseen('int_visitors__touched') }}
),

all_orders as (
    select * from {{ ref('int_events__classified') }}
    where
        visitor_id is not null
        and order_id is not null
),

-- Which of several copies of an order is the conversion depends on all of them.
ordered as (
    select
        source_name,
        order_id,
        max(batch_number) as batch_number
    from new_orders
    group by source_name, order_id
),

affected as (
    select
        source_name,
        visitor_id,
        batch_number
    from arrived

    union all

    select
        all_orders.source_name,
        all_orders.visitor_id,
        ordered.batch_number
    from all_orders
    inner join ordered
        on
            all_orders.source_name = ordered.source_name
            and all_orders.order_id = ordered.order_id
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
