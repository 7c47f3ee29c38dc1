-- grain: one row per channel and number of weeks since the first session.
-- Do visitors come back, and which channel's do?

with cohorts as (
    select * from {{ ref('footfall', 'mart_retention__cohorts') }}
    where
        cohort_kind = 'first_session'
        and period_type = 'week'
        and is_complete
        and periods_since between 1 and 4
),

-- Later weeks are known of fewer cohorts, so each week has visitors of its own.
answer as (
    select
        channel,
        periods_since as weeks_since,
        sum(visitors) as visitors,
        sum(retained_visitors) as retained_visitors,
        round(1.0 * sum(retained_visitors) / sum(visitors), 3) as retention_rate
    from cohorts
    group by channel, periods_since
    having sum(visitors) >= 30
)

select * from answer
order by channel, weeks_since
limit 12
