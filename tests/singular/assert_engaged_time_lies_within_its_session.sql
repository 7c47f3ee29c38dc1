-- grain: one row per session whose engaged time is below nothing, or inferred and
-- longer than the session.

with sessions as (
    select
        session_id,
        engaged_time_method,
        engaged_seconds,
        duration_seconds
    from {{ ref('footfall', 'fct_sessions') }}
)

select * from sessions
where
    engaged_seconds < 0
    or (engaged_time_method = 'inferred' and engaged_seconds > duration_seconds)
