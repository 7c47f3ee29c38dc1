-- grain: one row per set of groups that any visitor was in. A group is a day, channel,
-- device and visitor type of sessions.sql, numbered from 0. Distinct visitors under
-- these filters are exact: those of the sets that share a group with them.

with sessions as (
    select
        visitor_key,
        dense_rank() over (
            order by report_date, channel, device, visitor_type
        ) - 1 as group_number
    from report_sessions
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
