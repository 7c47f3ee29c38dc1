-- grain: one row per source and local hour in which events of it occurred, accepted or
-- not. One without a time is counted when it was received.

with events as (
    select
        source_name,
        rejection_reason,
        {{ local_time('coalesce(occurred_at, received_at)') }} as local_at
    from {{ ref('footfall', 'int_events__classified') }}
    where occurred_at is not null or received_at is not null
),

counted as (
    select
        source_name,
        cast(local_at as date) as report_date,
        cast(extract(hour from local_at) as integer) as hour_number,
        count(*) as received,
        count(case when rejection_reason is null then 1 end) as accepted
    from events
    group by
        source_name,
        cast(local_at as date),
        cast(extract(hour from local_at) as integer)
)

select * from counted
