-- grain: one row per accepted event whose session has to be found: on a first run all,
-- later the new ones and those of the activities that they may touch.

{% set map = stored('int_events__sessionized') %}

with events as (
    select
        source_name,
        visitor_id,
        event_id,
        occurred_at,
        received_at,
        event_name,
        platform,
        engagement_ms,
        {{ session_app() }} as session_app,
        rejection_reason,
        batch_number
    from {{ ref('int_events__classified') }}
),

{% if map %}

    held as (
        select * from {{ map }}
    ),

    -- What has another verdict than before is here too: a session may lose an event.
    changed as (
        select * from events
        where
            {{ is_unseen('int_events__sessionized') }}
            and visitor_id is not null
            and occurred_at is not null
    ),

    changed_visitors as (
        select distinct
            source_name,
            visitor_id
        from changed
    ),

    history as (
        select held.*
        from held
        inner join changed_visitors
            on
                held.source_name = changed_visitors.source_name
                and held.visitor_id = changed_visitors.visitor_id
    ),

    activities as (
        select
            source_name,
            visitor_id,
            session_app,
            activity_started_at,
            max(occurred_at) as last_occurred_at
        from history
        where activity_started_at is not null
        group by source_name, visitor_id, session_app, activity_started_at
    ),

    -- An event can join or part only what it is within one timeout of.
    touched as (
        select distinct
            activities.source_name,
            activities.visitor_id,
            activities.session_app,
            activities.activity_started_at
        from activities
        inner join changed
            on
                activities.source_name = changed.source_name
                and activities.visitor_id = changed.visitor_id
                and activities.session_app = changed.session_app
                and changed.occurred_at
                >= activities.activity_started_at
                - interval '{{ longest_session_timeout() }}' minute
                and changed.occurred_at
                <= activities.last_occurred_at
                + interval '{{ longest_session_timeout() }}' minute
    ),

    changed_ids as (
        select distinct
            source_name,
            event_id
        from changed
    ),

    chosen as (
        select
            history.source_name,
            history.visitor_id,
            history.session_app,
            history.event_id,
            history.occurred_at,
            history.received_at,
            history.event_name,
            history.platform,
            history.engagement_ms
        from history
        left join touched
            on
                history.source_name = touched.source_name
                and history.visitor_id = touched.visitor_id
                and history.session_app = touched.session_app
                and history.activity_started_at = touched.activity_started_at
        left join changed_ids
            on
                history.source_name = changed_ids.source_name
                and history.event_id = changed_ids.event_id
        where
            changed_ids.event_id is null
            -- An event of no activity may find one.
            and (touched.visitor_id is not null or history.activity_started_at is null)

        union all

        select
            source_name,
            visitor_id,
            session_app,
            event_id,
            occurred_at,
            received_at,
            event_name,
            platform,
            engagement_ms
        from changed
        where rejection_reason is null
    ),

{% else %}

    chosen as (
        select * from events
        where rejection_reason is null
    ),

{% endif %}

pooled as (
    select
        source_name,
        visitor_id,
        session_app,
        event_id,
        occurred_at,
        received_at,
        event_name,
        platform,
        engagement_ms
    from chosen
)

select * from pooled
