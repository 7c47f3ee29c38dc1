-- grain: one row per day on which sessions first viewed a page or screen, page, and
-- goal.

with page_views as (
    select * from {{ ref('footfall', 'fct_page_views') }}
),

session_goals as (
    select * from {{ ref('footfall', 'fct_session_goals') }}
),

pages as (
    select * from {{ ref('footfall', 'dim_pages') }}
),

reversals as (
    select * from {{ ref('footfall', 'fct_reversals') }}
    where session_id is not null
),

reversed as (
    select
        session_id,
        conversion_name,
        sum(reversed_revenue) as reversed_revenue
    from reversals
    group by session_id, conversion_name
),

-- A session counts once for a page, however often it viewed it, before midnight or
-- after.
seen as (
    select
        session_id,
        coalesce(page_host, '(unknown)') as page_host,
        coalesce(page_path, '(unknown)') as page_path,
        min(viewed_date) as viewed_date
    from page_views
    group by
        session_id,
        coalesce(page_host, '(unknown)'),
        coalesce(page_path, '(unknown)')
),

reached as (
    select
        seen.viewed_date as report_date,
        seen.page_host,
        seen.page_path,
        pages.page_group,
        session_goals.goal_name,
        session_goals.is_main_goal,
        session_goals.is_converted,
        session_goals.goal_conversions,
        session_goals.goal_revenue,
        coalesce(reversed.reversed_revenue, 0) as reversed_revenue
    from seen
    inner join pages
        on
            seen.page_host = pages.page_host
            and seen.page_path = pages.page_path
    inner join session_goals
        on seen.session_id = session_goals.session_id
    left join reversed
        on
            seen.session_id = reversed.session_id
            and session_goals.goal_name = reversed.conversion_name
),

final as (
    select
        report_date,
        page_host,
        page_path,
        page_group,
        goal_name,
        is_main_goal,
        {{ goal_measures() }},
        cast(sum(goal_revenue) - sum(reversed_revenue) as numeric(28, 6))
            as net_revenue
    from reached
    group by
        report_date, page_host, page_path, page_group, goal_name, is_main_goal
)

select * from final
