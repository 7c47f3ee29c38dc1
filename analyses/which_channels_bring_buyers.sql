-- grain: one row per channel, of the twelve with the most sessions.
-- Which channels bring buyers, and not just visitors?

with channel_days as (
    select * from {{ ref('mart_channel__daily') }}
),

-- A rate of a longer time is a sum over a sum, never a mean of rates.
answer as (
    select
        channel,
        sum(sessions) as sessions,
        sum(converting_sessions) as converting_sessions,
        round(100.0 * sum(converting_sessions) / nullif(sum(sessions), 0), 1)
            as conversion_percent,
        round(100.0 * sum(bounces) / nullif(sum(sessions), 0), 1) as bounce_percent,
        sum(revenue) as revenue
    from channel_days
    group by channel
)

select * from answer
order by sessions desc, channel
limit 12
