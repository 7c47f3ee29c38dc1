-- grain: one row per reason for which sessions are Direct or Unassigned.
-- Why is so much of the traffic Direct or Unassigned?

with sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

totals as (
    select count(*) as all_sessions
    from sessions
),

answer as (
    select
        sessions.channel,
        sessions.channel_reason,
        min(sessions.landing_page_path) as example_landing_page,
        count(*) as sessions,
        round(1.0 * count(*) / totals.all_sessions, 3) as share_of_sessions
    from sessions
    cross join totals
    where sessions.channel in ('Direct', 'Unassigned')
    group by sessions.channel, sessions.channel_reason, totals.all_sessions
)

select * from answer
order by sessions desc, channel asc, channel_reason asc
limit 12
