-- grain: one row per accepted event at which a rule other than the gap starts a
-- session: midnight, another campaign, another user, or an end before it.

with timeline as (
    select * from {{ ref('footfall', 'int_events__clustered') }}
    where is_session_relevant
),

events as (
    select * from {{ ref('footfall', 'int_events__logged') }}
),

-- Is it another day than at the event before?
dated as (
    select
        source_name,
        visitor_id,
        session_app,
        activity_started_at,
        activity_event_number,
        is_new_instant,
        cast({{ local_time('occurred_at') }} as date) as occurred_date,
        lag(cast({{ local_time('occurred_at') }} as date)) over (
            partition by source_name, visitor_id, session_app, activity_started_at
            order by activity_event_number
        ) as previous_date
    from timeline
    where {{ var('session_splits_at_midnight') }}
),

-- Does a campaign bring the visitor, and is it not the one that brought them last?
tagged as (
    select
        log_number,
        {{ campaign_tag('utm_source') }} as utm_source,
        {{ campaign_tag('utm_medium') }} as utm_medium,
        {{ campaign_tag('utm_campaign') }} as utm_campaign,
        click_id
    from events
    where {{ var('session_splits_on_campaign_change') }}
),

campaigned as (
    select
        timeline.source_name,
        timeline.visitor_id,
        timeline.session_app,
        timeline.activity_started_at,
        timeline.activity_event_number,
        timeline.is_new_instant,
        {{ surrogate_key([
            'tagged.utm_source', 'tagged.utm_medium', 'tagged.utm_campaign',
            'tagged.click_id'
        ]) }} as campaign_key
    from timeline
    inner join tagged
        on timeline.log_number = tagged.log_number
    where
        coalesce(
            tagged.utm_source, tagged.utm_medium, tagged.utm_campaign, tagged.click_id
        ) is not null
),

campaign_changes as (
    select
        *,
        lag(campaign_key) over (
            partition by source_name, visitor_id, session_app, activity_started_at
            order by activity_event_number
        ) as previous_campaign_key
    from campaigned
),

-- Is another user logged in than at the last event that knew one?
users as (
    select
        timeline.source_name,
        timeline.visitor_id,
        timeline.session_app,
        timeline.activity_started_at,
        timeline.activity_event_number,
        timeline.is_new_instant,
        events.user_id,
        lag(events.user_id) over (
            partition by
                timeline.source_name,
                timeline.visitor_id,
                timeline.session_app,
                timeline.activity_started_at
            order by timeline.activity_event_number
        ) as previous_user_id
    from timeline
    inner join events
        on timeline.log_number = events.log_number
    where
        {{ var('session_splits_on_user_change') }}
        and events.user_id is not null
),

-- Did the event before say that it was the last?
ended as (
    select
        timeline.source_name,
        timeline.visitor_id,
        timeline.session_app,
        timeline.activity_started_at,
        timeline.activity_event_number,
        timeline.is_new_instant,
        lag(events.event_name) over (
            partition by
                timeline.source_name,
                timeline.visitor_id,
                timeline.session_app,
                timeline.activity_started_at
            order by timeline.activity_event_number
        ) as previous_event_name
    from timeline
    inner join events
        on timeline.log_number = events.log_number
    where {{ has_end_events() }}
),

split as (
    select
        source_name,
        visitor_id,
        session_app,
        activity_started_at,
        activity_event_number
    from dated
    where is_new_instant and occurred_date <> previous_date

    union

    select
        source_name,
        visitor_id,
        session_app,
        activity_started_at,
        activity_event_number
    from campaign_changes
    where
        is_new_instant
        and (
            campaign_key <> previous_campaign_key
            or (previous_campaign_key is null and activity_event_number > 1)
        )

    union

    select
        source_name,
        visitor_id,
        session_app,
        activity_started_at,
        activity_event_number
    from users
    where is_new_instant and user_id <> previous_user_id

    union

    select
        source_name,
        visitor_id,
        session_app,
        activity_started_at,
        activity_event_number
    from ended
    where
        is_new_instant
        and previous_event_name in ({{ end_event_names() }})
)

select * from split
