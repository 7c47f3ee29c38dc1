-- grain: one row per page with load times, of all days: the median of a part is not
-- that of the whole, so no filter acts on it.

with loads as (
    select
        page_load_ms,
        coalesce(coalesce(page_host, '') || page_path, '(none)') as page
    from fct_page_views
    where page_load_ms is not null
)

select
    page,
    cast(median(page_load_ms / 1000.0) as double) as median_load_seconds
from loads
group by page
order by count(*) desc, page asc
limit 200
