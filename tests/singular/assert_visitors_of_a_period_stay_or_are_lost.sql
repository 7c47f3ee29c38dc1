-- grain: one row per period after a complete one whose visitors are neither retained
-- nor lost, and per complete week with other visitors than its sessions have.

with periods as (
    select
        *,
        lag(active_visitors) over (
            partition by period_type
            order by period_started_date
        ) as active_before
    from {{ ref('footfall', 'mart_retention__visitors_by_period') }}
),

sessions as (
    select
        *,
        source_name || ' ' || visitor_id as visitor_key
    from {{ ref('footfall', 'fct_sessions') }}
),

days as (
    select * from {{ ref('footfall', 'dim_dates') }}
),

counted as (
    select
        days.week_started_date,
        count(distinct sessions.visitor_key) as visitor_count,
        count(
            distinct case
                when sessions.session_number = 1 and sessions.visitor_type = 'new'
                    then sessions.visitor_key
            end
        ) as new_count
    from days
    left join sessions
        on days.report_date = sessions.started_date
    group by days.week_started_date
),

unaccounted as (
    select
        periods.period_type,
        periods.period_started_date
    from periods
    left join counted
        on
            periods.period_type = 'week'
            and periods.period_started_date = counted.week_started_date
    where
        periods.active_before <> periods.retained_visitors + periods.lost_visitors
        or periods.resurrected_visitors < 0
        or periods.active_visitors <> counted.visitor_count
        or periods.new_visitors <> counted.new_count
)

select * from unaccounted
