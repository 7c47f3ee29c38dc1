-- grain: one row per session and goal, whether the session reached it or not.

with sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

goals as (
    select * from {{ ref('footfall', 'dim_goals') }}
),

conversions as (
    select * from {{ ref('footfall', 'fct_conversions') }}
    where is_goal and session_id is not null
),

reached as (
    select
        session_id,
        conversion_name as goal_name,
        cast(sum(revenue) as numeric(28, 6)) as goal_revenue,
        count(*) as goal_conversions
    from conversions
    group by session_id, conversion_name
),

final as (
    select
        sessions.session_id,
        goals.goal_name,
        sessions.started_date,
        goals.is_main_goal,
        reached.session_id is not null as is_converted,
        coalesce(reached.goal_conversions, 0) as goal_conversions,
        coalesce(reached.goal_revenue, cast(0 as numeric(28, 6))) as goal_revenue
    from sessions
    cross join goals
    left join reached
        on
            sessions.session_id = reached.session_id
            and goals.goal_name = reached.goal_name
)

select * from final
