-- grain: one row per source of the channel AI Assistant.
-- How much traffic comes from ChatGPT and other assistants?

with sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

totals as (
    select count(*) as all_sessions
    from sessions
),

answer as (
    select
        coalesce(sessions.source, '(unknown)') as assistant,
        count(*) as sessions,
        round(1.0 * count(*) / totals.all_sessions, 4) as share_of_sessions,
        count(case when sessions.has_conversion then 1 end) as converting_sessions,
        round(sum(sessions.revenue), 2) as revenue
    from sessions
    cross join totals
    where sessions.channel = 'AI Assistant'
    group by coalesce(sessions.source, '(unknown)'), totals.all_sessions
)

select * from answer
order by sessions desc, assistant asc
