-- grain: one row per event delivered that this run looks at: all on a first run, later
-- those of hours of which another number of events is held.

with events as (
    select * from {{ ref('int_events__unioned') }}
),

arrived as (
    select
        {{ event_columns() | join(',\n        ') }}
    from events
    where {{ is_arriving() }}
)

select * from arrived
