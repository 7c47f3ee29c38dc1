-- grain: one row per event id of a source of which the log got a row since all kept
-- models of this run were made.

with logged as (
    select * from {{ ref('int_events__logged') }}
    where {{ is_new() }}
),

changed as (
    select distinct
        source_name,
        event_id
    from logged
)

select * from changed
