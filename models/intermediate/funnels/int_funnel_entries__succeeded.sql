-- grain: one row per event that could enter a funnel, with the entry that would open
-- the next attempt: the first one after this one's completion or window.

with chained as (
    select * from {{ ref('footfall', 'int_funnel_entries__chained') }}
),

funnel_steps as (
    select * from {{ ref('funnel_steps') }}
),

last_steps as (
    select
        funnel_name,
        max(step_number) as last_step_number
    from funnel_steps
    group by funnel_name
),

completions as (
    select
        chained.funnel_name,
        chained.source_name,
        chained.entity_id,
        chained.entry_event_number,
        chained.visitor_event_number as completed_event_number,
        chained.occurred_at as completed_at
    from chained
    inner join last_steps
        on
            chained.funnel_name = last_steps.funnel_name
            and chained.step_number = last_steps.last_step_number
),

entries as (
    select
        chained.funnel_name,
        chained.source_name,
        chained.entity_id,
        chained.entry_event_number,
        chained.entered_at,
        completions.completed_event_number,
        coalesce(
            completions.completed_at,
            chained.entered_at + chained.window_minutes * interval '1' minute
        ) as closed_at
    from chained
    left join completions
        on
            chained.funnel_name = completions.funnel_name
            and chained.source_name = completions.source_name
            and chained.entity_id = completions.entity_id
            and chained.entry_event_number = completions.entry_event_number
    where chained.step_number = 1
),

-- Entries and closings on one timeline: an entry at the very closing is still inside.
timeline as (
    select
        funnel_name,
        source_name,
        entity_id,
        entered_at as happened_at,
        entry_event_number as happened_event_number,
        0 as is_closing,
        entry_event_number,
        entry_event_number as opening_event_number
    from entries

    union all

    select
        funnel_name,
        source_name,
        entity_id,
        closed_at as happened_at,
        coalesce(completed_event_number, cast(9223372036854775807 as bigint))
            as happened_event_number,
        1 as is_closing,
        entry_event_number,
        cast(null as bigint) as opening_event_number
    from entries
    where closed_at is not null
),

with_next as (
    select
        *,
        min(opening_event_number) over (
            partition by funnel_name, source_name, entity_id
            order by
                happened_at, happened_event_number, is_closing, entry_event_number
            rows between 1 following and unbounded following
        ) as next_entry_event_number,
        min(opening_event_number) over (
            partition by funnel_name, source_name, entity_id
            order by
                happened_at, happened_event_number, is_closing, entry_event_number
            rows between unbounded preceding and current row
        ) as first_entry_event_number
    from timeline
),

-- Only a closing has a successor; what is never closed is the last attempt. Of the
-- first entry alone it is known already that it opens an attempt.
succeeded as (
    select
        funnel_name,
        source_name,
        entity_id,
        entry_event_number,
        next_entry_event_number,
        entry_event_number = first_entry_event_number as is_attempt
    from with_next
    where
        is_closing = 1
        and next_entry_event_number is not null
)

select * from succeeded
