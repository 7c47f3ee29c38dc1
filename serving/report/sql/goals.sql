-- grain: one row per goal and set of names whose sessions reached it. Sessions that did
-- not are in sessions.sql.

with reached as (
    select
        goals.session_id,
        goals.is_converted,
        goals.goal_name as goal,
        sessions.report_date,
        sessions.channel,
        sessions.device,
        sessions.visitor_type,
        sessions.country,
        sessions.source_medium,
        sessions.campaign,
        sessions.reason,
        sessions.landing_page
    from fct_session_goals as goals
    inner join report_sessions as sessions on goals.session_id = sessions.session_id
    where goals.is_converted
)

select
    report_date,
    goal,
    channel,
    device,
    visitor_type,
    country,
    source_medium,
    campaign,
    reason,
    landing_page,
    metric('goal_converting_sessions') as goal_converting_sessions
from reached
group by all
order by all
