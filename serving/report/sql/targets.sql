-- grain: one row per month, goal and channel ('(all)' is every channel) with a target.

select
    month_started_date,
    goal_name as goal,
    channel as target_channel,
    cast(target_conversions as double) as target_conversions,
    cast(target_revenue as double) as target_revenue
from mart_channel__targets_monthly
order by month_started_date, goal_name, channel
