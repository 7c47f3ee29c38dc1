-- grain: one row per conversion name, order of memory and channel: what would be lost
-- without the channel, and its share of all conversions by that, or why nobody knows.

with effects as (
    select * from {{ ref('footfall', 'int_removal_effects__computed') }}
),

conversions as (
    select * from {{ ref('footfall', 'int_conversions__explained') }}
    where unattributed_reason is null
),

totals as (
    select
        conversion_name,
        count(*) as conversions,
        sum(revenue) as revenue
    from conversions
    group by conversion_name
),

final as (
    select
        effects.conversion_name,
        cast(effects.markov_order as bigint) as markov_order,
        effects.channel,
        effects.removal_effect,
        effects.not_computed_reason,
        effects.conversion_share,
        cast(
            {{ product('effects.conversion_share', 'totals.conversions', 0, 12) }}
            as numeric(24, 12)
        ) as conversions,
        {{ allocated_part(
            'totals.revenue',
            'effects.share_before',
            'effects.share_before + effects.conversion_share',
            6
        ) }} as attributed_revenue
    from effects
    left join totals
        on effects.conversion_name = totals.conversion_name
)

select * from final
