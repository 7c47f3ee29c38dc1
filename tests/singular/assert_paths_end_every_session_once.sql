-- grain: one row per goal, or the exit, of which paths hold more or fewer sessions than
-- there are, or other loops than are listed.

with path_sums as (
    select
        ending_kind,
        ending_name,
        sum(sessions) as sessions,
        sum(case when ending_kind = 'exit' then loops else 0 end) as loops
    from {{ ref('footfall', 'mart_journey__paths') }}
    group by ending_kind, ending_name
),

loop_sums as (
    select cast(coalesce(sum(loops), 0) as bigint) as loops
    from {{ ref('footfall', 'mart_journey__loops') }}
),

session_goals as (
    select * from {{ ref('footfall', 'fct_session_goals') }}
    where is_converted
),

known as (
    select
        'goal' as ending_kind,
        goal_name as ending_name,
        count(*) as sessions,
        cast(0 as bigint) as loops
    from session_goals
    group by goal_name

    union all

    select
        'exit' as ending_kind,
        '(exit)' as ending_name,
        session_counts.sessions,
        loop_sums.loops
    from (
        select count(*) as sessions from {{ ref('footfall', 'fct_sessions') }}
    ) as session_counts
    cross join loop_sums
    where session_counts.sessions > 0
),

compared as (
    select
        coalesce(known.ending_kind, path_sums.ending_kind) as ending_kind,
        coalesce(known.ending_name, path_sums.ending_name) as ending_name,
        coalesce(known.sessions, 0) as sessions,
        coalesce(path_sums.sessions, 0) as path_sessions,
        coalesce(known.loops, 0) as loops,
        coalesce(path_sums.loops, 0) as path_loops
    from known
    full outer join path_sums
        on
            known.ending_kind = path_sums.ending_kind
            and known.ending_name = path_sums.ending_name
)

select * from compared
where sessions <> path_sessions or loops <> path_loops
