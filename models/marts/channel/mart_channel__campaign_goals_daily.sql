-- grain: one row per day, source, medium, campaign and goal with sessions.

with session_goals as (
    select * from {{ ref('footfall', 'fct_session_goals') }}
),

sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

final as (
    select
        session_goals.started_date as report_date,
        sessions.source,
        sessions.medium,
        coalesce(sessions.campaign, '(none)') as campaign,
        session_goals.goal_name,
        session_goals.is_main_goal,
        {{ goal_measures() }}
    from session_goals
    inner join sessions
        on session_goals.session_id = sessions.session_id
    group by
        session_goals.started_date,
        sessions.source,
        sessions.medium,
        coalesce(sessions.campaign, '(none)'),
        session_goals.goal_name,
        session_goals.is_main_goal
)

select * from final
