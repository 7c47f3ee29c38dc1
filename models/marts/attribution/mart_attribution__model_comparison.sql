-- grain: one row per conversion name, channel and attribution model, over all days.

with channel_days as (
    select * from {{ ref('footfall', 'mart_attribution__channels') }}
),

persons as (
    select * from {{ ref('footfall', 'int_persons__credited') }}
),

attribution_models as (
    select * from {{ ref('attribution_models') }}
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

-- Persons come by chance, each with what the channel gets of them. Floats, since from
-- here on there are squares and roots.
counted as (
    select
        conversion_name,
        attribution_model,
        channel,
        count(*) as person_count,
        {{ cast('max(conversions)', 'double precision') }} as largest,
        {{ cast(
            'sum(' ~ product('conversions', 'conversions', 12, 12) ~ ')',
            'double precision'
        ) }} as squares
    from persons
    group by conversion_name, attribution_model, channel
),

varied as (
    select
        spread.*,
        attribution_models.kind <> 'markov' as is_of_persons,
        counted.person_count,
        counted.largest,
        coalesce(counted.squares, 0) as squares,
        {{ cast('spread.conversions', 'double precision') }} as drawn
    from spread
    inner join attribution_models
        on spread.attribution_model = attribution_models.attribution_model
    left join counted
        on
            spread.conversion_name = counted.conversion_name
            and spread.attribution_model = counted.attribution_model
            and spread.channel = counted.channel
),

-- As many persons with equal parts vary as much; the upper end has half a person more,
-- of whom the channel gets as much as of any.
equalled as (
    select
        conversion_name,
        attribution_model,
        channel,
        squares / drawn as low_part,
        drawn * drawn / squares + 0.5 as low_count,
        (squares + largest * largest / 2) / (drawn + largest / 2) as high_part,
        (drawn + largest / 2) * (drawn + largest / 2)
        / (squares + largest * largest / 2) as high_count
    from varied
    where
        person_count >= 3
        and drawn >= 1
),

-- The middle 90 of 100 Poisson counts: Byar's approximation, mid-P.
rooted as (
    select
        *,
        1 - 1 / (9 * low_count) - 1.6448536269514722 / (3 * sqrt(low_count))
            as low_root,
        1 - 1 / (9 * high_count) + 1.6448536269514722 / (3 * sqrt(high_count))
            as high_root
    from equalled
),

intervals as (
    select
        conversion_name,
        attribution_model,
        channel,
        {{ from_units(
            'low_part * low_count * low_root * low_root * low_root * 1000000', 6
        ) }} as conversions_low,
        {{ from_units(
            'high_part * high_count * high_root * high_root * high_root * 1000000', 6
        ) }} as conversions_high
    from rooted
),

-- What a person gives to both of two channels moves both.
neighbours as (
    select
        own.*,
        below.channel as next_channel,
        own.drawn + below.drawn as both_drawn,
        own.drawn - below.drawn as difference,
        own.squares + below.squares as both_squares
    from varied as own
    inner join varied as below
        on
            own.conversion_name = below.conversion_name
            and own.attribution_model = below.attribution_model
            and own.channel_rank + 1 = below.channel_rank
    where own.is_of_persons
),

moved_together as (
    select
        neighbours.conversion_name,
        neighbours.attribution_model,
        neighbours.channel,
        {{ cast(
            'sum(' ~ product('own.conversions', 'next_ones.conversions', 12, 12) ~ ')',
            'double precision'
        ) }} as products
    from neighbours
    inner join persons as own
        on
            neighbours.conversion_name = own.conversion_name
            and neighbours.attribution_model = own.attribution_model
            and neighbours.channel = own.channel
    inner join persons as next_ones
        on
            own.conversion_name = next_ones.conversion_name
            and own.attribution_model = next_ones.attribution_model
            and own.person_id = next_ones.person_id
            and neighbours.next_channel = next_ones.channel
    group by
        neighbours.conversion_name,
        neighbours.attribution_model,
        neighbours.channel
),

differed as (
    select
        neighbours.conversion_name,
        neighbours.attribution_model,
        neighbours.channel,
        neighbours.difference,
        neighbours.both_drawn,
        neighbours.both_squares - 2 * coalesce(moved_together.products, 0) as variance
    from neighbours
    left join moved_together
        on
            neighbours.conversion_name = moved_together.conversion_name
            and neighbours.attribution_model = moved_together.attribution_model
            and neighbours.channel = moved_together.channel
),

-- Above by more than chance leaves to 5 of 100, with one more person of the usual part
-- on either side.
decided as (
    select
        conversion_name,
        attribution_model,
        channel,
        coalesce(
            difference * difference > 2.705543454095404 * (
                variance + variance * variance / nullif(both_drawn * both_drawn, 0)
            ),
            false
        ) as is_above_next
    from differed
),

final as (
    select
        varied.conversion_name,
        varied.channel,
        varied.attribution_model,
        varied.channel_rank,
        decided.is_above_next,
        varied.conversions,
        cast(intervals.conversions_low as numeric(24, 12)) as conversions_low,
        cast(intervals.conversions_high as numeric(24, 12)) as conversions_high,
        varied.attributed_revenue,
        varied.conversion_share,
        varied.lowest_share,
        varied.highest_share,
        cast(varied.highest_share - varied.lowest_share as numeric(18, 6))
            as share_spread,
        case
            when not varied.is_of_persons then 'channel_totals'
            when intervals.conversions_low is null then 'too_few'
        end as no_interval_reason
    from varied
    left join intervals
        on
            varied.conversion_name = intervals.conversion_name
            and varied.attribution_model = intervals.attribution_model
            and varied.channel = intervals.channel
    left join decided
        on
            varied.conversion_name = decided.conversion_name
            and varied.attribution_model = decided.attribution_model
            and varied.channel = decided.channel
)

select * from final
