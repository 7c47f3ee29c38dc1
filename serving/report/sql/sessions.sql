-- grain: one row per day, channel, device category and visitor type with sessions.

with sessions as (
    select
        started_date as report_date,
        channel,
        visitor_type,
        is_bounce,
        has_conversion,
        revenue,
        coalesce(device_category, '(unknown)') as device
    from fct_sessions
),

counted as (
    select
        report_date,
        channel,
        device,
        visitor_type,
        cast(sum(revenue) as double) as revenue,
        count(*) as sessions,
        count(case when is_bounce then 1 end) as bounces,
        count(case when has_conversion then 1 end) as converting_sessions
    from sessions
    group by report_date, channel, device, visitor_type
)

select * from counted
order by report_date, channel, device, visitor_type
