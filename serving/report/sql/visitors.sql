-- grain: one row per set of groups, the rows of sessions.sql numbered from 0, that any
-- visitor was in. Distinct visitors under a filter are exact: those of the sets that
-- share a group with it.

with sessions as (
    select
        source_name || ' ' || visitor_id as visitor_key,
        dense_rank() over (
            order by
                started_date,
                channel,
                coalesce(device_category, '(unknown)'),
                visitor_type
        ) - 1 as group_number
    from fct_sessions
),

visitor_sets as (
    select
        visitor_key,
        string_agg(distinct group_number, ' ' order by group_number) as group_numbers
    from sessions
    group by visitor_key
),

counted as (
    select
        group_numbers,
        count(*) as visitors
    from visitor_sets
    group by group_numbers
)

select * from counted
order by group_numbers
