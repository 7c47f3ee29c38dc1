-- grain: one row per goal and set of names whose sessions reached it. Sessions that did
-- not are in sessions.sql.

select
    sessions.report_date,
    goals.goal_name as goal,
    sessions.channel,
    sessions.device,
    sessions.visitor_type,
    sessions.country,
    sessions.source_medium,
    sessions.campaign,
    sessions.reason,
    sessions.landing_page,
    count(*) as goal_converting_sessions
from fct_session_goals as goals
inner join report_sessions as sessions on goals.session_id = sessions.session_id
where goals.is_converted
group by all
order by all
