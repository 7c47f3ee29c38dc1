-- grain: one row per event whose id was delivered more than once; copy_number is 1 for
-- the one that counts.

with events as (
    select * from {{ ref('footfall', 'int_events__standing') }}
    where {{ in_scope('event') }}
),

event_ids as (
    select
        source_name,
        event_id
    from {{ ref('footfall', 'int_events__standing') }}
    where {{ in_scope('event') }}
),

-- Few events come twice, so only those are ranked: a window over all would carry
-- every column of every event.
repeated_ids as (
    select
        source_name,
        event_id
    from event_ids
    group by source_name, event_id
    having count(*) > 1
),

-- The copy received first wins among the whole ones; ties go by content.
copied as (
    select
        events.source_name,
        events.event_id,
        events.log_number,
        row_number() over (
            partition by events.source_name, events.event_id
            order by
                case when events.own_rejection_reason is null then 0 else 1 end,
                events.received_at asc nulls last,
                events.occurred_at asc nulls last,
                {{ surrogate_key(
                    ('events.' ~ event_columns() | join(',events.')).split(',')
                ) }},
                {{ surrogate_key([
                    'events.unread_analytics_consent', 'events.unread_marketing_consent'
                ]) }},
                events.log_number
        ) as copy_number
    from events
    inner join repeated_ids
        on
            events.source_name = repeated_ids.source_name
            and events.event_id = repeated_ids.event_id
)

select * from copied
