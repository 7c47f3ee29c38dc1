-- grain: one row per session, with the source of its own, be it direct.

with arrivals as (
    select * from {{ ref('int_arrivals__sourced') }}
    where
        arrival_number = 1
        and {{ in_scope('visitor') }}
),

traffic_sources as (
    select * from {{ ref('int_traffic_sources__named') }}
),

traffic_channels as (
    select * from {{ ref('int_traffic_sources__channelled') }}
    where is_in_force
),

channels as (
    select * from {{ ref('channels') }}
),

channelled as (
    select
        arrivals.source_name,
        arrivals.visitor_id,
        arrivals.session_app,
        arrivals.session_started_at,
        arrivals.session_id,
        traffic_sources.source,
        traffic_sources.medium,
        traffic_sources.campaign,
        traffic_channels.channel,
        channels.is_direct,
        traffic_channels.channel_rule_id,
        traffic_channels.channel_reason
    from arrivals
    inner join traffic_sources
        on arrivals.traffic_source_id = traffic_sources.traffic_source_id
    inner join traffic_channels
        on arrivals.traffic_source_id = traffic_channels.traffic_source_id
    inner join channels
        on traffic_channels.channel = channels.channel
)

select * from channelled
