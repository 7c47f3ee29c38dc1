-- grain: one row per day, channel, source, medium, campaign, conversion name and model
-- of the ledger with credit or ad spend. Spend repeats for each conversion name and
-- model: filter before summing.

with credits as (
    select * from {{ ref('footfall', 'int_credit_days__aggregated') }}
),

ad_spend as (
    select * from {{ ref('footfall', 'fct_ad_spend') }}
),

attribution_models as (
    select * from {{ ref('attribution_models') }}
    where
        is_enabled
        and kind <> 'markov'
),

conversion_definitions as (
    select * from {{ ref('conversion_definitions') }}
),

conversion_names as (
    select distinct conversion_name
    from conversion_definitions
),

-- The ledger, and spend, which stays where nothing was converted.
parts as (
    select
        report_date,
        channel,
        source,
        medium,
        campaign,
        conversion_name,
        attribution_model,
        conversions,
        reversed_conversions,
        attributed_revenue,
        reversed_revenue,
        cast(null as numeric(28, 6)) as spend
    from credits

    union all

    select
        ad_spend.spend_date as report_date,
        ad_spend.channel,
        ad_spend.source,
        ad_spend.medium,
        ad_spend.campaign,
        conversion_names.conversion_name,
        attribution_models.attribution_model,
        cast(null as numeric(18, 12)) as conversions,
        cast(null as numeric(18, 12)) as reversed_conversions,
        cast(null as numeric(28, 6)) as attributed_revenue,
        cast(null as numeric(28, 6)) as reversed_revenue,
        ad_spend.spend
    from ad_spend
    cross join conversion_names
    cross join attribution_models
),

summed as (
    select
        report_date,
        channel,
        source,
        medium,
        campaign,
        conversion_name,
        attribution_model,
        cast(coalesce(sum(conversions), 0) as numeric(18, 12)) as conversions,
        cast(coalesce(sum(reversed_conversions), 0) as numeric(18, 12))
            as reversed_conversions,
        cast(coalesce(sum(attributed_revenue), 0) as numeric(28, 6))
            as attributed_revenue,
        cast(coalesce(sum(reversed_revenue), 0) as numeric(28, 6)) as reversed_revenue,
        cast(coalesce(sum(spend), 0) as numeric(28, 6)) as spend
    from parts
    group by
        report_date,
        channel,
        source,
        medium,
        campaign,
        conversion_name,
        attribution_model
),

final as (
    select
        *,
        {{ rate('nullif(spend, 0)', 'conversions') }} as cost_per_acquisition,
        {{ rate('attributed_revenue', 'spend') }} as return_on_ad_spend
    from summed
)

select * from final
