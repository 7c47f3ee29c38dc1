-- grain: one row per channel, of the twelve with the most sessions.
-- Which channels bring buyers, and not just visitors?

with channel_days as (
    select * from {{ ref('footfall', 'mart_channel__daily') }}
),

-- What converts is the main goal, here a purchase. A rate of a longer time is a sum
-- over a sum, never a mean of rates.
answer as (
    select
        channel,
        sum(sessions) as sessions,
        sum(converting_sessions) as converting_sessions,
        round(sum(revenue), 2) as revenue,
        round(1.0 * sum(converting_sessions) / nullif(sum(sessions), 0), 3)
            as conversion_rate,
        round(1.0 * sum(bounces) / nullif(sum(sessions), 0), 3) as bounce_rate
    from channel_days
    group by channel
)

select * from answer
order by sessions desc, channel asc
limit 12
