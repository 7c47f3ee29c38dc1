-- grain: one row per touch: a session, and where attribution_touches says so, each
-- later source in force in it that is of another channel. Without consent, no touch.

with sessions as (
    select * from {{ ref('footfall', 'int_sessions__described') }}
    where
        {{ in_scope('person') }}
        and marketing_consent <> 'denied'
),

session_sources as (
    select * from {{ ref('footfall', 'int_session_sources__ordered') }}
    where {{ sql_literal(var('attribution_touches')) }} = 'channel_changes'
),

traffic_sources as (
    select * from {{ ref('footfall', 'int_traffic_sources__named') }}
),

traffic_channels as (
    select * from {{ ref('footfall', 'int_traffic_sources__channelled') }}
    where is_in_force
),

arrived as (
    select
        sessions.session_id,
        sessions.person_id,
        session_sources.session_source_number,
        session_sources.arrived_at,
        traffic_channels.channel,
        traffic_sources.source,
        traffic_sources.medium,
        traffic_sources.campaign,
        lag(traffic_channels.channel) over (
            partition by session_sources.session_id
            order by session_sources.session_source_number
        ) as previous_channel
    from session_sources
    inner join sessions
        on session_sources.session_id = sessions.session_id
    inner join traffic_sources
        on session_sources.traffic_source_id = traffic_sources.traffic_source_id
    inner join traffic_channels
        on session_sources.traffic_source_id = traffic_channels.traffic_source_id
),

sourced as (
    select
        session_id,
        cast(1 as bigint) as session_source_number,
        person_id,
        started_at as touched_at,
        started_date as touched_date,
        channel,
        source,
        medium,
        campaign
    from sessions

    union all

    select
        session_id,
        session_source_number,
        person_id,
        arrived_at as touched_at,
        cast({{ local_time('arrived_at') }} as date) as touched_date,
        channel,
        source,
        medium,
        campaign
    from arrived
    where
        session_source_number > 1
        and channel <> previous_channel
)

select * from sourced
