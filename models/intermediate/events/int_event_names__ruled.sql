-- grain: one row per distinct event name and platform among accepted events.

with events as (
    select * from {{ ref('int_events__screened') }}
),

event_rules as (
    select * from {{ ref('event_rules') }}
),

event_names as (
    select distinct
        event_name,
        coalesce(platform, '') as platform
    from events
),

matched as (
    select
        event_names.event_name,
        event_names.platform,
        event_rules.rule_id as event_rule_id,
        event_rules.is_session_relevant,
        event_rules.is_page_view,
        row_number() over (
            partition by event_names.event_name, event_names.platform
            order by event_rules.priority
        ) as match_rank
    from event_names
    inner join event_rules
        on
            event_names.event_name like event_rules.event_name
            and event_names.platform like event_rules.platform
),

ruled as (
    select
        event_name,
        platform,
        event_rule_id,
        is_session_relevant,
        is_page_view
    from matched
    where match_rank = 1
)

select * from ruled
