-- grain: one row per visitor of a source, with the last batch that may have changed
-- what follows from it: it brought the visitor an event, or one of its orders a copy.

with events as (
    select
        source_name,
        visitor_id,
        order_id,
        batch_number
    from {{ ref('int_events__classified') }}
    where visitor_id is not null
),

arrived as (
    select * from events
    where {{ is_unseen('int_visitors__touched') }}
),

-- Which of several copies of an order is the conversion depends on all of them.
ordered as (
    select
        source_name,
        order_id,
        max(batch_number) as batch_number
    from arrived
    where order_id is not null
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
        events.source_name,
        events.visitor_id,
        ordered.batch_number
    from events
    inner join ordered
        on
            events.source_name = ordered.source_name
            and events.order_id = ordered.order_id
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
