-- grain: one row per day that the marts know.

select
    report_date as day,
    week_started_date as week
from dim_dates
order by report_date
