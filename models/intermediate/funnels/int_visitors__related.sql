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

-- Of an attempt that began in no session the visitor's own id stands for the person.
related as (
    select
        source_name,
        visitor_id
    from visitors

    union

    select
        spanned.source_name,
        spanned.visitor_id
    from spanned
    inner join persons
        on spanned.person_id = persons.person_id

    union

    select
        spanned.source_name,
        spanned.visitor_id
    from spanned
    inner join persons
        on spanned.visitor_id = persons.person_id
)

select * from related
