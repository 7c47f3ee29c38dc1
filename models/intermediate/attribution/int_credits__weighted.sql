-- grain: one row per conversion, touch and model that weighs the touches of a journey
-- by itself; a conversion without a touch is one row per model, with the reason.

with touches as (
    select * from {{ ref('int_touches__weighted') }}
),

conversions as (
    select * from {{ ref('int_conversions__explained') }}
    where {{ in_scope('conversion') }}
),

attribution_models as (
    select distinct attribution_model
    from {{ ref('int_attribution_models__resolved') }}
),

-- Partitions are by the conversion's number, which sorts faster than its id.
-- In whole units, since a sum of floats depends on the order of its terms.
united as (
    select
        *,
        cast({{ units_of('touch_weight') }} as numeric(18, 0)) as touch_units
    from touches
),

summed as (
    select
        *,
        sum(touch_units) over (
            partition by conversion_number, attribution_model
        ) as conversion_units
    from united
),

-- Weights that leave every touch without any, as shares of 0 may, count as none.
rounded as (
    select
        *,
        coalesce(
            {{ ratio('touch_units', 'conversion_units', 12) }},
            {{ ratio('1', 'touch_count', 12) }}
        ) as rounded_credit
    from summed
),

preceded as (
    select
        *,
        coalesce(
            sum(rounded_credit) over (
                partition by conversion_number, attribution_model
                order by touch_number
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as credit_before,
        max(case when rounded_credit > 0 then touch_number end) over (
            partition by conversion_number, attribution_model
        ) as last_credited_number
    from rounded
),

-- What rounding leaves over goes to the last touch that earns anything.
credited as (
    select
        conversion_id,
        attribution_model,
        case when applied_model <> attribution_model then applied_model end
            as fallback_model,
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

weighted as (
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

select * from weighted
