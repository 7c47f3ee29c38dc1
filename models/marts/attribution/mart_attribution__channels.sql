-- grain: one row per day, channel, conversion name and attribution model with credit
-- or ad spend. Spend repeats for each conversion name and model: filter before summing.

with credits as (
    select * from {{ ref('mart_attribution__credits') }}
),

ad_spend as (
    select * from {{ ref('int_ad_spend__channelled') }}
),

attribution_models as (
    select * from {{ ref('attribution_models') }}
),

conversion_definitions as (
    select * from {{ ref('conversion_definitions') }}
),

conversion_names as (
    select distinct conversion_name
    from conversion_definitions
),

credit_totals as (
    select
        converted_date as report_date,
        channel,
        conversion_name,
        attribution_model,
        cast(sum(credit) as numeric(18, 12)) as conversions,
        cast(sum(attributed_revenue) as numeric(18, 2)) as attributed_revenue
    from credits
    group by converted_date, channel, conversion_name, attribution_model
),

spend_totals as (
    select
        ad_spend.spend_date as report_date,
        ad_spend.channel,
        conversion_names.conversion_name,
        attribution_models.attribution_model,
        cast(sum(ad_spend.spend) as numeric(18, 2)) as spend
    from ad_spend
    cross join conversion_names
    cross join attribution_models
    group by
        ad_spend.spend_date,
        ad_spend.channel,
        conversion_names.conversion_name,
        attribution_models.attribution_model
),

-- Spend without a conversion stays, and a conversion without spend.
joined as (
    select
        coalesce(credit_totals.report_date, spend_totals.report_date) as report_date,
        coalesce(credit_totals.channel, spend_totals.channel) as channel,
        coalesce(credit_totals.conversion_name, spend_totals.conversion_name)
            as conversion_name,
        coalesce(credit_totals.attribution_model, spend_totals.attribution_model)
            as attribution_model,
        coalesce(credit_totals.conversions, cast(0 as numeric(18, 12)))
            as conversions,
        coalesce(credit_totals.attributed_revenue, cast(0 as numeric(18, 2)))
            as attributed_revenue,
        coalesce(spend_totals.spend, cast(0 as numeric(18, 2))) as spend
    from credit_totals
    full outer join spend_totals
        on
            credit_totals.report_date = spend_totals.report_date
            and credit_totals.channel = spend_totals.channel
            and credit_totals.conversion_name = spend_totals.conversion_name
            and credit_totals.attribution_model = spend_totals.attribution_model
),

final as (
    select
        *,
        {{ rate('nullif(spend, 0)', 'conversions') }} as cost_per_acquisition,
        {{ rate('attributed_revenue', 'spend') }} as return_on_ad_spend
    from joined
)

select * from final
