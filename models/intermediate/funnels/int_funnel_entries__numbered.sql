-- grain: one row per funnel, session, visitor or person, and attempt. A further entry
-- opens an attempt only when the one before is over.

with chained as (
    select * from {{ ref('footfall', 'int_funnel_entries__chained') }}
),

successors as (
    select * from {{ ref('footfall', 'int_funnel_entries__succeeded') }}
),

followed as (
    select * from {{ ref('footfall', 'int_funnel_entries__followed') }}
),

attempts as (
    select
        funnel_name,
        entity_source_name,
        entity_id,
        min(entry_event_number) as entry_event_number
    from chained
    where entity_event_number = entry_event_number
    group by funnel_name, entity_source_name, entity_id

    union

    select
        successors.funnel_name,
        successors.entity_source_name,
        successors.entity_id,
        successors.next_entry_event_number as entry_event_number
    from followed
    inner join successors
        on
            followed.funnel_name = successors.funnel_name
            and followed.entity_source_name = successors.entity_source_name
            and followed.entity_id = successors.entity_id
            and followed.entry_event_number = successors.entry_event_number
    where followed.is_attempt
),

numbered as (
    select
        funnel_name,
        entity_source_name,
        entity_id,
        entry_event_number,
        cast(
            row_number() over (
                partition by funnel_name, entity_source_name, entity_id
                order by entry_event_number
            ) as bigint
        ) as attempt_number
    from attempts
)

select * from numbered
