-- grain: one row per conversion, touch and model that weighs touches by the removal
-- effects of all journeys; a conversion without a touch is one row per model.

with touches as (
    select * from {{ ref('footfall', 'int_journeys__pathed') }}
    where
        is_converted
        and touch_number is not null
),

conversions as (
    select
        *,
        row_number() over (order by {{ byte_order('conversion_id') }})
            as conversion_number
    from {{ ref('footfall', 'int_conversions__explained') }}
),

effects as (
    select * from {{ ref('footfall', 'int_removal_effects__computed') }}
),

attribution_models as (
    select
        *,
        row_number() over (order by {{ byte_order('attribution_model') }})
            as model_number
    from {{ ref('attribution_models') }}
    where
        is_enabled
        and kind = 'markov_by_journey'
),

-- An effect too small to be seen still counts: no path is left without weight. Where
-- effects are not computed all touches weigh alike, which is the model linear.
weighted as (
    select
        conversions.conversion_number,
        attribution_models.model_number,
        touches.touch_number,
        effects.removal_effect is null as is_linear,
        greatest(coalesce(effects.removal_effect, 1), 0.000000000001) as touch_weight
    from touches
    inner join conversions
        on touches.journey_id = conversions.conversion_id
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
            partition by conversion_number, model_number
        ) as conversion_weight
    from weighted
),

rounded as (
    select
        *,
        {{ ratio('touch_weight', 'conversion_weight', 12) }} as rounded_credit
    from summed
),

running as (
    select
        *,
        sum(rounded_credit) over (
            partition by conversion_number, model_number
            order by touch_number
            rows between unbounded preceding and current row
        ) as rounded_credit_so_far,
        max(case when rounded_credit > 0 then touch_number end) over (
            partition by conversion_number, model_number
        ) as last_credited_number
    from rounded
),

-- What rounding leaves over goes to the last touch that earns anything.
ended as (
    select
        conversion_number,
        model_number,
        touch_number,
        is_linear,
        cast(
            case
                when touch_number >= last_credited_number then 1
                else rounded_credit_so_far
            end as numeric(18, 12)
        ) as credit_so_far
    from running
),

-- The sum so far is rounded, not each part: so no cent is left over.
valued as (
    select
        ended.*,
        conversions.person_id,
        conversions.conversion_id,
        {{ product_of_money('conversions.revenue', 'ended.credit_so_far', 12) }}
            as revenue_so_far
    from ended
    inner join conversions
        on ended.conversion_number = conversions.conversion_number
),

credited as (
    select
        person_id,
        conversion_id,
        model_number,
        case when is_linear then 'linear' end as fallback_model,
        touch_number,
        credit_so_far - coalesce(lag(credit_so_far) over model_path, 0) as credit,
        revenue_so_far - coalesce(lag(revenue_so_far) over model_path, 0)
            as attributed_revenue
    from valued
    window model_path as (
        partition by conversion_number, model_number
        order by touch_number
    )
),

all_credits as (
    select * from credited

    union all

    select
        conversions.person_id,
        conversions.conversion_id,
        attribution_models.model_number,
        cast(null as {{ dbt.type_string() }}) as fallback_model,
        cast(null as bigint) as touch_number,
        1 as credit,
        conversions.revenue as attributed_revenue
    from conversions
    cross join attribution_models
    where conversions.unattributed_reason is not null
),

credited_revenue as (
    select
        all_credits.person_id,
        all_credits.conversion_id,
        attribution_models.attribution_model,
        all_credits.fallback_model,
        all_credits.touch_number,
        cast(all_credits.credit as numeric(18, 12)) as credit,
        cast(all_credits.attributed_revenue as numeric(28, 6)) as attributed_revenue
    from all_credits
    inner join attribution_models
        on all_credits.model_number = attribution_models.model_number
)

select * from credited_revenue
