-- grain: one row per day on which a daily mart and the sessions disagree.

with sessions as (
    select
        started_date as report_date,
        count(*) as sessions,
        sum(revenue) as revenue
    from {{ ref('footfall', 'fct_sessions') }}
    group by started_date
),

marts as (
    select
        report_date,
        sessions,
        revenue,
        'channel' as mart
    from {{ ref('footfall', 'mart_channel__daily') }}

    union all

    select
        report_date,
        sessions,
        revenue,
        'campaign' as mart
    from {{ ref('footfall', 'mart_channel__campaigns_daily') }}

    union all

    select
        report_date,
        sessions,
        revenue,
        'device' as mart
    from {{ ref('footfall', 'mart_device__daily') }}

    union all

    select
        report_date,
        sessions,
        revenue,
        'landing page' as mart
    from {{ ref('footfall', 'mart_channel__landing_pages') }}
),

mart_totals as (
    select
        report_date,
        mart,
        sum(sessions) as sessions,
        sum(revenue) as revenue
    from marts
    group by report_date, mart
),

compared as (
    select
        mart_totals.report_date,
        mart_totals.mart,
        mart_totals.sessions,
        mart_totals.revenue,
        coalesce(sessions.sessions, 0) as true_sessions,
        coalesce(sessions.revenue, 0) as true_revenue
    from mart_totals
    left join sessions
        on mart_totals.report_date = sessions.report_date
)

select * from compared
where
    sessions <> true_sessions
    or revenue <> true_revenue
