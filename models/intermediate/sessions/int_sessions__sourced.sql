-- grain: one row per session that any event tells the source of: its first such event.

with events as (
    select * from {{ ref('int_events__sourced') }}
),

ranked as (
    select
        source_name,
        visitor_id,
        session_started_at,
        event_number,
        traffic_source_id,
        row_number() over (
            partition by source_name, visitor_id, session_started_at
            order by event_number
        ) as source_rank
    from events
),

sourced as (
    select
        source_name,
        visitor_id,
        session_started_at,
        traffic_source_id
    from ranked
    where source_rank = 1
)

select * from sourced
