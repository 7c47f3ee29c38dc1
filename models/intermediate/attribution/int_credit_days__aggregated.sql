-- grain: one row per day, channel, source, medium, campaign, conversion name and model
-- of the ledger: what was booked on the day, and what went back.

with credits as (
    select * from {{ ref('footfall', 'int_credit_entries__unioned') }}
),

aggregated as (
    select
        entry_date as report_date,
        channel,
        source,
        medium,
        campaign,
        conversion_name,
        attribution_model,
        cast(
            sum(case when entry_type = 'conversion' then credit else 0 end)
            as numeric(18, 12)
        ) as conversions,
        cast(
            sum(case when entry_type = 'reversal' then credit else 0 end)
            as numeric(18, 12)
        ) as reversed_conversions,
        cast(
            sum(case when entry_type = 'conversion' then attributed_revenue else 0 end)
            as numeric(28, 6)
        ) as attributed_revenue,
        cast(
            sum(case when entry_type = 'reversal' then attributed_revenue else 0 end)
            as numeric(28, 6)
        ) as reversed_revenue
    from credits
    group by
        entry_date,
        channel,
        source,
        medium,
        campaign,
        conversion_name,
        attribution_model
)

select * from aggregated
