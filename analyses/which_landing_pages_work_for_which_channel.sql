-- grain: one row per channel and landing page with at least twenty sessions.
-- Which landing pages work for which channel?

with landings as (
    select * from {{ ref('footfall', 'mart_channel__landing_page_goals_daily') }}
    where is_main_goal
),

answer as (
    select
        channel,
        landing_page_path,
        sum(sessions) as sessions,
        sum(converting_sessions) as converting_sessions,
        round(1.0 * sum(converting_sessions) / sum(sessions), 3) as conversion_rate,
        round(sum(revenue) / sum(sessions), 2) as revenue_per_session
    from landings
    group by channel, landing_page_path
    having sum(sessions) >= 20
)

select * from answer
order by conversion_rate desc, sessions desc, channel asc, landing_page_path asc
limit 12
