-- grain: one row per row of ad spend delivered, with why it does not count, if so.

with ad_spend as (
    select * from {{ ref('footfall', 'int_ad_spend__unioned') }}
),

currency_rates as (
    select * from {{ ref('currency_rates') }}
),

-- Rows that agree in everything are one row that was delivered again; those of one day
-- and campaign that differ in anything, as in their ad group, are parts of it.
numbered as (
    select
        *,
        row_number() over (
            partition by
                source_name,
                spend_date,
                source,
                medium,
                campaign,
                currency,
                spend,
                clicks,
                impressions,
                spend_id
            order by spend_date
        ) as copy_number
    from ad_spend
),

rated as (
    select
        numbered.*,
        cast(
            {{ reporting_rate('numbered.currency', 'currency_rates.rate') }}
            as numeric(18, 9)
        ) as currency_rate
    from numbered
    left join currency_rates
        on
            numbered.currency = currency_rates.currency
            and numbered.spend_date = currency_rates.rate_date
),

classified as (
    select
        source_name,
        spend_date,
        source,
        medium,
        campaign,
        currency as delivered_currency,
        {{ reported_currency('currency') }} as currency,
        case
            when {{ is_before_all('spend_date') }} or {{ is_after_all('spend_date') }}
                then 'impossible_date'
            when copy_number > 1 then 'duplicate'
            when {{ lacks_currency('spend', 'currency') }} then 'missing_currency'
        end as rejection_reason,
        copy_number,
        currency_rate,
        spend as delivered_spend,
        {{ product_of_money('spend', 'coalesce(currency_rate, 0)', 9) }} as spend,
        clicks,
        impressions,
        spend_id
    from rated
)

select * from classified
