-- grain: one row per event that tells again of an order and has items that count all
-- the same: its order's items count with the event that is the conversion.

with claims as (
    select distinct
        source_name,
        event_id
    from {{ ref('footfall', 'int_orders__claimed') }}
),

conversions as (
    select distinct
        source_name,
        event_id
    from {{ ref('footfall', 'fct_conversions') }}
),

counted as (
    select distinct
        source_name,
        event_id
    from {{ ref('footfall', 'fct_items') }}
),

told_again as (
    select counted.*
    from counted
    inner join claims
        on
            counted.source_name = claims.source_name
            and counted.event_id = claims.event_id
    left join conversions
        on
            counted.source_name = conversions.source_name
            and counted.event_id = conversions.event_id
    where conversions.event_id is null
)

select * from told_again
