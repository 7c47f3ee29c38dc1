-- grain: one row per funnel, session or visitor, and attempt. A further entry opens
-- an attempt only when the one before is completed or its window is over.

with recursive chained as (
    select * from {{ ref('int_funnel_entries__chained') }}
),

successors as (
    select * from {{ ref('int_funnel_entries__succeeded') }}
),

first_entries as (
    select
        funnel_name,
        source_name,
        entity_id,
        min(entry_event_number) as entry_event_number
    from chained
    where step_number = 1
    group by funnel_name, source_name, entity_id
),

numbered as (
    select
        funnel_name,
        source_name,
        entity_id,
        entry_event_number,
        cast(1 as bigint) as attempt_number
    from first_entries

    union all

    select
        numbered.funnel_name,
        numbered.source_name,
        numbered.entity_id,
        successors.next_entry_event_number as entry_event_number,
        numbered.attempt_number + 1 as attempt_number
    from numbered
    inner join successors
        on
            numbered.funnel_name = successors.funnel_name
            and numbered.source_name = successors.source_name
            and numbered.entity_id = successors.entity_id
            and numbered.entry_event_number = successors.entry_event_number
)

select * from numbered
