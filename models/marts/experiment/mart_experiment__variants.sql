-- grain: one row per experiment that anybody saw, variant that somebody saw first or
-- that the seed names, and goal.

with exposures as (
    select * from {{ ref('footfall', 'mart_experiment__exposures') }}
),

goals as (
    select * from {{ ref('footfall', 'dim_goals') }}
),

conversions as (
    select * from {{ ref('footfall', 'fct_conversions') }}
    where is_goal
),

reversals as (
    select * from {{ ref('footfall', 'fct_reversals') }}
    where conversion_id is not null
),

experiment_variants as (
    select * from {{ ref('experiment_variants') }}
),

exposed as (
    select
        experiment_id,
        variant_id,
        count(case when not is_contaminated then 1 end) as exposed_persons,
        count(case when is_contaminated then 1 end) as contaminated_persons
    from exposures
    group by experiment_id, variant_id
),

reversed as (
    select
        conversion_id,
        sum(reversed_revenue) as reversed_revenue
    from reversals
    group by conversion_id
),

-- What a person achieved before the exposure, it did not do.
achieved as (
    select
        exposures.experiment_id,
        exposures.variant_id,
        conversions.conversion_name as goal_name,
        count(distinct exposures.person_id) as converted_persons,
        count(*) as conversions,
        sum(conversions.revenue) as revenue,
        sum(coalesce(reversed.reversed_revenue, 0)) as reversed_revenue
    from exposures
    inner join conversions
        on
            exposures.person_id = conversions.person_id
            and exposures.exposed_at <= conversions.converted_at
    left join reversed
        on conversions.conversion_id = reversed.conversion_id
    where not exposures.is_contaminated
    group by
        exposures.experiment_id, exposures.variant_id, conversions.conversion_name
),

-- A variant that is planned and that nobody saw is the worst of all shares.
variants as (
    select
        experiment_id,
        variant_id
    from exposed

    union

    select
        experiment_id,
        variant_id
    from experiment_variants
    where experiment_id in (select exposed.experiment_id from exposed)
),

-- Compared with the control that the seed names, else with the first by name.
planned as (
    select
        variants.experiment_id,
        variants.variant_id,
        coalesce(exposed.exposed_persons, 0) as exposed_persons,
        coalesce(exposed.contaminated_persons, 0) as contaminated_persons,
        coalesce(experiment_variants.planned_weight, 1) as planned_weight,
        sum(coalesce(experiment_variants.planned_weight, 1)) over (
            partition by variants.experiment_id
        ) as experiment_weight,
        sum(coalesce(exposed.exposed_persons, 0)) over (
            partition by variants.experiment_id
        ) as experiment_persons,
        row_number() over (
            partition by variants.experiment_id
            order by
                case when experiment_variants.is_control then 0 else 1 end,
                {{ byte_order('variants.variant_id') }}
        ) = 1 as is_control
    from variants
    left join exposed
        on
            variants.experiment_id = exposed.experiment_id
            and variants.variant_id = exposed.variant_id
    left join experiment_variants
        on
            variants.experiment_id = experiment_variants.experiment_id
            and variants.variant_id = experiment_variants.variant_id
),

measured as (
    select
        planned.*,
        goals.goal_name,
        goals.is_main_goal,
        coalesce(achieved.converted_persons, 0) as converted_persons,
        coalesce(achieved.conversions, 0) as conversions,
        coalesce(achieved.revenue, 0) as revenue,
        coalesce(achieved.revenue, 0) - coalesce(achieved.reversed_revenue, 0)
            as net_revenue
    from planned
    cross join goals
    left join achieved
        on
            planned.experiment_id = achieved.experiment_id
            and planned.variant_id = achieved.variant_id
            and goals.goal_name = achieved.goal_name
),

-- In floats, since all that follows is.
compared as (
    select
        measured.*,
        {{ cast('measured.exposed_persons', 'double precision') }} as n,
        {{ cast('measured.converted_persons', 'double precision') }} as hits,
        {{ cast('controls.exposed_persons', 'double precision') }} as control_n,
        {{ cast('controls.converted_persons', 'double precision') }}
            as control_hits,
        {{ cast('measured.experiment_persons', 'double precision') }} as all_n,
        {{ cast('measured.planned_weight', 'double precision') }}
        / {{ cast('measured.experiment_weight', 'double precision') }}
            as planned_share
    from measured
    inner join measured as controls
        on
            measured.experiment_id = controls.experiment_id
            and measured.goal_name = controls.goal_name
            and controls.is_control
),

