-- grain: one row per session or day of spend that no channel rule caught.

with sessions as (
    select
        (select count(*) from {{ ref('footfall', 'int_sessions__aggregated') }})
            as session_count,
        (select count(*) from {{ ref('footfall', 'fct_sessions') }}) as channelled_count
)

select * from sessions
where session_count <> channelled_count
