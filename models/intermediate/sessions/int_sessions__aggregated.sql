-- grain: one row per session. Numbers and times alone: texts follow by joins, since
-- an aggregate of texts cannot spill to disk.

with events as (
    select * from {{ ref('footfall', 'int_events__sessionized') }}
    where
        session_started_at is not null
        and {{ in_scope('visitor') }}
),

-- How much of the pause before this event, within its session, counts as engaged? Of
-- the instant at which the session starts there is none, and the time before may be
-- null, which least() would pass over.
with_pause as (
    select
        *,
        case
            when
                is_session_relevant
                and occurred_at > session_started_at
                then least(
                        {{ microseconds_between(
                            'previous_active_at', 'occurred_at'
                        ) }},
                        {{ var('engaged_pause_limit_seconds') }}
                        * cast(1000000 as bigint)
                    )
        end as engaged_pause_microseconds
    from events
),

aggregated as (
    select
        source_name,
        visitor_id,
        session_app,
        session_started_at,
        {{ session_id() }} as session_id,
        max(case when is_session_relevant then occurred_at end) as session_ended_at,
        count(*) as event_count,
        count(case when is_page_view then 1 end) as view_count,
        cast(sum(engagement_ms) as bigint) as measured_engagement_ms,
        cast(sum(engaged_pause_microseconds) as bigint)
            as inferred_engagement_microseconds
    from with_pause
    group by source_name, visitor_id, session_app, session_started_at
)

select * from aggregated
