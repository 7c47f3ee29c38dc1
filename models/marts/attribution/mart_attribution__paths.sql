-- grain: one row per path of channels and conversion name.

with journeys as (
    select * from {{ ref('footfall', 'int_journeys__joined') }}
    where path is not null
),

conversions as (
    select * from {{ ref('footfall', 'int_conversions__explained') }}
),

-- A conversion without a touch has its reason for a path.
converting as (
    select
        coalesce(journeys.path, conversions.unattributed_reason) as path,
        conversions.conversion_name,
        conversions.revenue,
        journeys.seconds_to_end,
        true as is_converted
    from conversions
    left join journeys
        on conversions.conversion_id = journeys.journey_id
),

non_converting as (
    select
        path,
        conversion_name,
        cast(0 as numeric(28, 6)) as revenue,
        cast(null as numeric(18, 6)) as seconds_to_end,
        is_converted
    from journeys
    where not is_converted
),

all_paths as (
    select * from converting

    union all

    select * from non_converting
),

final as (
    select
        path,
        conversion_name,
        count(case when is_converted then 1 end) as conversions,
        count(case when not is_converted then 1 end) as non_converting,
        cast(sum(revenue) as numeric(28, 6)) as revenue,
        {{ rate('sum(seconds_to_end)', '86400 * count(seconds_to_end)') }}
            as average_days_to_convert
    from all_paths
    group by path, conversion_name
)

select * from final
