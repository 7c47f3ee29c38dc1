-- grain: one row per funnel, step, day of entry, channel, device category and visitor
-- type that anybody could take the step in.

select
    funnel_name as funnel,
    step_number,
    step_name as step,
    report_date,
    channel,
    visitor_type,
    reached_previous,
    reached,
    reached_from_previous,
    coalesce(device_category, '(unknown)') as device
from mart_funnel__steps_daily
where reached_previous > 0
order by funnel_name, step_number, report_date, channel, device_category, visitor_type
