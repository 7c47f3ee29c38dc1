-- grain: one row per day, device category, operating system, browser and goal with sessions.

with session_goals as (
    select * from {{ ref('fct_session_goals') }}
),

sessions as (
    select * from {{ ref('fct_sessions') }}
),

joined as (
    select
        session_goals.started_date as report_date,
        coalesce(sessions.device_category, '(unknown)') as device_category,
        coalesce(sessions.os_name, '(unknown)') as os_name,
        coalesce(sessions.browser_name, '(unknown)') as browser_name,
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
        device_category,
        os_name,
        browser_name,
        goal_name,
        is_main_goal,
        {{ goal_measures() }}
    from joined
    group by
        report_date,
        device_category,
        os_name,
        browser_name,
        goal_name,
        is_main_goal
)

select * from final
