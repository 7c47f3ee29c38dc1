-- grain: one row per source and local day from its first to its last accepted event, of
-- a source that is missed four weeks on, and per other day with events.

with source_days as (
    select * from {{ ref('footfall', 'int_source_days__judged') }}
),

final as (
    select
        source_name,
        report_date,
        received,
        accepted,
        has_data,
        is_missed,
        is_partial
    from source_days
)

select * from final
