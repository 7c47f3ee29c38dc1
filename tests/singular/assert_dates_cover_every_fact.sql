-- grain: one row per day of a fact that the calendar lacks.

with days as (
    select report_date from {{ ref('footfall', 'mart_channel__daily') }}

    union

    select converted_date as report_date from {{ ref('footfall', 'fct_conversions') }}
),

missing_days as (
    select days.report_date
    from days
    left join {{ ref('footfall', 'dim_dates') }} as dim_dates
        on days.report_date = dim_dates.report_date
    where dim_dates.report_date is null
)

select * from missing_days
