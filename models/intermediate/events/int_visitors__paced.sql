-- grain: one row per visitor of a source with ever more than bot_limit_events acts;
-- bot_reason says whether they came too fast for a person.

with events as (
    select
        source_name,
        event_id,
        visitor_id,
        event_name,
        platform,
        occurred_at,
        received_at,
        own_rejection_reason
    from {{ ref('footfall', 'int_events__standing') }}
    where
        {{ var('bot_limit_events') is not none }}
        and {{ in_scope('visitor') }}
),

event_names as (
    select * from {{ ref('footfall', 'int_event_names__ruled') }}
    where is_act
),

-- What a server does, or a page by itself, is not the visitor's doing.
acts as (
    select events.*
    from events
    inner join event_names
        on
            events.event_name = event_names.event_name
            and coalesce(events.platform, '') = event_names.platform
    where events.own_rejection_reason is null
),

-- Most visitors never do enough in all, so only the others are looked at closely.
active as (
    select
        source_name,
        visitor_id
    from acts
    group by source_name, visitor_id
    having count(*) > {{ var('bot_limit_events') or 0 }}
),

-- An event delivered again is still one: as it was received first.
copies as (
    select
        acts.source_name,
        acts.visitor_id,
        acts.event_id,
        acts.occurred_at,
        row_number() over (
            partition by acts.source_name, acts.visitor_id, acts.event_id
            order by acts.received_at asc nulls last, acts.occurred_at asc
        ) as copy_number
    from acts
    inner join active
        on
            acts.source_name = active.source_name
            and acts.visitor_id = active.visitor_id
),

-- As many acts ago as the limit allows: when was that?
measured as (
    select
        source_name,
        visitor_id,
        occurred_at,
        lag(occurred_at, {{ var('bot_limit_events') or 0 }}) over (
            partition by source_name, visitor_id
            order by occurred_at, event_id
        ) as limit_started_at
    from copies
    where copy_number = 1
),

paced as (
    select
        source_name,
        visitor_id,
        max(
            case
                when
                    occurred_at
                    <= limit_started_at
                    + interval '{{ var("bot_limit_seconds") }}' second
                    then
                        {{ sql_literal(
                            'more than ' ~ var('bot_limit_events') ~ ' acts in '
                            ~ var('bot_limit_seconds') ~ ' seconds'
                        ) }}
            end
        ) as bot_reason
    from measured
    group by source_name, visitor_id
)

select * from paced
