-- grain: one row per event delivered that its source has not taken back.

with logged as (
    select * from {{ ref('footfall', 'int_events__logged') }}
),

retractions as (
    select retracted_number from {{ ref('footfall', 'int_events__logged') }}
    where retracted_number is not null
),

standing as (
    select
        logged.{{ logged_columns() | join(',\n        logged.') }},
        logged.own_rejection_reason,
        logged.log_number,
        logged.batch_number
    from logged
    left join retractions
        on logged.log_number = retractions.retracted_number
    where
        logged.retracted_number is null
        and retractions.retracted_number is null
)

select * from standing
