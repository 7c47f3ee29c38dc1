-- grain: one row per distinct event name and platform among all events that ever came.

-- A row that is taken back counts its name down again.
with events as (
    select
        event_name,
        platform
    from {{ ref('footfall', 'int_events__logged') }}
    group by event_name, platform
    having sum(case when retracted_number is null then 1 else -1 end) > 0
),

event_rules as (
    select
        rule_id,
        priority,
        {{ like_pattern(event_form('event_name')) }} as event_name,
        {{ like_pattern(ascii_lower_case('platform')) }} as platform,
        is_session_relevant,
        is_page_view,
        is_act
    from {{ ref('event_rules') }}
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
        event_rules.is_act,
        row_number() over (
            partition by event_names.event_name, event_names.platform
            order by event_rules.priority
        ) as match_rank
    from event_names
    inner join event_rules
        on
            event_names.event_name like event_rules.event_name escape '!'
            and event_names.platform like event_rules.platform escape '!'
),

ruled as (
    select
        event_name,
        platform,
        event_rule_id,
        is_session_relevant,
        is_page_view,
        is_act
    from matched
    where match_rank = 1
)

select * from ruled
