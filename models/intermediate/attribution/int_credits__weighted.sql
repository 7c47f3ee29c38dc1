-- grain: one row per conversion, touch and model that weighs the touches of a journey
-- by itself; a conversion without a touch is one row per model, with no touch.

with touches as (
    select * from {{ ref('footfall', 'int_touches__weighted') }}
),

placed_touches as (
    select * from {{ ref('footfall', 'int_touches__placed') }}
),

conversions as (
    select * from {{ ref('footfall', 'int_conversions__explained') }}
    where {{ in_scope('conversion') }}
),

attribution_models as (
    select * from {{ ref('footfall', 'int_attribution_models__resolved') }}
),

-- Touches times models are many rows, so numbers stand for names until the end.
-- In whole units, since a sum of floats depends on the order of its terms.
united as (
    select
        conversion_number,
        model_number,
        touch_number,
        touch_count,
        cast({{ units_of('touch_weight') }} as numeric(18, 0)) as touch_units
    from touches
),

summed as (
    select
        *,
        sum(touch_units) over (
            partition by conversion_number, model_number
        ) as conversion_units
    from united
),

-- Many models give most touches nothing, of which there is nothing to compute. Weights
-- that leave every touch without any, as shares of 0 may, count as none.
weighing as (
    select
        *,
        touch_units > 0 or conversion_units = 0 as is_weighing
    from summed
),

rounded as (
    select
        conversion_number,
        model_number,
        touch_number,
        coalesce(
            {{ ratio('touch_units', 'conversion_units', 12) }},
            {{ ratio('1', 'touch_count', 12) }}
        ) as rounded_credit
    from weighing
    where is_weighing
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

numbered_conversions as (
    select
        placed_touches.conversion_number,
        conversions.conversion_id,
        conversions.person_id,
        conversions.revenue
    from placed_touches
    inner join conversions
        on placed_touches.conversion_id = conversions.conversion_id
    where placed_touches.touch_number = 1
),

-- What rounding leaves over goes to the last touch that earns anything.
ended as (
    select
        conversion_number,
        model_number,
        touch_number,
        cast(
            case
                when touch_number > last_credited_number then 1
                else rounded_credit_so_far - rounded_credit
            end as numeric(18, 12)
        ) as credit_before,
        cast(
            case
                when touch_number >= last_credited_number then 1
                else rounded_credit_so_far
            end as numeric(18, 12)
        ) as credit_so_far
    from running
),

-- The sum so far is rounded, not each part: so no cent is left over.
credited as (
    select
        ended.conversion_number,
        ended.model_number,
        ended.touch_number,
        ended.credit_so_far - ended.credit_before as credit,
        {{ product_of_money(
            'numbered_conversions.revenue', 'ended.credit_so_far', 12
        ) }} - {{ product_of_money(
            'numbered_conversions.revenue', 'ended.credit_before', 12
        ) }} as attributed_revenue
    from ended
    inner join numbered_conversions
        on ended.conversion_number = numbered_conversions.conversion_number
),

all_touches as (
    select * from credited

    union all

    select
        conversion_number,
        model_number,
        touch_number,
        0 as credit,
        0 as attributed_revenue
    from weighing
    where not is_weighing
),

-- Without a touch none made a lead, so each model has one row for what has no touch.
all_credits as (
    select
        numbered_conversions.person_id,
        numbered_conversions.conversion_id,
        attribution_models.attribution_model,
        case
            when
                attribution_models.applied_model
                <> attribution_models.attribution_model
                then attribution_models.applied_model
        end as fallback_model,
        all_touches.touch_number,
        all_touches.credit,
        all_touches.attributed_revenue
    from all_touches
    inner join numbered_conversions
        on all_touches.conversion_number = numbered_conversions.conversion_number
    inner join attribution_models
        on all_touches.model_number = attribution_models.model_number

    union all

    select
        conversions.person_id,
        conversions.conversion_id,
        attribution_models.attribution_model,
        cast(null as {{ dbt.type_string() }}) as fallback_model,
        cast(null as bigint) as touch_number,
        1 as credit,
        conversions.revenue as attributed_revenue
    from conversions
    cross join attribution_models
    where
        conversions.unattributed_reason is not null
        and not attribution_models.has_lead
        and not attribution_models.has_opportunity
),

weighted as (
    select
        person_id,
        conversion_id,
        attribution_model,
        fallback_model,
        touch_number,
        cast(credit as numeric(18, 12)) as credit,
        cast(attributed_revenue as numeric(28, 6)) as attributed_revenue
    from all_credits
)

select * from weighted
