-- grain: one row per channel here and other channel under GA4's rules, and why.
-- What would change under GA4's rules? Every session is held against both; for another
-- pair of presets, put other names of the seed channel_rules in place of these two.

with sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

arrivals as (
    select * from {{ ref('footfall', 'int_session_sources__ordered') }}
    where session_source_number = 1
),

here as (
    select * from {{ ref('footfall', 'int_traffic_sources__channelled') }}
    where preset = 'footfall'
),

there as (
    select * from {{ ref('footfall', 'int_traffic_sources__channelled') }}
    where preset = 'ga4_2026'
),

compared as (
    select
        sessions.session_id,
        sessions.has_conversion,
        sessions.revenue,
        here.channel,
        here.channel_rule_id,
        there.channel as ga4_channel,
        there.channel_rule_id as ga4_rule_id
    from sessions
    inner join arrivals
        on sessions.session_id = arrivals.session_id
    inner join here
        on arrivals.traffic_source_id = here.traffic_source_id
    inner join there
        on arrivals.traffic_source_id = there.traffic_source_id
),

answer as (
    select
        channel,
        ga4_channel,
        channel_rule_id,
        ga4_rule_id,
        min(session_id) as example_session_id,
        count(*) as sessions,
        count(case when has_conversion then 1 end) as converting_sessions,
        round(sum(revenue), 2) as revenue
    from compared
    where channel <> ga4_channel
    group by channel, ga4_channel, channel_rule_id, ga4_rule_id
)

select * from answer
order by sessions desc, channel_rule_id asc, ga4_rule_id asc
limit 20
