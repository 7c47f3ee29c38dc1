-- grain: one row per day, device category, operating system and browser with sessions.

with sessions as (
    select
        *,
        source_name || ' ' || visitor_id as visitor_key
    from {{ ref('footfall', 'fct_sessions') }}
),

session_totals as (
    select
        started_date as report_date,
        coalesce(device_category, '(unknown)') as device_category,
        coalesce(os_name, '(unknown)') as os_name,
        coalesce(browser_name, '(unknown)') as browser_name,
        {{ session_measures() }}
    from sessions
    group by
        started_date,
        coalesce(device_category, '(unknown)'),
        coalesce(os_name, '(unknown)'),
        coalesce(browser_name, '(unknown)')
),

final as (
    select
        *,
        {{ session_rates() }}
    from session_totals
)

select * from final
