-- grain: one row per day, source, medium, campaign and goal with sessions.

with session_goals as (
    select * from {{ ref('fct_session_goals') }}
),

sessions as (
    select * from {{ ref('fct_sessions') }}
),

joined as (
    select
        session_goals.started_date as report_date,
        sessions.source,
        sessions.medium,
        coalesce(sessions.campaign, '(none)') as campaign,
        session_goals.goal_name,
        session_goals.is_main_goal,
        session_goals.is_converted,
        session_goals.goal_conversions,
        session_goals.goal_revenue
    from session_goals
    inner join sessions
        on session_goals.session_id = sessions.session_id
),

final as (
    select
        report_date,
        source,
        medium,
        campaign,
        goal_name,
        is_main_goal,
        {{ goal_measures() }}
    from joined
    group by report_date, source, medium, campaign, goal_name, is_main_goal
)

select * from final
