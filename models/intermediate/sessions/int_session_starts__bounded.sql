-- grain: one row per accepted event that extends a session, where a limit is set: if a
-- session started at it, at which one would the limit start the next?

with timeline as (
    select * from {{ ref('footfall', 'int_events__clustered') }}
    where
        is_session_relevant
        and {{ has_session_limit() }}
),

cuts as (
    select * from {{ ref('footfall', 'int_session_starts__split') }}
),

-- Every event carries the number of the event that its uncapped session starts at.
segmented as (
    select
        timeline.source_name,
        timeline.visitor_id,
        timeline.session_app,
        timeline.activity_started_at,
        timeline.activity_event_number,
        timeline.occurred_at,
        timeline.is_new_instant,
        max(
            case
                when
                    cuts.activity_event_number is not null
                    or timeline.activity_event_number = 1
                    then timeline.activity_event_number
            end
        ) over (
            partition by
                timeline.source_name,
                timeline.visitor_id,
                timeline.session_app,
                timeline.activity_started_at
            order by timeline.activity_event_number
            rows between unbounded preceding and current row
        ) as segment_first_number
    from timeline
    left join cuts
        on
            timeline.source_name = cuts.source_name
            and timeline.visitor_id = cuts.visitor_id
            and timeline.session_app = cuts.session_app
            and timeline.activity_started_at = cuts.activity_started_at
            and timeline.activity_event_number = cuts.activity_event_number
),

numbered as (
    select
        *,
        row_number() over (
            partition by
                source_name,
                visitor_id,
                session_app,
                activity_started_at,
                segment_first_number
            order by activity_event_number
        ) as segment_event_number
    from segmented
),

with_next as (
    select
        *,
        least(
            {% if var('session_limit_events') is not none -%}
                min(case when is_new_instant then segment_event_number end) over (
                    partition by
                        source_name,
                        visitor_id,
                        session_app,
                        activity_started_at,
                        segment_first_number
                    order by segment_event_number
                    rows between {{ var("session_limit_events") }} following
                    and unbounded following
                )
            {%- else -%} cast(null as bigint)
            {%- endif %},
            {% if var('session_limit_minutes') is not none -%}
                max(segment_event_number) over (
                    partition by
                        source_name,
                        visitor_id,
                        session_app,
                        activity_started_at,
                        segment_first_number
                    order by occurred_at
                    range between current row
                    and interval '{{ var("session_limit_minutes") }}' minute following
                ) + 1
            {%- else -%} cast(null as bigint)
            {%- endif %}
        ) as next_segment_event_number
    from numbered
),

-- Of a segment's first event alone it is known already that a session starts at it.
bounded as (
    select
        source_name,
        visitor_id,
        session_app,
        activity_started_at,
        activity_event_number,
        segment_first_number,
        segment_event_number,
        next_segment_event_number,
        segment_event_number = 1 as is_session_start
    from with_next
)

select * from bounded
