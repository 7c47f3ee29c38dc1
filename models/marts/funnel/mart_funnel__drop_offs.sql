-- grain: one row per funnel, step that attempts ended at before the last one, and what
-- the visitor did next.

with entries as (
    select
        *,
        case furthest_step
            {%- for step_number in range(1, 9) %}
                when {{ step_number }} then step_{{ step_number }}_at
            {%- endfor %}
        end as left_at
    from {{ ref('footfall', 'mart_funnel__entries') }}
    where not is_completed
),

funnel_steps as (
    select * from {{ ref('footfall', 'int_funnel_steps__defined') }}
),

page_views as (
    select * from {{ ref('footfall', 'fct_page_views') }}
),

sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

-- Of the last week nobody knows yet who comes back.
known as (
    select max(ended_at) - interval '7' day as last_known_at
    from sessions
),

-- A person is followed in all visitors that they are.
person_visitors as (
    select distinct
        source_name,
        visitor_id,
        person_id
    from sessions
    where
        person_id in (
            select entries.entity_id from entries
            where entries.entity = 'person'
        )
),

followed_visitors as (
    select
        funnel_name,
        source_name,
        entity,
        entity_id,
        attempt_number,
        left_at,
        source_name as followed_source_name,
        visitor_id as followed_visitor_id
    from entries
    where entity <> 'person'

    union all

    select
        entries.funnel_name,
        entries.source_name,
        entries.entity,
        entries.entity_id,
        entries.attempt_number,
        entries.left_at,
        person_visitors.source_name as followed_source_name,
        person_visitors.visitor_id as followed_visitor_id
    from entries
    inner join person_visitors
        on entries.entity_id = person_visitors.person_id
    where entries.entity = 'person'
),

-- In the visit that was left, which had begun; of a funnel within a session in that
-- one.
later_views as (
    select
        entries.funnel_name,
        entries.source_name,
        entries.entity_id,
        entries.attempt_number,
        {{ page_label('page_views') }} as page_name,
        row_number() over (
            partition by
                entries.funnel_name,
                entries.source_name,
                entries.entity_id,
                entries.attempt_number
            order by
                page_views.viewed_at,
                page_views.view_number,
                {{ byte_order('page_views.event_id') }},
                {{ byte_order('page_views.source_name') }}
        ) as view_number
    from followed_visitors as entries
    inner join page_views
        on
            entries.followed_source_name = page_views.source_name
            and entries.followed_visitor_id = page_views.visitor_id
            and entries.left_at < page_views.viewed_at
    inner join sessions
        on
            page_views.session_id = sessions.session_id
            and entries.left_at >= sessions.started_at
    where
        case entries.entity
            when 'session' then entries.entity_id = page_views.session_id
            when 'person' then entries.entity_id = sessions.person_id
            else true
        end
),

next_views as (
    select * from later_views
    where view_number = 1
),

returned as (
    select
        entries.funnel_name,
        entries.source_name,
        entries.entity_id,
        entries.attempt_number
    from followed_visitors as entries
    inner join sessions
        on
            entries.followed_source_name = sessions.source_name
            and entries.followed_visitor_id = sessions.visitor_id
            and entries.left_at < sessions.started_at
            and entries.left_at + interval '7' day >= sessions.started_at
    where entries.entity <> 'person' or entries.entity_id = sessions.person_id
    group by
        entries.funnel_name,
        entries.source_name,
        entries.entity_id,
        entries.attempt_number
),

followed as (
    select
        entries.funnel_name,
        entries.furthest_step,
        entries.left_at <= known.last_known_at as is_week_over,
        returned.entity_id is not null as has_returned,
        coalesce(next_views.page_name, '(exit)') as next_place
    from entries
    cross join known
    left join next_views
        on
            entries.funnel_name = next_views.funnel_name
            and entries.source_name = next_views.source_name
            and entries.entity_id = next_views.entity_id
            and entries.attempt_number = next_views.attempt_number
    left join returned
        on
            entries.funnel_name = returned.funnel_name
            and entries.source_name = returned.source_name
            and entries.entity_id = returned.entity_id
            and entries.attempt_number = returned.attempt_number
),

final as (
    select
        followed.funnel_name,
        funnel_steps.step_number,
        funnel_steps.step_name,
        followed.next_place,
        count(*) as dropped,
        count(case when followed.is_week_over then 1 end) as dropped_a_week_ago,
        count(case when followed.is_week_over and followed.has_returned then 1 end)
            as returned_within_a_week,
        {{ rate(
            'count(case when followed.is_week_over and followed.has_returned'
            ~ ' then 1 end)',
            'count(case when followed.is_week_over then 1 end)'
        ) }} as return_rate
    from followed
    inner join funnel_steps
        on
            followed.funnel_name = funnel_steps.funnel_name
            and followed.furthest_step = funnel_steps.step_number
    group by
        followed.funnel_name,
        funnel_steps.step_number,
        funnel_steps.step_name,
        followed.next_place
)

select * from final
