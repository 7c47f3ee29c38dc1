-- grain: one row per day and channel with ad spend.

select
    report_date,
    channel,
    cast(spend * 100 as bigint) as spend_cents
from mart_channel__daily
where spend <> 0
order by report_date, channel
