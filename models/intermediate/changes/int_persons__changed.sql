-- grain: one row per id that is or may once have been that of a person of whom anything
-- may be another since all kept models of this run were made.

with visitors as (
    select * from {{ ref('footfall', 'int_visitors__changed') }}
),

events as (
    select * from {{ ref('footfall', 'int_events__logged') }}
    where user_id is not null
),

-- Rejected events count: before they were, they may have named the person.
changed as (
    select visitor_id as person_id
    from visitors

    union

    select events.user_id as person_id
    from events
    inner join visitors
        on
            events.source_name = visitors.source_name
            and events.visitor_id = visitors.visitor_id
)

select * from changed
