-- grain: one row per day, channel and goal with sessions.

with session_goals as (
    select * from {{ ref('footfall', 'fct_session_goals') }}
),

sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

final as (
    select
        session_goals.started_date as report_date,
        sessions.channel,
        session_goals.goal_name,
        session_goals.is_main_goal,
        {{ goal_measures() }}
    from session_goals
    inner join sessions
        on session_goals.session_id = sessions.session_id
    group by
        session_goals.started_date,
        sessions.channel,
        session_goals.goal_name,
        session_goals.is_main_goal
)

select * from final
