-- grain: one row per accepted event; event_id is unique in its source.

with events as (
    select * from {{ ref('footfall', 'int_events__standing') }}
),

rejected as (
    select log_number from {{ ref('footfall', 'int_events__flagged') }}
    where rejection_reason is not null
),

screened as (
    select
        events.{{ event_columns() | join(',\n        events.') }},
        events.log_number
    from events
    left join rejected
        on events.log_number = rejected.log_number
    where rejected.log_number is null
)

select * from screened
