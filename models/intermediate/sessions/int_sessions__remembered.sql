-- grain: one row per session, with the source that is remembered for it: its own, or
-- for a direct one that of the visitor's last other session within the lookback.

with sessions as (
    select * from {{ ref('int_sessions__channelled') }}
),

origins as (
    select * from {{ ref('int_sessions__channelled') }}
    where not is_direct
),

-- Which session of this visitor, up to this one, last had a source?
with_last as (
    select
        *,
        max(case when not is_direct then session_started_at end) over (
            partition by source_name, visitor_id
            order by session_started_at
            rows between unbounded preceding and current row
        ) as last_non_direct_started_at
    from sessions
),

-- The whole tuple comes from one session: fields of two are never mixed.
remembered as (
    select
        with_last.source_name,
        with_last.visitor_id,
        with_last.session_started_at,
        with_last.session_id,
        coalesce(origins.source, with_last.source) as last_non_direct_source,
        coalesce(origins.medium, with_last.medium) as last_non_direct_medium,
        case
            when origins.session_id is not null then origins.campaign
            else with_last.campaign
        end as last_non_direct_campaign,
        coalesce(origins.channel, with_last.channel) as last_non_direct_channel
    from with_last
    left join origins
        on
            with_last.source_name = origins.source_name
            and with_last.visitor_id = origins.visitor_id
            and with_last.last_non_direct_started_at = origins.session_started_at
            and with_last.session_started_at
            <= origins.session_started_at
            + interval '{{ var("last_non_direct_lookback_days") }}' day
)

select * from remembered
