-- grain: one row per day of dim_dates and kind of period.

with days as (
    select * from {{ ref('footfall', 'dim_dates') }}
),

placed as (
    select
        report_date,
        'week' as period_type,
        week_started_date as period_started_date
    from days

    union all

    select
        report_date,
        'month' as period_type,
        month_started_date as period_started_date
    from days
),

final as (
    select
        report_date,
        period_type,
        period_started_date,
        cast(
            dense_rank() over (
                partition by period_type
                order by period_started_date
            ) as bigint
        ) as period_number
    from placed
)

select * from final
