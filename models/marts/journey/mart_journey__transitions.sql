-- grain: one row per kind of journey, step, and what it leads from and to.

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

-- A diagram of every page is none: the rest is one.
viewed as (
    select
        page_views.session_id,
        page_views.view_number as step_number,
        sessions.person_id,
        case
            when page_ranks.page_rank <= {{ var('journey_limit_pages') }}
                then page_views.page_name
            else '(other pages)'
        end as place_name
    from page_views
    inner join page_ranks
        on page_views.page_name = page_ranks.page_name
    inner join sessions
        on page_views.session_id = sessions.session_id
),

page_steps as (
    select
        'page' as journey_kind,
        session_id,
        person_id,
        step_number,
        place_name,
        lag(place_name) over session_views as previous_name,
        lead(place_name) over session_views as next_name
    from viewed
    window session_views as (
        partition by session_id
        order by step_number
    )
),

visited as (
    select
        session_id,
        person_id,
        channel as place_name,
        cast(
            row_number() over (
                partition by person_id
                order by started_at, session_id
            ) as bigint
        ) as step_number
    from sessions
),

channel_steps as (
    select
        'channel' as journey_kind,
        session_id,
        person_id,
        step_number,
        place_name,
        lag(place_name) over person_visits as previous_name,
        lead(place_name) over person_visits as next_name
    from visited
    window person_visits as (
        partition by person_id
        order by step_number
    )
),

steps as (
    select * from page_steps

    union all

    select * from channel_steps
),

sides as (
    select false as is_end

    union all

    select true as is_end
),

-- Each place is reached from the one before, and the last one is left for good.
transitions as (
    select
        steps.journey_kind,
        steps.session_id,
        steps.person_id,
        case when sides.is_end then steps.step_number + 1 else steps.step_number end
            as step_number,
        case
            when sides.is_end then steps.place_name
            else coalesce(steps.previous_name, '(start)')
        end as from_name,
        case when sides.is_end then '(end)' else steps.place_name end as to_name
    from steps
    cross join sides
    where not sides.is_end or steps.next_name is null
),

-- The tenth step and all after it are one, so that nothing is left out.
counted as (
    select
        journey_kind,
        cast(least(step_number, 10) as bigint) as step_number,
        from_name,
        to_name,
        count(*) as transitions,
        count(distinct session_id) as sessions,
        count(distinct person_id) as persons
    from transitions
    group by journey_kind, least(step_number, 10), from_name, to_name
),

final as (
    select
        journey_kind,
        step_number,
        from_name,
        to_name,
        transitions,
        sessions,
        persons,
        from_name = to_name and from_name <> '(other pages)' as is_loop
    from counted
)

select * from final
