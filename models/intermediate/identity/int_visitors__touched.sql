-- grain: one row per visitor of a source, with the last batch that may have changed
-- what follows from it: it brought the visitor an event, or one of its orders a copy.

{% set is_unseen = is_unseen('int_visitors__touched') %}

with arrived as (
    select * from {{ ref('int_events__classified') }}
    where
        visitor_id is not null
        and {{ is_unseen }}
),

orders as (
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
    from orders
    where {{ is_unseen }}
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
        orders.source_name,
        orders.visitor_id,
        ordered.batch_number
    from orders
    inner join ordered
        on
            orders.source_name = ordered.source_name
            and orders.order_id = ordered.order_id
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
