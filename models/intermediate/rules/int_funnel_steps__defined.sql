-- grain: one row per funnel and step, with what the funnel asks of attempts.

with funnels as (
    select
        funnel_name,
        entity,
        {{ optional_column('funnels', 'window_minutes') }} as window_minutes,
        coalesce({{ optional_column('funnels', 'step_order') }}, 'ordered')
            as step_order,
        coalesce({{ optional_column('funnels', 'is_open') }}, false) as is_open
    from {{ ref('funnels') }}
),

funnel_steps as (
    select
        funnel_name,
        step_number,
        step_name,
        {{ optional_column('funnel_steps', 'window_minutes') }} as step_window_minutes
    from {{ ref('funnel_steps') }}
),

funnel_exclusions as (
    select distinct funnel_name from {{ ref('funnel_exclusions') }}
),

numbered as (
    select
        *,
        max(step_number) over (partition by funnel_name) as last_step_number,
        count(step_window_minutes) over (partition by funnel_name)
            as step_window_count
    from funnel_steps
),

-- Where any order will do, the second step is whichever is taken second.
defined as (
    select
        numbered.funnel_name,
        numbered.step_number,
        numbered.step_window_minutes,
        numbered.last_step_number,
        funnels.entity,
        funnels.window_minutes,
        funnels.step_order,
        case
            when funnels.step_order = 'any'
                then
                    cast(numbered.step_number as {{ dbt.type_string() }})
                    || ' of '
                    || cast(numbered.last_step_number as {{ dbt.type_string() }})
            else numbered.step_name
        end as step_name,
        numbered.step_number = numbered.last_step_number as is_last_step,
        funnels.is_open or funnels.step_order = 'any' as is_entered_anywhere,
        (
            funnels.step_order = 'strict'
            or numbered.step_window_count > 0
            or funnel_exclusions.funnel_name is not null
        ) as is_ended_early
    from numbered
    inner join funnels
        on numbered.funnel_name = funnels.funnel_name
    left join funnel_exclusions
        on numbered.funnel_name = funnel_exclusions.funnel_name
)

select * from defined
