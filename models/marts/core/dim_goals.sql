-- grain: one row per goal: a conversion that rates are told of.

with goals as (
    select * from {{ ref('footfall', 'int_goals__defined') }}
),

final as (
    select
        goal_name,
        goal_description,
        is_main_goal
    from goals
)

select * from final
