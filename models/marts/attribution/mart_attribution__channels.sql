-- grain: one row per day, channel, conversion name and attribution model with credit
-- or ad spend. Spend repeats for each conversion name and model: filter before summing.

with credits as (
    select * from {{ ref('mart_attribution__credits') }}
),

totals as (
    select * from {{ ref('int_channel_days__shared') }}
),

ad_spend as (
    select * from {{ ref('int_ad_spend__channelled') }}
),

attribution_models as (
    select * from {{ ref('attribution_models') }}
    where is_enabled
),

conversion_definitions as (
    select * from {{ ref('conversion_definitions') }}
),

conversion_names as (
    select distinct conversion_name
    from conversion_definitions
),

ledger_totals as (
    select
        entry_date as report_date,
        channel,
        conversion_name,
        attribution_model,
        sum(case when entry_type = 'conversion' then credit else 0 end) as conversions,
        sum(case when entry_type = 'conversion' then attributed_revenue else 0 end)
            as attributed_revenue,
        sum(case when entry_type = 'reversal' then credit else 0 end)
            as reversed_conversions,
        sum(case when entry_type = 'reversal' then attributed_revenue else 0 end)
            as reversed_revenue
    from credits
    group by entry_date, channel, conversion_name, attribution_model
),

credit_totals as (
    select * from ledger_totals

    union all

    select * from totals
),

spend_totals as (
    select
        ad_spend.spend_date as report_date,
        ad_spend.channel,
        conversion_names.conversion_name,
        attribution_models.attribution_model,
        sum(ad_spend.spend) as spend
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
        cast(coalesce(credit_totals.conversions, 0) as numeric(18, 12)) as conversions,
        cast(coalesce(credit_totals.reversed_conversions, 0) as numeric(18, 12))
            as reversed_conversions,
        cast(coalesce(credit_totals.attributed_revenue, 0) as numeric(18, 2))
            as attributed_revenue,
        cast(coalesce(credit_totals.reversed_revenue, 0) as numeric(18, 2))
            as reversed_revenue,
        cast(coalesce(spend_totals.spend, 0) as numeric(18, 2)) as spend
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
