-- grain: one row per conversion name, channel and attribution model, over all days.

with channel_days as (
    select * from {{ ref('mart_attribution__channels') }}
),

samples as (
    select * from {{ ref('int_channels__resampled') }}
),

-- A channel with spend alone has no conversions, under any model.
totals as (
    select
        conversion_name,
        channel,
        attribution_model,
        sum(conversions) as conversions,
        sum(attributed_revenue) as attributed_revenue
    from channel_days
    group by conversion_name, channel, attribution_model
),

-- A channel that one model credits and another does not has a share of 0 there.
credited_channels as (
    select distinct
        conversion_name,
        channel
    from totals
),

used_models as (
    select distinct
        conversion_name,
        attribution_model
    from totals
),

pairs as (
    select
        credited_channels.conversion_name,
        credited_channels.channel,
        used_models.attribution_model
    from credited_channels
    inner join used_models
        on credited_channels.conversion_name = used_models.conversion_name
),

filled as (
    select
        pairs.conversion_name,
        pairs.channel,
        pairs.attribution_model,
        cast(coalesce(totals.conversions, 0) as numeric(24, 12)) as conversions,
        cast(coalesce(totals.attributed_revenue, 0) as numeric(28, 6))
            as attributed_revenue
    from pairs
    left join totals
        on
            pairs.conversion_name = totals.conversion_name
            and pairs.channel = totals.channel
            and pairs.attribution_model = totals.attribution_model
),

ranked as (
    select
        *,
        cast(
            row_number() over (
                partition by conversion_name, attribution_model
                order by conversions desc, {{ byte_order('channel') }}
            ) as bigint
        ) as channel_rank,
        sum(conversions) over (
            partition by conversion_name, attribution_model
        ) as all_conversions
    from filled
),

shared as (
    select
        *,
        {{ rate('conversions', 'all_conversions') }} as conversion_share
    from ranked
),

spread as (
    select
        *,
        min(conversion_share) over (partition by conversion_name, channel)
            as lowest_share,
        max(conversion_share) over (partition by conversion_name, channel)
            as highest_share
    from shared
),

sorted_samples as (
    select
        *,
        row_number() over (
            partition by conversion_name, attribution_model, channel
            order by conversions, sample_number
        ) as sample_rank,
        count(*) over (
            partition by conversion_name, attribution_model, channel
        ) as sample_count
    from samples
),

-- The middle 90 of 100 samples: as many are left out below as above.
intervals as (
    select
        conversion_name,
        attribution_model,
        channel,
        min(
            case when 20 * sample_rank > sample_count then conversions end
        ) as conversions_low,
        max(
            case
                when 20 * (sample_count + 1 - sample_rank) > sample_count
                    then conversions
            end
        ) as conversions_high
    from sorted_samples
    group by conversion_name, attribution_model, channel
),

-- In how many samples does a channel get more than the one that ranks below it?
duels as (
    select
        spread.conversion_name,
        spread.attribution_model,
        spread.channel,
        count(*) as sample_count,
        count(case when own.conversions > next_ones.conversions then 1 end)
            as won_count
    from spread
    inner join spread as below
        on
            spread.conversion_name = below.conversion_name
            and spread.attribution_model = below.attribution_model
            and spread.channel_rank + 1 = below.channel_rank
    inner join samples as own
        on
            spread.conversion_name = own.conversion_name
            and spread.attribution_model = own.attribution_model
            and spread.channel = own.channel
    inner join samples as next_ones
        on
            own.conversion_name = next_ones.conversion_name
            and own.attribution_model = next_ones.attribution_model
            and own.sample_number = next_ones.sample_number
            and below.channel = next_ones.channel
    group by spread.conversion_name, spread.attribution_model, spread.channel
),

decided as (
    select
        *,
        20 * won_count >= 19 * sample_count as is_above_next
    from duels
),

final as (
    select
        spread.conversion_name,
        spread.channel,
        spread.attribution_model,
        spread.channel_rank,
        decided.is_above_next,
        spread.conversions,
        intervals.conversions_low,
        intervals.conversions_high,
        spread.attributed_revenue,
        spread.conversion_share,
        spread.lowest_share,
        spread.highest_share,
        cast(spread.highest_share - spread.lowest_share as numeric(18, 6))
            as share_spread
    from spread
    left join intervals
        on
            spread.conversion_name = intervals.conversion_name
            and spread.attribution_model = intervals.attribution_model
            and spread.channel = intervals.channel
    left join decided
        on
            spread.conversion_name = decided.conversion_name
            and spread.attribution_model = decided.attribution_model
            and spread.channel = decided.channel
)

select * from final
