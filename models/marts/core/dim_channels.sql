-- grain: one row per channel that a rule can give.

with channels as (
    select * from {{ ref('channels') }}
),

sessions as (
    select * from {{ ref('fct_sessions') }}
),

session_totals as (
    select
        channel,
        min(started_at) as first_seen_at,
        max(started_at) as last_seen_at,
        count(*) as session_count
    from sessions
    group by channel
),

final as (
    select
        channels.channel,
        channels.description,
        session_totals.first_seen_at,
        session_totals.last_seen_at,
        channels.is_direct,
        channels.is_paid,
        coalesce(session_totals.session_count, 0) as session_count
    from channels
    left join session_totals
        on channels.channel = session_totals.channel
)

select * from final
