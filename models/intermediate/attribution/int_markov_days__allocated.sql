-- grain: one row per day, channel, conversion name and model of channel totals: what
-- was booked on the day, and what went back, shared by removal effects.

with conversions as (
    select * from {{ ref('footfall', 'int_conversions__explained') }}
),

reversals as (
    select * from {{ ref('footfall', 'int_reversals__accounted') }}
    where conversion_id is not null
),

effects as (
    select * from {{ ref('footfall', 'int_removal_effects__computed') }}
    where not_computed_reason is null
),

unsolved as (
    select distinct
        conversion_name,
        markov_order
    from {{ ref('footfall', 'int_removal_effects__computed') }}
    where not_computed_reason is not null
),

attribution_models as (
    select * from {{ ref('attribution_models') }}
    where
        is_enabled
        and kind = 'markov'
),

entries as (
    select
        converted_date as report_date,
        conversion_name,
        unattributed_reason,
        1 as credit,
        revenue,
        cast(0 as numeric(18, 12)) as reversed_credit,
        cast(0 as numeric(28, 6)) as reversed_revenue
    from conversions

    union all

    select
        reversals.reversed_date as report_date,
        conversions.conversion_name,
        conversions.unattributed_reason,
        0 as credit,
        cast(0 as numeric(28, 6)) as revenue,
        cast(reversals.share_before - reversals.share_after as numeric(18, 12))
            as reversed_credit,
        cast(0 - reversals.reversed_revenue as numeric(28, 6)) as reversed_revenue
    from reversals
    inner join conversions
        on reversals.conversion_id = conversions.conversion_id
),

days as (
    select
        report_date,
        conversion_name,
        unattributed_reason,
        cast(sum(reversed_credit) as numeric(18, 12)) as reversed_credit,
        sum(credit) as credit,
        sum(revenue) as revenue,
        sum(reversed_revenue) as reversed_revenue
    from entries
    group by report_date, conversion_name, unattributed_reason
),

attributed as (
    select
        days.report_date,
        effects.channel,
        days.conversion_name,
        attribution_models.attribution_model,
        cast(
            {{ product('effects.conversion_share', 'days.credit', 0, 12) }}
            as numeric(18, 12)
        ) as conversions,
        {{ allocated_part(
            'days.revenue',
            'effects.share_before',
            'effects.share_before + effects.conversion_share',
            6
        ) }} as attributed_revenue,
        {{ allocated_part(
            'days.reversed_credit',
            'effects.share_before',
            'effects.share_before + effects.conversion_share',
            12
        ) }} as reversed_conversions,
        {{ allocated_part(
            'days.reversed_revenue',
            'effects.share_before',
            'effects.share_before + effects.conversion_share',
            6
        ) }} as reversed_revenue
    from days
    inner join effects
        on days.conversion_name = effects.conversion_name
    inner join attribution_models
        on effects.markov_order = attribution_models.markov_order
    where days.unattributed_reason is null
),

-- What has no touch has a reason; what has one, in a chain without an answer, is that.
unattributed as (
    select
        days.report_date,
        coalesce(days.unattributed_reason, '(not computed)') as channel,
        days.conversion_name,
        attribution_models.attribution_model,
        cast(days.credit as numeric(18, 12)) as conversions,
        cast(days.revenue as numeric(28, 6)) as attributed_revenue,
        days.reversed_credit as reversed_conversions,
        cast(days.reversed_revenue as numeric(28, 6)) as reversed_revenue
    from days
    cross join attribution_models
    left join unsolved
        on
            days.conversion_name = unsolved.conversion_name
            and attribution_models.markov_order = unsolved.markov_order
    where
        days.unattributed_reason is not null
        or unsolved.conversion_name is not null
),

allocated as (
    select * from attributed

    union all

    select * from unattributed
)

select * from allocated
