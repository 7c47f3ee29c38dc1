-- grain: one row per journey: the way to one conversion, or that of a person who never
-- had a conversion of the name, up to their last touch. Without consent, no journey.

with conversions as (
    select * from {{ ref('footfall', 'int_conversions__valued') }}
    where {{ in_scope('person') }}
),

touches as (
    select * from {{ ref('footfall', 'int_touches__sourced') }}
),

conversion_definitions as (
    select * from {{ ref('conversion_definitions') }}
),

-- Rows of one name are alternatives, and agree on how far to look back.
conversion_names as (
    select
        conversion_name,
        coalesce(
            max(lookback_seconds),
            cast(86400 as bigint) * {{ var('attribution_lookback_days') }}
        ) as lookback_seconds
    from conversion_definitions
    group by conversion_name
),

converting as (
    select
        conversion_id as journey_id,
        conversion_name,
        person_id,
        converted_at as ended_at,
        converted_date as ended_date,
        lag(converted_at) over (
            partition by person_id, conversion_name
            order by converted_at, {{ byte_order('conversion_id') }}
        ) as previous_converted_at,
        true as is_converted
    from conversions
    where marketing_consent <> 'denied'
),

converted_persons as (
    select distinct
        person_id,
        conversion_name
    from conversions
),

last_touches as (
    select
        person_id,
        max(touched_at) as ended_at,
        max(touched_date) as ended_date
    from touches
    group by person_id
),

-- Who never did it: no conversion of theirs counts, be it one without consent.
non_converting as (
    select
        {{ surrogate_key([
            'last_touches.person_id', 'conversion_names.conversion_name'
        ]) }} as journey_id,
        conversion_names.conversion_name,
        last_touches.person_id,
        last_touches.ended_at,
        last_touches.ended_date,
        cast(null as {{ dbt.type_timestamp() }}) as previous_converted_at,
        false as is_converted
    from last_touches
    cross join conversion_names
    left join converted_persons
        on
            last_touches.person_id = converted_persons.person_id
            and conversion_names.conversion_name = converted_persons.conversion_name
    where converted_persons.person_id is null
),

journeys as (
    select * from converting

    union all

    select * from non_converting
),

ended as (
    select
        journeys.*,
        conversion_names.lookback_seconds
    from journeys
    inner join conversion_names
        on journeys.conversion_name = conversion_names.conversion_name
)

select * from ended
