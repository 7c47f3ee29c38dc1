-- grain: one row per source and day without data, or with a part of it.
-- Is a fall real, or is tracking broken: which days lack what a source sends?

with source_days as (
    select * from {{ ref('footfall', 'mart_quality__source_days') }}
),

usual as (
    select
        source_name,
        round(avg(received), 0) as usually_received
    from source_days
    where has_data
    group by source_name
),

answer as (
    select
        source_days.report_date,
        source_days.source_name,
        source_days.received,
        usual.usually_received,
        case
            when source_days.is_partial then 'a part is missing'
            when source_days.is_missed then 'nothing came, though it comes daily'
            else 'nothing came'
        end as finding
    from source_days
    inner join usual
        on source_days.source_name = usual.source_name
    where
        not source_days.has_data
        or source_days.is_partial
)

select * from answer
order by report_date desc, source_name asc
limit 12
