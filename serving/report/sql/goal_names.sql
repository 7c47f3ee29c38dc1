-- grain: one row per goal, the main one first.

select
    goal_name as goal,
    goal_description
from dim_goals
order by is_main_goal desc, goal_name asc
