-- grain: one row per conversion that brought revenue, and per reversal that took some
-- of it back, with the days from which and until which it counts.

with conversions as (
    select
        conversion_id,
        person_id,
        revenue,
        {{ day_number('converted_date') }} as day_number,
        {{ day_number('converted_date') }} + {{ var('audience_window_days') }}
            as end_number
    from {{ ref('footfall', 'int_conversions__valued') }}
    where revenue <> 0
),

reversals as (
    select
        reversal_id,
        conversion_id,
        reversed_revenue,
        {{ day_number('reversed_date') }} as day_number
    from {{ ref('footfall', 'int_reversals__accounted') }}
    where reversed_revenue <> 0
),

-- What is taken back goes from the revenue that it is of, and with that.
reversed as (
    select
        reversals.reversal_id,
        conversions.person_id,
        conversions.end_number,
        greatest(reversals.day_number, conversions.day_number) as day_number,
        0 - reversals.reversed_revenue as revenue
    from reversals
    inner join conversions
        on reversals.conversion_id = conversions.conversion_id
),

dated as (
    select
        conversion_id as entry_id,
        person_id,
        day_number,
        end_number,
        revenue
    from conversions

    union all

    select
        reversal_id as entry_id,
        person_id,
        day_number,
        end_number,
        cast(revenue as numeric(28, 6)) as revenue
    from reversed
    where day_number < end_number
)

select * from dated