shared as (
    select
        *,
        hits / nullif(n, 0) as converted_share,
        control_hits / nullif(control_n, 0) as control_share,
        (hits + control_hits) / nullif(n + control_n, 0) as pooled_share,
        -- Half a person each way, so that no share without any has no spread.
        (hits + 0.5) / (n + 1) as smooth_share,
        (control_hits + 0.5) / (control_n + 1) as smooth_control_share
    from compared
),

-- The control is compared with nothing.
spread as (
    select
        *,
        case when not is_control then converted_share - control_share end as gap,
        case when not is_control then converted_share / nullif(control_share, 0) end
            as ratio,
        sqrt(
            pooled_share * (1 - pooled_share)
            * (1 / nullif(n, 0) + 1 / nullif(control_n, 0))
        ) as pooled_error,
        case
            when not is_control
                then
                    sqrt(
                        nullif(control_share * (1 - control_share), 0)
                        * (1 / nullif(n, 0) + 1 / nullif(control_n, 0))
                    )
        end as even_error,
        smooth_share * (1 - smooth_share) / nullif(n, 0)
        + smooth_control_share * (1 - smooth_control_share) / nullif(control_n, 0)
            as variance,
        {{ wilson_bound('converted_share', 'n', '-') }} as share_low,
        {{ wilson_bound('converted_share', 'n', '+') }} as share_high,
        {{ wilson_bound('control_share', 'control_n', '-') }} as control_low,
        {{ wilson_bound('control_share', 'control_n', '+') }} as control_high,
        nullif(
            sqrt(
                (1 - converted_share) / nullif(hits, 0)
                + (1 - control_share) / nullif(control_hits, 0)
            ), 0
        ) as ratio_error,
        abs(n - all_n * planned_share)
        / nullif(sqrt(all_n * planned_share * (1 - planned_share)), 0)
            as sample_ratio_score
    from shared
),

scored as (
    select
        *,
        abs(gap) / nullif(pooled_error, 0) as gap_score,
        {{ anytime_margin('variance') }} as anytime_margin,
        {{ newcombe_margin(
            'converted_share', 'share_low', 'control_share', 'control_high'
        ) }} as margin_below,
        {{ newcombe_margin(
            'converted_share', 'share_high', 'control_share', 'control_low'
        ) }} as margin_above
    from spread
),

final as (
    select
        experiment_id,
        variant_id,
        goal_name,
        is_main_goal,
        is_control,
        exposed_persons,
        contaminated_persons,
        converted_persons,
        conversions,
        cast(revenue as numeric(28, 6)) as revenue,
        cast(net_revenue as numeric(28, 6)) as net_revenue,
        {{ rate('converted_persons', 'exposed_persons') }} as conversion_rate,
        {{ to_nine_decimals('gap') }} as difference,
        {{ to_nine_decimals('gap - margin_below') }} as difference_low,
        {{ to_nine_decimals('gap + margin_above') }} as difference_high,
        {{ to_nine_decimals('gap - anytime_margin') }} as anytime_difference_low,
        {{ to_nine_decimals('gap + anytime_margin') }} as anytime_difference_high,
        coalesce(abs(gap) > anytime_margin, false) as is_different_at_any_time,
        {{ to_nine_decimals(two_sided_p('gap_score')) }} as p_value,
        {{ to_nine_decimals('ratio - 1') }} as lift,
        {{ to_nine_decimals('ratio * exp(-' ~ z_95() ~ ' * ratio_error) - 1') }}
            as lift_low,
        {{ to_nine_decimals('ratio * exp(' ~ z_95() ~ ' * ratio_error) - 1') }}
            as lift_high,
        {{ to_nine_decimals('2.801585218 * even_error') }}
            as smallest_visible_difference,
        {{ to_nine_decimals(two_sided_p('sample_ratio_score')) }}
            as sample_ratio_p_value
    from scored
)

select * from final
