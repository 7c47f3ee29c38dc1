-- grain: one row per conversion, touch and model of the ledger; a conversion without a
-- touch is one row per model. Reversals are not in it.

with shared as (
    select * from {{ ref('int_credits__shared') }}
),

spread as (
    select * from {{ ref('int_credits__spread') }}
),

booked as (
    select
        person_id,
        conversion_id,
        attribution_model,
        fallback_model,
        channel,
        touch_number,
        credit,
        attributed_revenue
    from shared

    union all

    select
        person_id,
        conversion_id,
        attribution_model,
        fallback_model,
        channel,
        touch_number,
        credit,
        attributed_revenue
    from spread
)

select * from booked
