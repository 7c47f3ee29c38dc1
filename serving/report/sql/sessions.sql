-- grain: one row per day, channel, device category and visitor type with sessions.

with sessions as (
    select
        started_date as day,
        channel,
        coalesce(device_category, '(unknown)') as device,
        visitor_type,
        is_bounce,
        has_conversion,
        revenue
    from fct_sessions
),

counted as (
    select
        day,
        channel,
        device,
        visitor_type,
        count(*) as sessions,
        count(case when is_bounce then 1 end) as bounces,
        count(case when has_conversion then 1 end) as converting_sessions,
        cast(sum(revenue) * 100 as bigint) as revenue_cents
    from sessions
    group by day, channel, device, visitor_type
)

select * from counted
order by day, channel, device, visitor_type
