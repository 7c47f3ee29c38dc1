-- grain: one row per accepted event. Gaps alone cut a visitor's timeline here; the
-- optional splitters follow. Keys and times only: what a window carries, it copies.

with events as (
    select
        source_name,
        visitor_id,
        log_number,
        event_id,
        occurred_at,
        received_at,
        event_name,
        platform,
        engagement_ms,
        {{ session_app() }} as session_app
    from {{ ref('footfall', 'int_events__screened') }}
    where {{ in_scope('visitor') }}
),

event_names as (
    select * from {{ ref('footfall', 'int_event_names__ruled') }}
),

-- Does this event start and extend sessions?
relevant as (
    select
        events.source_name,
        events.visitor_id,
        events.session_app,
        events.log_number,
        events.event_id,
        events.occurred_at,
        events.received_at,
        events.event_name,
        events.platform,
        event_names.is_session_relevant,
        event_names.is_page_view,
        events.engagement_ms
    from events
    inner join event_names
        on
            events.event_name = event_names.event_name
            and coalesce(events.platform, '') = event_names.platform
),

-- When was the visitor last active before this event?
with_previous as (
    select
        *,
        cast(row_number() over visitor_timeline as bigint) as visitor_event_number,
        max(case when is_session_relevant then occurred_at end) over (
            partition by source_name, visitor_id, session_app
            order by occurred_at, received_at, event_id
            rows between unbounded preceding and 1 preceding
        ) as previous_active_at
    from relevant
    window visitor_timeline as (
        partition by source_name, visitor_id, session_app
        order by occurred_at, received_at, event_id
    )
),

-- Has the visitor been quiet for longer than the timeout, or is this their first?
bounded as (
    select
        *,
        coalesce(
            {{ is_past_timeout('occurred_at', 'previous_active_at') }},
            true
        ) as is_after_timeout
    from with_previous
),

-- Every event carries the start of the activity it comes in or after.
carried as (
    select
        *,
        max(
            case when is_session_relevant and is_after_timeout then occurred_at end
        ) over visitor_history as activity_started_at,
        max(
            case
                when is_session_relevant and is_after_timeout then visitor_event_number
            end
        ) over visitor_history as activity_first_number
    from bounded
    window visitor_history as (
        partition by source_name, visitor_id, session_app
        order by visitor_event_number
        rows between unbounded preceding and current row
    )
),

-- An event that extends nothing belongs to the activity that it is within one
-- timeout of, else to none.
clustered as (
    select
        source_name,
        visitor_id,
        session_app,
        log_number,
        event_id,
        occurred_at,
        received_at,
        is_session_relevant,
        is_page_view,
        engagement_ms,
        previous_active_at,
        visitor_event_number,
        -- A session's start is its key, so no session starts twice at one instant.
        coalesce(occurred_at > previous_active_at, true) as is_new_instant,
        case
            when is_session_relevant or not is_after_timeout
                then activity_started_at
        end as activity_started_at,
        case
            when is_session_relevant or not is_after_timeout
                then visitor_event_number - activity_first_number + 1
        end as activity_event_number
    from carried
)

select * from clustered
