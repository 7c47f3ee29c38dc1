-- grain: one row per session whose events are not numbered from 1 to their count.

with events as (
    select
        source_name,
        visitor_id,
        session_app,
        session_started_at,
        count(*) as event_count,
        count(distinct event_number) as number_count,
        min(event_number) as first_number,
        max(event_number) as last_number
    from {{ ref('footfall', 'int_events__sessionized') }}
    where session_started_at is not null
    group by source_name, visitor_id, session_app, session_started_at
)

select * from events
where
    first_number <> 1
    or last_number <> event_count
    or number_count <> event_count
