-- grain: one row per conversion that has to be credited anew: anything that its credits
-- are made of is another since all kept models of this run were made.

with conversions as (
    select * from {{ ref('int_conversions__accounted') }}
    where {{ is_new('credited_number') }}
),

changed as (
    select conversion_id from conversions
)

select * from changed
