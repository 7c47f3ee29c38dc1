-- grain: one row per device of a person's first session and device of a conversion.

with sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

conversions as (
    select * from {{ ref('footfall', 'fct_conversions') }}
),

ordered_sessions as (
    select
        person_id,
        coalesce(device_category, '(unknown)') as device_category,
        row_number() over (
            partition by person_id
            order by started_at, session_id
        ) as person_session_number
    from sessions
),

-- On which device was the person first seen?
first_devices as (
    select
        person_id,
        device_category
    from ordered_sessions
    where person_session_number = 1
),

-- A conversion outside any session, as a server reports it, tells of no device.
converted as (
    select
        conversions.person_id,
        conversions.revenue,
        coalesce(first_devices.device_category, '(no session)')
            as first_device_category,
        case
            when sessions.session_id is null then '(no session)'
            else coalesce(sessions.device_category, '(unknown)')
        end as converting_device_category
    from conversions
    left join first_devices
        on conversions.person_id = first_devices.person_id
    left join sessions
        on conversions.session_id = sessions.session_id
),

final as (
    select
        first_device_category,
        converting_device_category,
        cast(coalesce(sum(revenue), 0) as numeric(28, 6)) as revenue,
        count(distinct person_id) as persons,
        count(*) as conversions
    from converted
    group by first_device_category, converting_device_category
)

select * from final
