-- grain: one row per source with a session: when does what is known of it begin?

with sessions as (
    select * from {{ ref('footfall', 'int_sessions__aggregated') }}
),

started as (
    select
        source_name,
        min(session_started_at) as history_started_at
    from sessions
    group by source_name
)

select * from started
