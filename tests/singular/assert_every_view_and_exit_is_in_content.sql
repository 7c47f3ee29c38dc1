-- grain: one row where the days of pages have not all views, entrances or exits.

with page_views as (
    select
        count(*) as view_count,
        count(case when is_entrance then 1 end) as entrances,
        count(case when is_exit then 1 end) as exits
    from {{ ref('footfall', 'fct_page_views') }}
),

page_days as (
    select
        coalesce(sum(page_views), 0) as view_count,
        coalesce(sum(entrances), 0) as entrances,
        coalesce(sum(exits), 0) as exits,
        coalesce(sum(expected_exits), 0) as expected_exits
    from {{ ref('footfall', 'mart_content__pages_daily') }}
),

-- Rates have six decimals, so each view may be off by half of the last one.
different as (
    select
        page_views.view_count,
        page_days.expected_exits
    from page_views
    cross join page_days
    where
        page_views.view_count <> page_days.view_count
        or page_views.entrances <> page_days.entrances
        or page_views.exits <> page_days.exits
        or abs(page_views.exits - page_days.expected_exits)
        > page_views.view_count * 0.000001
)

select * from different
