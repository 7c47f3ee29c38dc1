-- grain: one row per channel, on the day on which sessions fell most within a week.
-- Why did traffic fall: on which day did it, and which channel's?

with channel_days as (
    select * from {{ ref('footfall', 'mart_channel__daily') }}
),

dates as (
    select * from {{ ref('footfall', 'dim_dates') }}
),

-- Each day beside the same day of the week before: Sundays differ from Mondays.
placed as (
    select
        report_date,
        channel,
        sessions,
        0 as sessions_before
    from channel_days

    union all

    select
        cast(report_date + interval '7' day as date) as report_date,
        channel,
        0 as sessions,
        sessions as sessions_before
    from channel_days
),

-- A day that is not there, or not whole, is compared with nothing.
compared as (
    select
        placed.report_date,
        placed.channel,
        sum(placed.sessions) as sessions,
        sum(placed.sessions_before) as sessions_before
    from placed
    inner join dates
        on placed.report_date = dates.report_date
    inner join dates as earlier_dates
        on
            dates.report_date
            = cast(earlier_dates.report_date + interval '7' day as date)
    where
        dates.has_data
        and earlier_dates.has_data
        and not dates.is_partial
        and not earlier_dates.is_partial
    group by placed.report_date, placed.channel
),

days as (
    select
        report_date,
        row_number() over (
            order by sum(sessions) - sum(sessions_before) asc, report_date asc
        ) as fall_rank
    from compared
    group by report_date
),

answer as (
    select
        compared.report_date,
        compared.channel,
        compared.sessions_before,
        compared.sessions,
        compared.sessions - compared.sessions_before as sessions_more
    from compared
    inner join days
        on compared.report_date = days.report_date
    where
        days.fall_rank = 1
        and compared.sessions <> compared.sessions_before
)

select * from answer
order by sessions_more asc, channel asc
limit 12
