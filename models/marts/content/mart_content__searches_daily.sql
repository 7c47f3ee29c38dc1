-- grain: one row per day and term that was searched for on the site.

with searches as (
    select * from {{ ref('footfall', 'int_searches__followed') }}
),

sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

counted as (
    select
        searches.searched_date as report_date,
        searches.search_term,
        cast(sum(searches.result_views) as bigint) as result_views,
        count(*) as searches,
        count(case when searches.outcome = 'followed' then 1 end)
            as followed_searches,
        count(case when searches.outcome = 'refined' then 1 end)
            as refined_searches,
        count(case when searches.outcome = 'left' then 1 end) as left_searches,
        count(case when sessions.has_conversion then 1 end) as converting_searches
    from searches
    inner join sessions
        on searches.session_id = sessions.session_id
    group by searches.searched_date, searches.search_term
),

final as (
    select
        report_date,
        search_term,
        searches,
        result_views,
        followed_searches,
        refined_searches,
        left_searches,
        converting_searches,
        {{ rate('refined_searches', 'searches') }} as refinement_rate,
        {{ rate('left_searches', 'searches') }} as search_exit_rate
    from counted
)

select * from final
