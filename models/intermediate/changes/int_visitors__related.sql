-- grain: one row per visitor of a source of whom, or of a person that they stood for,
-- anything may be another since all kept models of this run were made.

with visitors as (
    select * from {{ ref('footfall', 'int_visitors__changed') }}
),

persons as (
    select * from {{ ref('footfall', 'int_persons__changed') }}
),

spanned as (
    select * from {{ ref('footfall', 'int_visitor_persons__spanned') }}
),

-- Whoever is called as a person is, is theirs too: nothing else names who has none.
related as (
    select
        source_name,
        visitor_id
    from visitors

    union

    select
        source_name,
        visitor_id
    from spanned
    where
        person_id in (select persons.person_id from persons)
        or visitor_id in (select persons.person_id from persons)
)

select * from related
