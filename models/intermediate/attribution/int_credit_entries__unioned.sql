-- grain: one row per entry, touch and attribution model. An entry is a conversion, of
-- which the credit sums to exactly 1, or a reversal of one, of which it sums to the
-- share that went back, below zero.

with shared as (
    select * from {{ ref('footfall', 'int_credits__weighted') }}
),

spread as (
    select * from {{ ref('footfall', 'int_markov_credits__weighted') }}
),

reversed as (
    select * from {{ ref('footfall', 'int_credits__reversed') }}
),

conversions as (
    select * from {{ ref('footfall', 'int_conversions__explained') }}
),

touches as (
    select * from {{ ref('footfall', 'int_journeys__pathed') }}
    where
        is_converted
        and touch_number is not null
),

booked as (
    select * from shared

    union all

    select * from spread
),

entries as (
    select
        conversion_id as entry_id,
        conversion_id,
        'conversion' as entry_type,
        attribution_model,
        fallback_model,
        touch_number,
        cast(null as date) as reversed_date,
        credit,
        attributed_revenue
    from booked

    union all

    select
        reversal_id as entry_id,
        conversion_id,
        'reversal' as entry_type,
        attribution_model,
        fallback_model,
        touch_number,
        reversed_date,
        credit,
        attributed_revenue
    from reversed
),

-- A conversion without a touch has its reason where others have a channel.
unioned as (
    select
        entries.entry_id,
        entries.conversion_id,
        conversions.conversion_name,
        entries.attribution_model,
        conversions.person_id,
        touches.session_id,
        conversions.converted_at,
        conversions.converted_date,
        touches.touched_at,
        entries.entry_type,
        touches.source,
        touches.medium,
        touches.campaign,
        entries.fallback_model,
        entries.touch_number,
        touches.touch_count,
        entries.credit,
        entries.attributed_revenue,
        coalesce(touches.channel, conversions.unattributed_reason) as channel,
        coalesce(entries.reversed_date, conversions.converted_date) as entry_date
    from entries
    inner join conversions
        on entries.conversion_id = conversions.conversion_id
    left join touches
        on
            entries.conversion_id = touches.journey_id
            and entries.touch_number = touches.touch_number
)

select * from unioned
