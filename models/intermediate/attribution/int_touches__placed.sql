-- grain: one row per conversion and touch on its path, with where on the path the touch
-- stands and where the touches stand that models look for.

with touches as (
    select * from {{ ref('footfall', 'int_journeys__pathed') }}
    where
        is_converted
        and touch_number is not null
),

conversions as (
    select * from {{ ref('footfall', 'int_conversions__explained') }}
    where {{ in_scope('conversion') }}
),

channels as (
    select * from {{ ref('channels') }}
),

visited as (
    select
        touches.journey_id as conversion_id,
        touches.conversion_name,
        touches.person_id,
        touches.channel,
        touches.touched_at,
        touches.touch_number,
        touches.touch_count,
        touches.seconds_to_end,
        touches.is_direct,
        conversions.lead_at,
        conversions.opportunity_at,
        channels.is_paid,
        row_number() over (
            partition by touches.journey_id, touches.channel
            order by touches.touch_number
        ) as visit_number,
        count(*) over (
            partition by touches.journey_id, touches.channel
        ) as visit_count
    from touches
    inner join conversions
        on touches.journey_id = conversions.conversion_id
    inner join channels
        on touches.channel = channels.channel
),

paths as (
    select
        visited.conversion_id,
        row_number() over (
            order by {{ byte_order('visited.conversion_id') }}
        ) as conversion_number,
        min(case when not visited.is_direct then visited.touch_number end)
            as first_non_direct_number,
        max(case when not visited.is_direct then visited.touch_number end)
            as last_non_direct_number,
        min(case when visited.is_paid then visited.touch_number end)
            as first_paid_number,
        max(case when visited.is_paid then visited.touch_number end)
            as last_paid_number,
        max(
            case
                when visited.touched_at <= visited.lead_at then visited.touch_number
            end
        ) as lead_number,
        max(
            case
                when visited.touched_at <= visited.opportunity_at
                    then visited.touch_number
            end
        ) as opportunity_number,
        min(visited.seconds_to_end) as last_seconds_to_end,
        count(case when visited.visit_number = 1 then 1 end) as channel_count
    from visited
    group by visited.conversion_id
),

placed as (
    select
        visited.*,
        paths.conversion_number,
        paths.first_non_direct_number,
        paths.last_non_direct_number,
        paths.first_paid_number,
        paths.last_paid_number,
        paths.lead_number,
        paths.opportunity_number,
        paths.channel_count,
        paths.lead_number is not null as has_lead,
        paths.opportunity_number is not null as has_opportunity,
        {{ cast(
            'visited.seconds_to_end - paths.last_seconds_to_end', 'double precision'
        ) }} as seconds_before_last
    from visited
    inner join paths
        on visited.conversion_id = paths.conversion_id
)

select * from placed
