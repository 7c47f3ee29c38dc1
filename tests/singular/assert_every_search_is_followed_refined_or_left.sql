-- grain: one row per day and term of which a search has no outcome, or two, or no
-- results.

with searches as (
    select * from {{ ref('footfall', 'mart_content__searches_daily') }}
)

select
    report_date,
    search_term
from searches
where
    searches <> followed_searches + refined_searches + left_searches
    or result_views < searches
    or converting_searches > searches
