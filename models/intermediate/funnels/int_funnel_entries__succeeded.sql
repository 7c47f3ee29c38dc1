-- grain: one row per event that could enter a funnel, with the entry that would open
-- the next attempt: the first one after this one's completion or window.

with chained as (
    select * from {{ ref('footfall', 'int_funnel_entries__chained') }}
),

ended as (
    select * from {{ ref('footfall', 'int_funnel_entries__ended') }}
),

last_steps as (
    select * from {{ ref('footfall', 'int_funnel_steps__defined') }}
    where is_last_step
),

completions as (
    select
        chained.funnel_name,
        chained.entity_source_name,
        chained.entity_id,
        chained.entry_event_number,
        chained.entity_event_number as completed_event_number,
        chained.occurred_at as completed_at
    from chained
    inner join last_steps
        on
            chained.funnel_name = last_steps.funnel_name
            and chained.step_number = last_steps.step_number
),

entries as (
    select
        chained.funnel_name,
        chained.entity_source_name,
        chained.entity_id,
        chained.entry_event_number,
        chained.entered_at,
        completions.completed_event_number,
        completions.completed_at,
        ended.ended_event_number,
        ended.ended_at,
        chained.entered_at + chained.window_minutes * interval '1' minute
            as window_ended_at
    from chained
    left join completions
        on
            chained.funnel_name = completions.funnel_name
            and chained.entity_source_name = completions.entity_source_name
            and chained.entity_id = completions.entity_id
            and chained.entry_event_number = completions.entry_event_number
    left join ended
        on
            chained.funnel_name = ended.funnel_name
            and chained.entity_source_name = ended.entity_source_name
            and chained.entity_id = ended.entity_id
            and chained.entry_event_number = ended.entry_event_number
    where chained.entity_event_number = chained.entry_event_number
),

closed as (
    select
        *,
        case
            when completed_at is not null then completed_at
            when ended_at <= coalesce(window_ended_at, ended_at) then ended_at
            else window_ended_at
        end as closed_at,
        case
            when completed_at is not null then completed_event_number
            when ended_at <= coalesce(window_ended_at, ended_at)
                then ended_event_number
            else cast(9223372036854775807 as bigint)
        end as closed_event_number
    from entries
),

-- Entries and closings on one timeline: an entry at the very closing is still inside.
timeline as (
    select
        funnel_name,
        entity_source_name,
        entity_id,
        entered_at as happened_at,
        entry_event_number as happened_event_number,
        0 as is_closing,
        entry_event_number,
        entry_event_number as opening_event_number
    from closed

    union all

    select
        funnel_name,
        entity_source_name,
        entity_id,
        closed_at as happened_at,
        closed_event_number as happened_event_number,
        1 as is_closing,
        entry_event_number,
        cast(null as bigint) as opening_event_number
    from closed
    where closed_at is not null
),

with_next as (
    select
        *,
        min(opening_event_number) over (
            partition by funnel_name, entity_source_name, entity_id
            order by
                happened_at, happened_event_number, is_closing, entry_event_number
            rows between 1 following and unbounded following
        ) as next_entry_event_number,
        min(opening_event_number) over (
            partition by funnel_name, entity_source_name, entity_id
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
        entity_source_name,
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
