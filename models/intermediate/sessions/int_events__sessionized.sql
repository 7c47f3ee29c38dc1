-- grain: one row per accepted event: the narrow map from an event to its session,
-- whose key is source, visitor, app and start. An event of no session has a null start.

with events as (
    select * from {{ ref('footfall', 'int_events__clustered') }}
),

{% if splits_sessions() %}

    cuts as (
        select * from {{ ref('footfall', 'int_session_starts__split') }}

        union

        select
            source_name,
            visitor_id,
            session_app,
            activity_started_at,
            activity_event_number
        from {{ ref('footfall', 'int_session_starts__limited') }}
        where is_session_start and segment_event_number > 1
    ),

    cut_activities as (
        select distinct
            source_name,
            visitor_id,
            session_app,
            activity_started_at
        from cuts
    ),

    -- Nothing but gaps cut these: the activity is the session.
    whole as (
        select
            events.source_name,
            events.visitor_id,
            events.session_app,
            events.log_number,
            events.event_id,
            events.occurred_at,
            events.received_at,
            events.is_session_relevant,
            events.is_page_view,
            events.engagement_ms,
            events.previous_active_at,
            events.activity_started_at,
            events.activity_started_at as session_started_at,
            events.activity_event_number as event_number
        from events
        left join cut_activities
            on
                events.source_name = cut_activities.source_name
                and events.visitor_id = cut_activities.visitor_id
                and events.session_app = cut_activities.session_app
                and events.activity_started_at = cut_activities.activity_started_at
        where cut_activities.visitor_id is null
    ),

    -- Every event carries the last start before it.
    parted as (
        select
            events.*,
            max(
                case
                    when cuts.visitor_id is not null or events.activity_event_number = 1
                        then events.occurred_at
                end
            ) over activity_history as session_started_at,
            max(
                case
                    when cuts.visitor_id is not null or events.activity_event_number = 1
                        then events.activity_event_number
                end
            ) over activity_history as session_first_number
        from events
        inner join cut_activities
            on
                events.source_name = cut_activities.source_name
                and events.visitor_id = cut_activities.visitor_id
                and events.session_app = cut_activities.session_app
                and events.activity_started_at = cut_activities.activity_started_at
        left join cuts
            on
                events.source_name = cuts.source_name
                and events.visitor_id = cuts.visitor_id
                and events.session_app = cuts.session_app
                and events.activity_started_at = cuts.activity_started_at
                and events.activity_event_number = cuts.activity_event_number
        window activity_history as (
            partition by
                events.source_name,
                events.visitor_id,
                events.session_app,
                events.activity_started_at
            order by events.activity_event_number
            rows between unbounded preceding and current row
        )
    ),

    mapped as (
        select * from whole

        union all

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
            activity_started_at,
            session_started_at,
            activity_event_number - session_first_number + 1 as event_number
        from parted
    ),

{% else %}

    -- Nothing but gaps cuts: the activity is the session.
    mapped as (
        select
            *,
            activity_started_at as session_started_at,
            activity_event_number as event_number
        from events
    ),

{% endif %}

-- Of an activity's first event it is not said when the visitor was active before: that
-- depends on what lies outside, which other batches may bring.
sessionized as (
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
        activity_started_at,
        session_started_at,
        event_number,
        case when occurred_at > activity_started_at then previous_active_at end
            as previous_active_at
    from mapped
)

select * from sessionized
