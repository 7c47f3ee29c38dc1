-- grain: one row per conversion name, order of memory and channel: what would be lost
-- without the channel, and its share of all conversions by that, or why nobody knows.

with effects as (
    select * from {{ ref('int_channels__removed') }}
),

conversions as (
    select * from {{ ref('int_conversions__accounted') }}
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
        {{ part_between(
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
