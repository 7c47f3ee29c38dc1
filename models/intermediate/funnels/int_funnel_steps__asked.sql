-- grain: one row per funnel, name of events, and step that one may take, or before
-- which one ends an attempt; in a strict funnel every name, since any lies between.

with defined as (
    select * from {{ ref('footfall', 'int_funnel_steps__defined') }}
),

funnel_steps as (
    select
        funnel_name,
        step_number,
        {{ optional_column('funnel_steps', 'page_path_regex') }} as page_path_regex,
        {{ optional_column('funnel_steps', 'property_name') }} as property_name,
        {{ optional_column('funnel_steps', 'property_value') }} as property_value,
        {{ event_form('event_name') }} as event_name,
        {{ like_pattern('page_path_pattern') }} as page_path_pattern
    from {{ ref('funnel_steps') }}
),

funnel_exclusions as (
    select
        funnel_name,
        {{ optional_column('funnel_exclusions', 'page_path_regex') }}
            as page_path_regex,
        {{ optional_column('funnel_exclusions', 'property_name') }} as property_name,
        {{ optional_column('funnel_exclusions', 'property_value') }} as property_value,
        {{ optional_column('funnel_exclusions', 'before_step') }} as before_step,
        coalesce({{ optional_column('funnel_exclusions', 'after_step') }}, 1)
            as after_step,
        {{ event_form('event_name') }} as event_name,
        {{ like_pattern('page_path_pattern') }} as page_path_pattern
    from {{ ref('funnel_exclusions') }}
),

event_names as (
    select distinct event_name
    from {{ ref('footfall', 'int_event_names__ruled') }}
),

followed as (
    select distinct
        funnel_name,
        entity,
        step_order
    from defined
),

-- What ends an attempt after a step stands in the place of the next one.
told as (
    select
        *,
        false as is_exclusion
    from funnel_steps

    union all

    select
        funnel_exclusions.funnel_name,
        defined.step_number,
        funnel_exclusions.page_path_regex,
        funnel_exclusions.property_name,
        funnel_exclusions.property_value,
        funnel_exclusions.event_name,
        funnel_exclusions.page_path_pattern,
        true as is_exclusion
    from funnel_exclusions
    inner join defined
        on
            funnel_exclusions.funnel_name = defined.funnel_name
            and funnel_exclusions.after_step < defined.step_number
            and coalesce(funnel_exclusions.before_step, defined.last_step_number)
            >= defined.step_number

    union all

    select
        followed.funnel_name,
        cast(null as integer) as step_number,
        cast(null as {{ dbt.type_string() }}) as page_path_regex,
        cast(null as {{ dbt.type_string() }}) as property_name,
        cast(null as {{ dbt.type_string() }}) as property_value,
        event_names.event_name,
        '%' as page_path_pattern,
        false as is_exclusion
    from followed
    cross join event_names
    where followed.step_order = 'strict'
),

asked as (
    select
        followed.funnel_name,
        followed.entity,
        told.step_number,
        told.event_name,
        told.page_path_pattern,
        told.page_path_regex,
        told.property_name,
        told.property_value,
        told.is_exclusion
    from told
    inner join followed
        on told.funnel_name = followed.funnel_name
)

select * from asked
