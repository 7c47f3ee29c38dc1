-- grain: one row per day and channel with ad spend.

select
    report_date,
    channel,
    cast(spend as double) as spend
from mart_channel__daily
where spend <> 0
order by report_date, channel
