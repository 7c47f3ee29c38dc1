-- grain: one row per goal, or the exit, and path of pages that often leads to it; the
-- other paths to it are one.

with page_views as (
    select
        facts.*,
        {{ page_label('facts') }} as page_name
    from {{ ref('footfall', 'fct_page_views') }} as facts
),

sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

conversions as (
    select * from {{ ref('footfall', 'fct_conversions') }}
    where is_goal and session_id is not null
),

-- A session reaches each of its goals once, and ends once.
endings as (
    select
        session_id,
        conversion_name as ending_name,
        'goal' as ending_kind,
        min(converted_at) as ended_at
    from conversions
    group by session_id, conversion_name

    union all

    select
        session_id,
        '(exit)' as ending_name,
        'exit' as ending_kind,
        cast(null as {{ dbt.type_timestamp() }}) as ended_at
    from sessions
),

viewed as (
    select
        endings.ending_kind,
        endings.ending_name,
        page_views.session_id,
        page_views.view_number,
        page_views.page_name
    from endings
    inner join page_views
        on
            endings.session_id = page_views.session_id
            and (endings.ended_at is null or endings.ended_at >= page_views.viewed_at)
),

compared as (
    select
        *,
        coalesce(page_name = lag(page_name) over walk, false) as is_repeat,
        row_number() over (
            partition by ending_kind, ending_name, session_id, page_name
            order by view_number
        ) > 1 as is_seen
    from viewed
    window walk as (
        partition by ending_kind, ending_name, session_id
        order by view_number
    )
),

-- From the ending backwards, since its last pages are what led to it.
stepped as (
    select
        *,
        count(case when not is_repeat then 1 end) over (
            partition by ending_kind, ending_name, session_id
            order by view_number desc
            rows between unbounded preceding and current row
        ) as step_number
    from compared
),

walked as (
    select
        ending_kind,
        ending_name,
        session_id,
        count(*) as page_views,
        max(step_number) as last_step_number,
        count(case when is_seen then 1 end) as loops,
        {{ joined_in_order(
            "case when not is_repeat and step_number <= "
            ~ var('journey_path_pages') ~ " then page_name end",
            ' > ',
            'view_number'
        ) }} as path
    from stepped
    group by ending_kind, ending_name, session_id
),

-- A goal may be reached before any page is seen, and a session may see none.
ended as (
    select
        endings.ending_kind,
        endings.ending_name,
        endings.session_id,
        sessions.person_id,
        coalesce(walked.page_views, 0) as page_views,
        coalesce(walked.loops, 0) as loops,
        case
            when walked.session_id is null then '(no page)'
            when walked.last_step_number > {{ var('journey_path_pages') }}
                then '(earlier pages) > ' || walked.path
            else walked.path
        end as path
    from endings
    inner join sessions
        on endings.session_id = sessions.session_id
    left join walked
        on
            endings.ending_kind = walked.ending_kind
            and endings.ending_name = walked.ending_name
            and endings.session_id = walked.session_id
),

path_counts as (
    select
        ending_kind,
        ending_name,
        path,
        count(*) as session_count
    from ended
    group by ending_kind, ending_name, path
),

path_ranks as (
    select
        *,
        row_number() over (
            partition by ending_kind, ending_name
            order by session_count desc, {{ byte_order('path') }}
        ) as path_number
    from path_counts
),

ranked as (
    select
        ended.*,
        least(path_ranks.path_number, {{ var('journey_limit_paths') }} + 1)
            as path_rank
    from ended
    inner join path_ranks
        on
            ended.ending_kind = path_ranks.ending_kind
            and ended.ending_name = path_ranks.ending_name
            and ended.path = path_ranks.path
),

-- A list of every path is none: the rest is one.
final as (
    select
        ending_kind,
        ending_name,
        cast(path_rank as bigint) as path_rank,
        case
            when path_rank <= {{ var('journey_limit_paths') }} then min(path)
            else '(other paths)'
        end as path,
        cast(sum(page_views) as bigint) as page_views,
        cast(sum(loops) as bigint) as loops,
        count(*) as sessions,
        count(distinct path) as paths,
        count(case when loops > 0 then 1 end) as looping_sessions,
        count(distinct person_id) as persons
    from ranked
    group by ending_kind, ending_name, path_rank
)

select * from final
