-- grain: one row per page with a hundred views.
-- Where do people leave more often than the page's place in the visit explains?

with page_days as (
    select * from {{ ref('footfall', 'mart_content__pages_daily') }}
),

answer as (
    select
        page_path,
        sum(page_views) as page_views,
        sum(exits) as exits,
        round(sum(expected_exits), 1) as expected_exits,
        round(sum(excess_exits), 1) as excess_exits,
        round(1.0 * sum(reading_seconds) / nullif(sum(timed_views), 0), 1)
            as average_reading_seconds
    from page_days
    group by page_path
    having sum(page_views) >= 100
)

select * from answer
order by excess_exits desc, page_path asc
limit 12
