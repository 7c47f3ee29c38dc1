-- grain: one row per experiment and variant.
-- Did a variant of an experiment win, or is it noise?

with variants as (
    select * from {{ ref('footfall', 'mart_experiment__variants') }}
    where is_main_goal
),

-- The interval that holds at any time may be looked at every day. Where persons are not
-- shared out as planned, no comparison is to be trusted.
answer as (
    select
        experiment_id,
        variant_id,
        exposed_persons,
        converted_persons,
        round(conversion_rate, 4) as conversion_rate,
        round(difference, 4) as difference,
        round(anytime_difference_low, 4) as difference_low,
        round(anytime_difference_high, 4) as difference_high,
        case
            when sample_ratio_p_value < 0.001 then 'persons are not shared as planned'
            when is_control then 'the control'
            when not is_different_at_any_time then 'noise so far'
            when difference > 0 then 'better'
            else 'worse'
        end as verdict,
        round(net_revenue, 2) as net_revenue
    from variants
)

select * from answer
order by experiment_id, variant_id
