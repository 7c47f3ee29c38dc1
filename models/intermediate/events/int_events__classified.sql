-- grain: one row per event delivered; rejection_reason says why it is in no session.

with events as (
    select * from {{ ref('footfall', 'int_events__standing') }}
),

flags as (
    select * from {{ ref('footfall', 'int_events__flagged') }}
),

classified as (
    select
        events.{{ logged_columns() | join(',\n        events.') }},
        coalesce(flags.copy_number, 1) as copy_number,
        flags.bot_reason,
        coalesce(flags.is_consent_denied, false) as is_consent_denied,
        flags.rejection_reason
    from events
    left join flags
        on events.log_number = flags.log_number
)

select * from classified
