-- grain: one row per reason for which sessions are Direct or Unassigned.
-- Why is so much of the traffic Direct or Unassigned?

with sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

answer as (
    select
        channel,
        channel_reason,
        min(landing_page_path) as example_landing_page,
        count(*) as sessions,
        round(1.0 * count(*) / (select count(*) from sessions), 3)
            as share_of_sessions
    from sessions
    where channel in ('Direct', 'Unassigned')
    group by channel, channel_reason
)

select * from answer
order by sessions desc, channel asc, channel_reason asc
limit 12
