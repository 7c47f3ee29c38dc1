-- grain: one row per person, with what their visitors decided about marketing: granted
-- where one of them granted it and none denied it.

with visitors as (
    select * from {{ ref('footfall', 'int_visitor_persons__spanned') }}
),

consents as (
    select * from {{ ref('footfall', 'int_visitors__consented') }}
),

counted as (
    select
        visitors.person_id,
        count(case when consents.marketing_consent = 'granted' then 1 end)
            as granted_count,
        count(case when consents.marketing_consent = 'denied' then 1 end)
            as denied_count
    from visitors
    left join consents
        on
            visitors.source_name = consents.source_name
            and visitors.visitor_id = consents.visitor_id
    group by visitors.person_id
),

consented as (
    select
        person_id,
        case
            when denied_count > 0 then 'denied'
            when granted_count > 0 then 'granted'
            else 'unknown'
        end as marketing_consent
    from counted
)

select * from consented
