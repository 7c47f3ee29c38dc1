-- grain: one row per visitor who denied analytics and still shows in a mart.

with visitors as (
    select * from {{ ref('footfall', 'int_visitors__consented') }}
    where analytics_consent = 'denied'
),

sightings as (
    select
        source_name,
        visitor_id
    from {{ ref('footfall', 'fct_events') }}

    union

    select
        source_name,
        visitor_id
    from {{ ref('footfall', 'fct_sessions') }}

    union

    select
        source_name,
        visitor_id
    from {{ ref('footfall', 'fct_conversions') }}

    union

    select
        source_name,
        visitor_id
    from {{ ref('footfall', 'mart_quality__rejected_events') }}
),

leaked as (
    select
        visitors.source_name,
        visitors.visitor_id
    from visitors
    inner join sightings
        on
            visitors.source_name = sightings.source_name
            and visitors.visitor_id = sightings.visitor_id
)

select * from leaked
