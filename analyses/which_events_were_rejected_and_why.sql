-- grain: one row per rejection reason and, of bots, kind of bot.
-- Which events were rejected, and why?

with rejected_events as (
    select * from {{ ref('footfall', 'mart_quality__rejected_events') }}
),

counted as (
    select
        rejection_reason,
        case when rejection_reason = 'bot' then bot_reason end as bot_reason,
        count(*) as events,
        min(received_at) as first_received_at,
        max(received_at) as last_received_at
    from rejected_events
    group by
        rejection_reason,
        case when rejection_reason = 'bot' then bot_reason end
),

answer as (
    select
        rejection_reason,
        bot_reason,
        events,
        cast(first_received_at as date) as first_received_date,
        cast(last_received_at as date) as last_received_date,
        round(1.0 * events / sum(events) over (), 3) as share_of_rejected
    from counted
)

select * from answer
order by events desc, rejection_reason asc, bot_reason asc nulls last
limit 12
