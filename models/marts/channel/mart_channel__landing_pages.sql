-- grain: one row per day, landing page and channel with sessions.

with sessions as (
    select
        *,
        coalesce(landing_page_host, '(none)') as landing_host,
        coalesce(landing_page_path, '(none)') as landing_path,
        source_name || ' ' || visitor_id as visitor_key
    from {{ ref('footfall', 'fct_sessions') }}
),

session_totals as (
    select
        started_date as report_date,
        landing_host as landing_page_host,
        landing_path as landing_page_path,
        channel,
        {{ session_measures() }}
    from sessions
    group by started_date, landing_host, landing_path, channel
),

final as (
    select
        *,
        {{ session_rates() }}
    from session_totals
)

select * from final
