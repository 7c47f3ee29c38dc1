-- grain: one row per path of channels and conversion name.

with conversions as (
    select * from {{ ref('fct_conversions') }}
),

touchpoints as (
    select * from {{ ref('mart_attribution__touchpoints') }}
),

credits as (
    select * from {{ ref('mart_attribution__credits') }}
),

sessions as (
    select * from {{ ref('fct_sessions') }}
),

conversion_definitions as (
    select * from {{ ref('conversion_definitions') }}
),

conversion_names as (
    select distinct conversion_name
    from conversion_definitions
),

converting_paths as (
    select
        conversion_id,
        {{ joined_in_order('channel', ' > ', 'touch_number') }} as path,
        max(seconds_to_conversion) as seconds_to_convert
    from touchpoints
    where is_in_window
    group by conversion_id
),

-- A conversion without a touch has its reason for a path.
reasons as (
    select distinct
        conversion_id,
        channel as path
    from credits
    where touch_number is null
),

converting as (
    select
        conversions.conversion_name,
        conversions.revenue,
        converting_paths.seconds_to_convert,
        coalesce(converting_paths.path, reasons.path) as path
    from conversions
    left join converting_paths
        on conversions.conversion_id = converting_paths.conversion_id
    left join reasons
        on conversions.conversion_id = reasons.conversion_id
),

-- Who never did it: their sessions within one lookback of their last.
with_last as (
    select
        person_id,
        session_id,
        started_at,
        channel,
        max(started_at) over (partition by person_id) as last_started_at
    from sessions
    where marketing_consent <> 'denied'
),

person_paths as (
    select
        person_id,
        {{ joined_in_order('channel', ' > ', 'started_at, session_id') }} as path
    from with_last
    where
        last_started_at
        <= started_at + interval '{{ var("attribution_lookback_days") }}' day
    group by person_id
),

converted_persons as (
    select distinct
        person_id,
        conversion_name
    from conversions
),

non_converting as (
    select
        conversion_names.conversion_name,
        person_paths.path
    from person_paths
    cross join conversion_names
    left join converted_persons
        on
            person_paths.person_id = converted_persons.person_id
            and conversion_names.conversion_name = converted_persons.conversion_name
    where converted_persons.person_id is null
),

all_paths as (
    select
        path,
        conversion_name,
        1 as conversion_count,
        0 as non_converting_count,
        revenue,
        seconds_to_convert
    from converting

    union all

    select
        path,
        conversion_name,
        0 as conversion_count,
        1 as non_converting_count,
        cast(0 as numeric(18, 2)) as revenue,
        null as seconds_to_convert
    from non_converting
),

final as (
    select
        path,
        conversion_name,
        cast(sum(conversion_count) as bigint) as conversions,
        cast(sum(non_converting_count) as bigint) as non_converting,
        cast(sum(revenue) as numeric(18, 2)) as revenue,
        {{ rate('sum(seconds_to_convert)', '86400 * count(seconds_to_convert)') }}
            as average_days_to_convert
    from all_paths
    group by path, conversion_name
)

select * from final
