-- grain: one row where the rows of spend that count and those that are rejected are not
-- all that were delivered.

with counted as (
    select
        (select count(*) from {{ ref('footfall', 'int_ad_spend__unioned') }})
            as delivered_count,
        (
            select count(*) from {{ ref('footfall', 'int_ad_spend__classified') }}
            where rejection_reason is null
        ) as counted_count,
        (select count(*) from {{ ref('footfall', 'mart_quality__rejected_ad_spend') }})
            as rejected_count
)

select * from counted
where delivered_count <> counted_count + rejected_count
