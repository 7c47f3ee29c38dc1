-- grain: one row per currency, where conversions, items bought or spend hold more than
-- one: sums of several currencies mean nothing. The var reporting_currency has them
-- converted.

with currencies as (
    select currency
    from {{ ref('footfall', 'fct_conversions') }}
    where currency is not null

    union

    select currency
    from {{ ref('footfall', 'fct_items') }}
    where
        currency is not null
        and revenue is not null

    union

    select currency
    from {{ ref('footfall', 'int_ad_spend__classified') }}
    where currency is not null
),

counted as (
    select
        currency,
        count(*) over () as currency_count
    from currencies
)

select * from counted
where currency_count > 1
