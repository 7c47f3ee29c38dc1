-- grain: one row per source of the channel AI Assistant.
-- How much traffic comes from ChatGPT and other assistants?

with sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

answer as (
    select
        coalesce(source, '(unknown)') as assistant,
        count(*) as sessions,
        round(1.0 * count(*) / (select count(*) from sessions), 4)
            as share_of_sessions,
        count(case when has_conversion then 1 end) as converting_sessions,
        round(sum(revenue), 2) as revenue
    from sessions
    where channel = 'AI Assistant'
    group by coalesce(source, '(unknown)')
)

select * from answer
order by sessions desc, assistant asc
