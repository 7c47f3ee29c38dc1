-- grain: one row per page of pages.sql with load times, of all days: the median of a
-- part is not that of the whole, so no filter acts on it.

select
    page,
    cast(median(page_load_ms / 1000.0) as double) as median_load_seconds
from report_views
where page_load_ms is not null and page <> '(other pages)'
group by page
order by count(*) desc, page asc
