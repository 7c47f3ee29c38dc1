-- grain: one row per week and one per month, from that of the first day of dim_dates to
-- that of its last.

with period_days as (
    select * from {{ ref('footfall', 'dim_period_days') }}
),

sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

source_days as (
    select * from {{ ref('footfall', 'int_source_days__judged') }}
),

lacking_days as (
    select distinct report_date
    from source_days
    where is_missed or is_partial
),

-- Spend and what servers send may begin years before any session.
bounds as (
    select
        cast(max(started_date) + interval '1' day as date) as day_after_last,
        min(started_date) as first_day
    from sessions
),

-- A period is over where the day after the last one lies in another.
over as (
    select
        period_days.period_type,
        period_days.period_started_date,
        period_days.period_number,
        bounds.first_day <= period_days.period_started_date as is_begun,
        count(lacking_days.report_date) as lacking_day_count,
        count(*) as day_count,
        case period_days.period_type
            when 'week'
                then {{ dbt.date_trunc('week', 'bounds.day_after_last') }}
            else {{ dbt.date_trunc('month', 'bounds.day_after_last') }}
        end > period_days.period_started_date as is_over
    from period_days
    cross join bounds
    left join lacking_days
        on period_days.report_date = lacking_days.report_date
    group by
        period_days.period_type,
        period_days.period_started_date,
        period_days.period_number,
        bounds.first_day,
        bounds.day_after_last
),

final as (
    select
        period_type,
        period_started_date,
        period_number,
        day_count,
        lacking_day_count,
        coalesce(is_begun and is_over, false) and lacking_day_count = 0 as is_complete
    from over
)

select * from final
