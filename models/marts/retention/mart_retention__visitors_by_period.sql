-- grain: one row per kind of period and period from the first day to the last.

with sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

periods as (
    select * from {{ ref('footfall', 'dim_periods') }}
),

period_days as (
    select * from {{ ref('footfall', 'dim_period_days') }}
),

active as (
    select
        sessions.source_name,
        sessions.visitor_id,
        period_days.period_type,
        period_days.period_number,
        max(
            case
                when
                    sessions.session_number = 1
                    and sessions.visitor_type = 'new'
                    then 1
                else 0
            end
        ) = 1 as is_new
    from sessions
    inner join period_days
        on sessions.started_date = period_days.report_date
    group by
        sessions.source_name,
        sessions.visitor_id,
        period_days.period_type,
        period_days.period_number
),

-- Was the visitor here in the period before, and in the one after?
neighboured as (
    select
        *,
        lag(period_number) over visitor_periods as previous_number,
        lead(period_number) over visitor_periods as next_number
    from active
    window visitor_periods as (
        partition by source_name, visitor_id, period_type
        order by period_number
    )
),

counted as (
    select
        period_type,
        period_number,
        count(*) as active_visitors,
        count(case when is_new then 1 end) as new_visitors,
        count(case when not is_new and previous_number = period_number - 1 then 1 end)
            as retained_visitors,
        count(
            case when next_number is null or next_number > period_number + 1 then 1 end
        ) as last_visitors
    from neighboured
    group by period_type, period_number
),

joined as (
    select
        periods.period_type,
        periods.period_started_date,
        periods.is_complete,
        periods.is_complete and coalesce(
            lag(periods.is_complete) over (
                partition by periods.period_type
                order by periods.period_number
            ), false
        ) as is_comparable,
        coalesce(counted.active_visitors, 0) as active_visitors,
        coalesce(counted.new_visitors, 0) as new_visitors,
        coalesce(counted.retained_visitors, 0) as retained_visitors,
        coalesce(previous_periods.last_visitors, 0) as lost_visitors
    from periods
    left join counted
        on
            periods.period_type = counted.period_type
            and periods.period_number = counted.period_number
    left join counted as previous_periods
        on
            periods.period_type = previous_periods.period_type
            and periods.period_number - 1 = previous_periods.period_number
),

final as (
    select
        period_type,
        period_started_date,
        is_complete,
        case when is_complete then active_visitors end as active_visitors,
        case when is_complete then new_visitors end as new_visitors,
        case when is_comparable then retained_visitors end as retained_visitors,
        case
            when is_comparable
                then active_visitors - new_visitors - retained_visitors
        end as resurrected_visitors,
        case when is_comparable then lost_visitors end as lost_visitors
    from joined
)

select * from final
