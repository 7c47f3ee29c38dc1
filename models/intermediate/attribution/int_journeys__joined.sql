-- grain: one row per journey, with its path as one text and a hash of what models see.

with touches as (
    select * from {{ ref('footfall', 'int_journeys__pathed') }}
    where {{ in_scope('person') }}
),

-- Only what is on the path, and of those who convert alone what weighs it.
shown as (
    select
        *,
        case when touch_number is not null then channel end as path_channel,
        case when touch_number is not null then seconds_to_end end as path_seconds,
        case
            when touch_number is not null and is_converted
                then
                    channel
                    || case when is_direct then ' - ' else ' + ' end
                    || cast(seconds_to_end as {{ dbt.type_string() }})
        end as path_touch
    from touches
),

joined as (
    select
        journey_id,
        is_converted,
        conversion_name,
        person_id,
        {{ joined_in_order('path_channel', ' > ', 'touch_number') }} as path,
        count(touch_number) as touch_count,
        count(
            case when exclusion_reason in ('too_old', 'before_reset') then 1 end
        ) as outside_count,
        cast(max(path_seconds) as numeric(18, 6)) as seconds_to_end,
        {{ dbt.hash(joined_in_order('path_touch', ' > ', 'touch_number')) }}
            as touches_hash
    from shown
    group by
        journey_id,
        is_converted,
        conversion_name,
        person_id
)

select * from joined
