-- grain: one row per day that the marts know.

select
    report_date,
    week_started_date,
    month_started_date,
    has_data,
    is_partial
from dim_dates
order by report_date
