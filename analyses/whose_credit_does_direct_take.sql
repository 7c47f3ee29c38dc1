-- grain: one row per channel that earned a direct session within the lookback.
-- Whose credit does Direct take: which channels had brought the direct visitors before?

with sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
    where channel = 'Direct'
),

answer as (
    select
        last_non_direct_channel,
        count(*) as direct_sessions,
        count(case when has_conversion then 1 end) as converting_sessions,
        round(sum(revenue), 2) as revenue
    from sessions
    group by last_non_direct_channel
)

select * from answer
order by direct_sessions desc, last_non_direct_channel asc
limit 12
