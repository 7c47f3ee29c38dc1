-- grain: one row per goal: a conversion that rates are told of.

with conversion_definitions as (
    select * from {{ ref('conversion_definitions') }}
    where goal is not null
),

-- Alternatives of one name agree on the goal; the first of them describes it.
numbered as (
    select
        *,
        row_number() over (
            partition by conversion_name
            order by
                {{ byte_order('event_name') }}, {{ byte_order('page_path_pattern') }}
        ) as alternative_number
    from conversion_definitions
),

defined as (
    select
        conversion_name as goal_name,
        description as goal_description,
        goal = 'main' as is_main_goal
    from numbered
    where alternative_number = 1
)

select * from defined
