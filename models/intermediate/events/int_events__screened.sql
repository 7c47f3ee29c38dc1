-- grain: one row per accepted event; event_id is unique in its source.

with events as (
    select * from {{ ref('int_events__classified') }}
),

screened as (
    select
        {{ event_columns() | join(',\n        ') }},
        visitor_marketing_consent
    from events
    where rejection_reason is null
)

select * from screened
