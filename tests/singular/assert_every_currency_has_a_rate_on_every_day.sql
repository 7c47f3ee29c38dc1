-- grain: one row per currency and day that needs a rate it does not have, or that was
-- converted at another one than that of now: add the rate to currency_rates, and run
-- dbt build --full-refresh.

with used as (
    select
        delivered_currency as currency,
        converted_date as report_date,
        currency_rate
    from {{ ref('footfall', 'fct_conversions') }}
    where delivered_currency <> currency

    union

    select
        delivered_currency as currency,
        occurred_date as report_date,
        currency_rate
    from {{ ref('footfall', 'fct_items') }}
    where
        delivered_currency <> currency
        and delivered_revenue is not null

    union

    select
        delivered_currency as currency,
        spend_date as report_date,
        currency_rate
    from {{ ref('footfall', 'int_ad_spend__classified') }}
    where
        delivered_currency <> currency
        and rejection_reason is null
),

compared as (
    select
        used.currency,
        used.report_date,
        used.currency_rate,
        currency_rates.rate
    from used
    left join {{ ref('currency_rates') }} as currency_rates
        on
            used.currency = currency_rates.currency
            and used.report_date = currency_rates.rate_date
)

select * from compared
where
    rate is null
    or currency_rate is null
    or currency_rate <> rate
