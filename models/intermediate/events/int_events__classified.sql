-- grain: one row per event delivered; rejection_reason says why it is in no session.

with events as (
    select * from {{ ref('int_events__standing') }}
),

rejected as (
    select * from {{ ref('int_events__rejected') }}
),

classified as (
    select
        events.{{ logged_columns() | join(',\n        events.') }},
        coalesce(rejected.copy_number, 1) as copy_number,
        rejected.bot_reason,
        coalesce(rejected.is_consent_denied, false) as is_consent_denied,
        rejected.rejection_reason
    from events
    left join rejected
        on events.log_number = rejected.log_number
)

select * from classified
