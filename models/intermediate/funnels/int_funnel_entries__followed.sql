-- grain: one row per event that could enter a funnel and that another entry would
-- follow: does it open an attempt?

with entries as (
    select * from {{ ref('footfall', 'int_funnel_entries__succeeded') }}
),

-- The materialization repeats what follows, each time from what the last time made,
-- until nothing changes: decision 0004. Who opens an attempt has the entry that they
-- look ahead to open one too, and then everyone looks twice as far.
seen as (
    select distinct
        funnel_name,
        entity_source_name,
        entity_id,
        next_entry_event_number as entry_event_number
    from entries
    where is_attempt
),

followed as (
    select
        entries.funnel_name,
        entries.entity_source_name,
        entries.entity_id,
        entries.entry_event_number,
        later.next_entry_event_number,
        entries.is_attempt or seen.entry_event_number is not null as is_attempt
    from entries
    left join seen
        on
            entries.funnel_name = seen.funnel_name
            and entries.entity_source_name = seen.entity_source_name
            and entries.entity_id = seen.entity_id
            and entries.entry_event_number = seen.entry_event_number
    left join entries as later
        on
            entries.funnel_name = later.funnel_name
            and entries.entity_source_name = later.entity_source_name
            and entries.entity_id = later.entity_id
            and entries.next_entry_event_number = later.entry_event_number
)

select * from followed
