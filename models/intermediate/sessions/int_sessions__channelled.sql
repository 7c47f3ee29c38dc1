-- grain: one row per session, with the source of its own, be it direct, and the one
-- that is remembered for it: its own, or for a direct one that of the visitor's last
-- other session within the lookback.

with session_sources as (
    select * from {{ ref('footfall', 'int_session_sources__ordered') }}
    where
        session_source_number = 1
        and {{ in_scope('visitor') }}
),

traffic_sources as (
    select * from {{ ref('footfall', 'int_traffic_sources__named') }}
),

traffic_channels as (
    select * from {{ ref('footfall', 'int_traffic_sources__channelled') }}
    where is_in_force
),

channels as (
    select * from {{ ref('channels') }}
),

own as (
    select
        session_sources.source_name,
        session_sources.visitor_id,
        session_sources.session_app,
        session_sources.session_started_at,
        session_sources.session_id,
        traffic_sources.source,
        traffic_sources.medium,
        traffic_sources.campaign,
        traffic_channels.channel,
        channels.is_direct,
        traffic_channels.channel_rule_id,
        traffic_channels.channel_reason
    from session_sources
    inner join traffic_sources
        on session_sources.traffic_source_id = traffic_sources.traffic_source_id
    inner join traffic_channels
        on session_sources.traffic_source_id = traffic_channels.traffic_source_id
    inner join channels
        on traffic_channels.channel = channels.channel
),

-- How many sessions of this visitor, up to this one, had a source? The last of them is
-- remembered, be it in another app.
counted as (
    select
        *,
        count(case when not is_direct then 1 end) over (
            partition by source_name, visitor_id
            order by session_started_at, {{ byte_order('session_app') }}
            rows between unbounded preceding and current row
        ) as origin_number
    from own
),

origins as (
    select * from counted
    where not is_direct
),

-- The whole tuple comes from one session: fields of two are never mixed.
channelled as (
    select
        counted.source_name,
        counted.visitor_id,
        counted.session_app,
        counted.session_started_at,
        counted.session_id,
        counted.source,
        counted.medium,
        counted.campaign,
        counted.channel,
        counted.channel_rule_id,
        counted.channel_reason,
        coalesce(origins.source, counted.source) as last_non_direct_source,
        coalesce(origins.medium, counted.medium) as last_non_direct_medium,
        case
            when origins.session_id is not null then origins.campaign
            else counted.campaign
        end as last_non_direct_campaign,
        coalesce(origins.channel, counted.channel) as last_non_direct_channel
    from counted
    left join origins
        on
            counted.source_name = origins.source_name
            and counted.visitor_id = origins.visitor_id
            and counted.origin_number = origins.origin_number
            and counted.session_started_at
            <= origins.session_started_at
            + interval '{{ var("last_non_direct_lookback_days") }}' day
)

select * from channelled
