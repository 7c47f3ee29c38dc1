-- grain: one row per session, with the source of its own, be it direct.

with sessions as (
    select * from {{ ref('int_sessions__aggregated') }}
    where {{ is_visitor_touched('fct_sessions') }}
),

sources as (
    select * from {{ ref('int_sessions__sourced') }}
),

traffic_sources as (
    select * from {{ ref('int_traffic_sources__channelled') }}
),

channels as (
    select * from {{ ref('channels') }}
),

direct as (
    select traffic_source_id
    from traffic_sources
    where
        coalesce(
            utm_source, utm_medium, utm_campaign, click_id_type, referrer_host
        ) is null
),

keyed as (
    select
        sessions.source_name,
        sessions.visitor_id,
        sessions.session_started_at,
        sessions.session_id,
        coalesce(sources.traffic_source_id, direct.traffic_source_id)
            as traffic_source_id
    from sessions
    cross join direct
    left join sources
        on
            sessions.source_name = sources.source_name
            and sessions.visitor_id = sources.visitor_id
            and sessions.session_started_at = sources.session_started_at
),

channelled as (
    select
        keyed.source_name,
        keyed.visitor_id,
        keyed.session_started_at,
        keyed.session_id,
        traffic_sources.source,
        traffic_sources.medium,
        traffic_sources.campaign,
        traffic_sources.channel,
        channels.is_direct,
        traffic_sources.channel_rule_id,
        traffic_sources.channel_reason
    from keyed
    inner join traffic_sources
        on keyed.traffic_source_id = traffic_sources.traffic_source_id
    inner join channels
        on traffic_sources.channel = channels.channel
)

select * from channelled
