-- grain: one row per page (host and path) or screen that was ever viewed.

with page_views as (
    select * from {{ ref('footfall', 'fct_page_views') }}
),

final as (
    select
        coalesce(page_host, '(unknown)') as page_host,
        coalesce(page_path, '(unknown)') as page_path,
        min(viewed_at) as first_viewed_at,
        max(viewed_at) as last_viewed_at,
        count(*) as page_view_count,
        count(case when is_entrance then 1 end) as entrance_count,
        count(case when is_exit then 1 end) as exit_count
    from page_views
    group by coalesce(page_host, '(unknown)'), coalesce(page_path, '(unknown)')
)

select * from final
