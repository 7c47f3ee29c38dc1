-- grain: one row per page (host and path) or screen that was ever viewed.

with page_views as (
    select * from {{ ref('footfall', 'fct_page_views') }}
),

page_groups as (
    select
        priority,
        page_group,
        {{ like_pattern("coalesce(page_host_pattern, '%')") }} as page_host_pattern,
        {{ like_pattern('page_path_pattern') }} as page_path_pattern
    from {{ ref('page_groups') }}
),

viewed as (
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
),

-- The group with the lowest priority counts.
matched as (
    select
        viewed.page_host,
        viewed.page_path,
        page_groups.page_group,
        row_number() over (
            partition by viewed.page_host, viewed.page_path
            order by page_groups.priority
        ) as match_rank
    from viewed
    inner join page_groups
        on
            viewed.page_host like page_groups.page_host_pattern escape '!'
            and viewed.page_path like page_groups.page_path_pattern escape '!'
),

final as (
    select
        viewed.page_host,
        viewed.page_path,
        viewed.first_viewed_at,
        viewed.last_viewed_at,
        viewed.page_view_count,
        viewed.entrance_count,
        viewed.exit_count,
        coalesce(matched.page_group, '(no group)') as page_group
    from viewed
    left join matched
        on
            viewed.page_host = matched.page_host
            and viewed.page_path = matched.page_path
            and matched.match_rank = 1
)

select * from final
