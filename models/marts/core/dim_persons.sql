-- grain: one row per person: a known user, or a visitor nobody knows by name.

with visitors as (
    select * from {{ ref('footfall', 'int_visitor_persons__spanned') }}
),

sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

conversions as (
    select * from {{ ref('footfall', 'fct_conversions') }}
),

seen as (
    select
        person_id,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at,
        count(distinct visitor_id) as visitor_count
    from visitors
    group by person_id
),

session_totals as (
    select
        person_id,
        count(*) as session_count
    from sessions
    group by person_id
),

conversion_totals as (
    select
        person_id,
        cast(sum(revenue) as numeric(28, 6)) as revenue,
        count(*) as conversion_count
    from conversions
    group by person_id
),

final as (
    select
        seen.person_id,
        seen.first_seen_at,
        seen.last_seen_at,
        seen.visitor_count,
        coalesce(session_totals.session_count, 0) as session_count,
        coalesce(conversion_totals.conversion_count, 0) as conversion_count,
        coalesce(conversion_totals.revenue, cast(0 as numeric(28, 6))) as revenue
    from seen
    left join session_totals
        on seen.person_id = session_totals.person_id
    left join conversion_totals
        on seen.person_id = conversion_totals.person_id
)

select * from final
