-- grain: one row per conversion, touch and model that weighs touches by the removal
-- effects of all journeys; a conversion without a touch is one row per model.

with touches as (
    select * from {{ ref('int_journeys__pathed') }}
    where
        is_converted
        and touch_number is not null
),

conversions as (
    select * from {{ ref('int_conversions__explained') }}
),

effects as (
    select * from {{ ref('int_removal_effects__computed') }}
),

attribution_models as (
    select * from {{ ref('attribution_models') }}
    where
        is_enabled
        and kind = 'markov_by_journey'
),

-- An effect too small to be seen still counts: no path is left without weight. Where
-- effects are not computed all touches weigh alike, which is the model linear.
weighted as (
    select
        touches.journey_id as conversion_id,
        touches.channel,
        touches.touch_number,
        attribution_models.attribution_model,
        case when effects.removal_effect is null then 'linear' end as fallback_model,
        greatest(coalesce(effects.removal_effect, 1), 0.000000000001) as touch_weight
    from touches
    cross join attribution_models
    inner join effects
        on
            touches.conversion_name = effects.conversion_name
            and touches.channel = effects.channel
            and attribution_models.markov_order = effects.markov_order
),

summed as (
    select
        *,
        sum(touch_weight) over (
            partition by conversion_id, attribution_model
        ) as conversion_weight
    from weighted
),

rounded as (
    select
        *,
        {{ ratio('touch_weight', 'conversion_weight', 12) }} as rounded_credit
    from summed
),

preceded as (
    select
        *,
        coalesce(
            sum(rounded_credit) over (
                partition by conversion_id, attribution_model
                order by touch_number
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as credit_before,
        max(case when rounded_credit > 0 then touch_number end) over (
            partition by conversion_id, attribution_model
        ) as last_credited_number
    from rounded
),

-- What rounding leaves over goes to the last touch that earns anything.
credited as (
    select
        conversion_id,
        attribution_model,
        fallback_model,
        channel,
        touch_number,
        case
            when touch_number = last_credited_number then 1 - credit_before
            else rounded_credit
        end as credit,
        cast(credit_before as numeric(18, 12)) as credit_before
    from preceded
),

uncredited as (
    select
        conversions.conversion_id,
        attribution_models.attribution_model,
        cast(null as {{ dbt.type_string() }}) as fallback_model,
        conversions.unattributed_reason as channel,
        cast(null as bigint) as touch_number,
        1 as credit,
        cast(0 as numeric(18, 12)) as credit_before
    from conversions
    cross join attribution_models
    where conversions.unattributed_reason is not null
),

all_credits as (
    select * from credited

    union all

    select * from uncredited
),

credited_revenue as (
    select
        conversions.person_id,
        all_credits.conversion_id,
        all_credits.attribution_model,
        all_credits.fallback_model,
        all_credits.channel,
        all_credits.touch_number,
        cast(all_credits.credit as numeric(18, 12)) as credit,
        {{ allocated_part(
            'conversions.revenue',
            'all_credits.credit_before',
            'all_credits.credit_before + all_credits.credit',
            6
        ) }} as attributed_revenue
    from all_credits
    inner join conversions
        on all_credits.conversion_id = conversions.conversion_id
)

select * from credited_revenue
