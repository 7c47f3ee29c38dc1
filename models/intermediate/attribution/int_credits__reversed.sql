-- grain: one row per reversal, touch and model: credit and revenue that go back on the
-- day of the reversal, below zero. Reversals that find nothing left have no rows.

with shared as (
    select * from {{ ref('footfall', 'int_credits__weighted') }}
),

spread as (
    select * from {{ ref('footfall', 'int_markov_credits__weighted') }}
),

reversals as (
    select * from {{ ref('footfall', 'int_reversals__accounted') }}
    where share_after > share_before or reversed_revenue > 0
),

reversed_conversions as (
    select distinct conversion_id
    from reversals
),

credits as (
    select * from shared

    union all

    select * from spread
),

-- Which shares of the conversion lie before this touch, and up to it?
summed as (
    select
        credits.*,
        cast(
            sum(credits.credit) over (
                partition by credits.conversion_id, credits.attribution_model
                order by credits.touch_number
                rows between unbounded preceding and current row
            ) as numeric(18, 12)
        ) as credit_after
    from credits
    inner join reversed_conversions
        on credits.conversion_id = reversed_conversions.conversion_id
),

-- Rounded as a sum that runs over the touches and over the reversals both: each
-- reversal takes back just its share, and a conversion that is all gone leaves nothing
-- at any touch.
reversed as (
    select
        reversals.reversal_id,
        reversals.reversed_date,
        summed.person_id,
        summed.conversion_id,
        summed.attribution_model,
        summed.fallback_model,
        summed.touch_number,
        cast(
            {{ allocated_part(
                'reversals.share_before',
                'summed.credit_after - summed.credit',
                'summed.credit_after',
                12
            ) }}
            - {{ allocated_part(
                'reversals.share_after',
                'summed.credit_after - summed.credit',
                'summed.credit_after',
                12
            ) }} as numeric(18, 12)
        ) as credit,
        cast(
            {{ allocated_part(
                'reversals.revenue_before',
                'summed.credit_after - summed.credit',
                'summed.credit_after',
                6
            ) }}
            - {{ allocated_part(
                'reversals.revenue_after',
                'summed.credit_after - summed.credit',
                'summed.credit_after',
                6
            ) }} as numeric(28, 6)
        ) as attributed_revenue
    from summed
    inner join reversals
        on summed.conversion_id = reversals.conversion_id
)

select * from reversed
