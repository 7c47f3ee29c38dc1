-- grain: one row per accepted event that extends a session, where a limit is set: does
-- a session start at it, as the first of its segment or since the one before would be
-- too long?

with events as (
    select * from {{ ref('footfall', 'int_session_starts__bounded') }}
),

-- The materialization repeats what follows, each time from what the last time made,
-- until nothing changes: decision 0003. A start has the event that it looks ahead to
-- start a session too, and then everyone looks twice as far.
seen as (
    select distinct
        source_name,
        visitor_id,
        session_app,
        activity_started_at,
        segment_first_number,
        next_segment_event_number as segment_event_number
    from events
    where is_session_start
),

limited as (
    select
        events.source_name,
        events.visitor_id,
        events.session_app,
        events.activity_started_at,
        events.activity_event_number,
        events.segment_first_number,
        events.segment_event_number,
        later.next_segment_event_number,
        events.is_session_start or seen.segment_event_number is not null
            as is_session_start
    from events
    left join seen
        on
            events.source_name = seen.source_name
            and events.visitor_id = seen.visitor_id
            and events.session_app = seen.session_app
            and events.activity_started_at = seen.activity_started_at
            and events.segment_first_number = seen.segment_first_number
            and events.segment_event_number = seen.segment_event_number
    left join events as later
        on
            events.source_name = later.source_name
            and events.visitor_id = later.visitor_id
            and events.session_app = later.session_app
            and events.activity_started_at = later.activity_started_at
            and events.segment_first_number = later.segment_first_number
            and events.next_segment_event_number = later.segment_event_number
)

select * from limited
