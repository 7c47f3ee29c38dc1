-- grain: one row per conversion, with why it has no touch to credit, where it has none.

with conversions as (
    select * from {{ ref('fct_conversions') }}
),

touches as (
    select * from {{ ref('int_journeys__pathed') }}
    where is_converted
),

touched as (
    select
        journey_id,
        count(touch_number) as touch_count,
        count(
            case when exclusion_reason in ('too_old', 'before_reset') then 1 end
        ) as outside_count
    from touches
    group by journey_id
),

accounted as (
    select
        conversions.conversion_id,
        conversions.conversion_name,
        conversions.person_id,
        conversions.converted_at,
        conversions.converted_date,
        conversions.revenue,
        case
            when touched.touch_count > 0 then null
            when conversions.marketing_consent = 'denied' then '(no consent)'
            when touched.outside_count > 0 then '(outside window)'
            else '(no touch)'
        end as unattributed_reason
    from conversions
    left join touched
        on conversions.conversion_id = touched.journey_id
)

select * from accounted
