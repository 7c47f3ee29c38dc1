-- grain: one row per page of which views with a load time are compared twice or lost.

with effects as (
    select * from {{ ref('footfall', 'mart_content__speed_effects') }}
),

page_days as (
    select * from {{ ref('footfall', 'mart_content__pages_daily') }}
),

loaded as (
    select
        page_host,
        page_path,
        sum(loaded_views) as loaded_views
    from page_days
    group by page_host, page_path
)

select
    effects.page_host,
    effects.page_path,
    effects.slow_views,
    effects.fast_views,
    effects.uncompared_views,
    loaded.loaded_views
from effects
left join loaded
    on
        effects.page_host = loaded.page_host
        and effects.page_path = loaded.page_path
where
    loaded.page_host is null
    or loaded.loaded_views
    <> effects.slow_views + effects.fast_views + effects.uncompared_views
