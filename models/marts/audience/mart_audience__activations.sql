-- grain: one row per audience, person who is in it and granted marketing consent, and
-- visitor of theirs who granted it.

with memberships as (
    select * from {{ ref('footfall', 'mart_audience__memberships') }}
    where is_in
),

persons as (
    select * from {{ ref('footfall', 'int_persons__consented') }}
    where marketing_consent = 'granted'
),

visitors as (
    select * from {{ ref('footfall', 'int_visitor_persons__spanned') }}
),

visitor_consents as (
    select * from {{ ref('footfall', 'int_visitors__consented') }}
    where marketing_consent = 'granted'
),

final as (
    select
        memberships.audience,
        memberships.person_id,
        visitors.source_name,
        visitors.visitor_id,
        memberships.entered_at,
        memberships.entered_date,
        memberships.reason,
        memberships.value_at_stake,
        -- Who is known by no login is called as the visitor.
        case
            when visitors.person_id <> visitors.visitor_id then visitors.person_id
        end as user_id
    from memberships
    inner join persons
        on memberships.person_id = persons.person_id
    inner join visitors
        on memberships.person_id = visitors.person_id
    inner join visitor_consents
        on
            visitors.source_name = visitor_consents.source_name
            and visitors.visitor_id = visitor_consents.visitor_id
)

select * from final
