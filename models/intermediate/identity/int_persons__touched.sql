-- grain: one row per id that is or may once have been a person's, with the last batch
-- that touched one of their visitors.

with visitors as (
    select * from {{ ref('int_visitors__touched') }}
    where {{ is_unseen('int_persons__touched') }}
),

events as (
    select * from {{ ref('int_events__classified') }}
    where user_id is not null
),

-- Rejected events count: before they were, they may have named the person.
named as (
    select
        visitor_id as person_id,
        batch_number
    from visitors

    union all

    select
        events.user_id as person_id,
        visitors.batch_number
    from events
    inner join visitors
        on
            events.source_name = visitors.source_name
            and events.visitor_id = visitors.visitor_id
),

touched as (
    select
        person_id,
        max(batch_number) as batch_number,
        '{{ definition_hash() }}' as definition_hash
    from named
    group by person_id
)

select * from touched
