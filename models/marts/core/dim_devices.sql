-- grain: one row per combination of device category, operating system and browser.

with sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

final as (
    select
        coalesce(device_category, '(unknown)') as device_category,
        coalesce(os_name, '(unknown)') as os_name,
        coalesce(browser_name, '(unknown)') as browser_name,
        min(started_at) as first_seen_at,
        max(started_at) as last_seen_at,
        count(*) as session_count
    from sessions
    group by
        coalesce(device_category, '(unknown)'),
        coalesce(os_name, '(unknown)'),
        coalesce(browser_name, '(unknown)')
)

select * from final
