-- grain: one row per goal, channel and month that somebody set a target for.

with targets as (
    select
        goal_name,
        target_conversions,
        target_revenue,
        cast(month || '-01' as date) as month_started_date,
        coalesce(channel, '(all)') as channel
    from {{ ref('targets') }}
),

conversions as (
    select * from {{ ref('footfall', 'fct_conversions') }}
),

sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

days as (
    select * from {{ ref('footfall', 'dim_dates') }}
),

converted as (
    select
        conversions.conversion_name as goal_name,
        conversions.revenue,
        cast({{ dbt.date_trunc('month', 'conversions.converted_date') }} as date)
            as month_started_date,
        coalesce(sessions.channel, '(no session)') as channel
    from conversions
    left join sessions
        on conversions.session_id = sessions.session_id
),

-- A target of all channels is met by conversions of any, and by those without one.
joined as (
    select
        targets.month_started_date,
        targets.goal_name,
        targets.channel,
        targets.target_conversions,
        targets.target_revenue,
        cast(coalesce(sum(converted.revenue), 0) as numeric(28, 6)) as revenue,
        count(converted.goal_name) as conversions
    from targets
    left join converted
        on
            targets.goal_name = converted.goal_name
            and targets.month_started_date = converted.month_started_date
            and targets.channel in (converted.channel, '(all)')
    group by
        targets.month_started_date,
        targets.goal_name,
        targets.channel,
        targets.target_conversions,
        targets.target_revenue
),

months as (
    select
        month_started_date,
        count(case when has_data then 1 end) as days_with_data
    from days
    group by month_started_date
),

final as (
    select
        joined.*,
        cast(
            extract(
                day from
                joined.month_started_date + interval '1' month - interval '1' day
            ) as bigint
        ) as calendar_days,
        coalesce(months.days_with_data, 0) as days_with_data
    from joined
    left join months
        on joined.month_started_date = months.month_started_date
)

select * from final
