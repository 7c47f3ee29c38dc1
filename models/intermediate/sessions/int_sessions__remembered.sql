-- grain: one row per session, with the source that is remembered for it: its own, or
-- for a direct one that of the visitor's last other session within the lookback.

with sessions as (
    select * from {{ ref('int_sessions__channelled') }}
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
    from sessions
),

origins as (
    select * from counted
    where not is_direct
),

-- The whole tuple comes from one session: fields of two are never mixed.
remembered as (
    select
        counted.source_name,
        counted.visitor_id,
        counted.session_app,
        counted.session_started_at,
        counted.session_id,
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

select * from remembered
