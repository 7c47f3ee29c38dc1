-- grain: one row per page that sessions came back to, and what they had seen between.

with page_views as (
    select
        facts.*,
        {{ page_label('facts') }} as page_name
    from {{ ref('footfall', 'fct_page_views') }} as facts
),

sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

page_counts as (
    select
        page_name,
        count(*) as view_count
    from page_views
    group by page_name
),

page_ranks as (
    select
        page_name,
        row_number() over (
            order by view_count desc, {{ byte_order('page_name') }}
        ) as page_rank
    from page_counts
),

-- A list of every page is none: the rest is one.
shown as (
    select
        page_name,
        case
            when page_rank <= {{ var('journey_limit_pages') }} then page_name
            else '(other pages)'
        end as shown_name
    from page_ranks
),

viewed as (
    select
        page_views.session_id,
        page_views.view_number,
        page_views.page_name,
        shown.shown_name
    from page_views
    inner join shown
        on page_views.page_name = shown.page_name
),

-- When was the page seen before, and what just before this view?
followed as (
    select
        *,
        lag(view_number) over page_views_in_session as last_view_number,
        lag(shown_name) over session_views as previous_name
    from viewed
    window
        page_views_in_session as (
            partition by session_id, page_name
            order by view_number
        ),
        session_views as (
            partition by session_id
            order by view_number
        )
),

returned as (
    select
        session_id,
        shown_name as page_name,
        case view_number - last_view_number
            when 1 then '(nothing)'
            when 2 then previous_name
            else '(several pages)'
        end as via_name
    from followed
    where last_view_number is not null
),

final as (
    select
        returned.page_name,
        returned.via_name,
        count(*) as loops,
        count(distinct returned.session_id) as sessions,
        count(distinct sessions.person_id) as persons
    from returned
    inner join sessions
        on returned.session_id = sessions.session_id
    group by returned.page_name, returned.via_name
)

select * from final
