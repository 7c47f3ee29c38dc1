-- grain: one row per day that the marts know.

select
    report_date,
    week_started_date
from dim_dates
order by report_date
