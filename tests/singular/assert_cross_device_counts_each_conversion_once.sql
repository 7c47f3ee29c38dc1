-- grain: one row if conversions or revenue get lost between conversions and devices.

with conversions as (
    select
        count(*) as conversion_count,
        coalesce(sum(revenue), 0) as revenue
    from {{ ref('footfall', 'fct_conversions') }}
),

cross_device as (
    select
        coalesce(sum(conversions), 0) as conversion_count,
        coalesce(sum(revenue), 0) as revenue
    from {{ ref('footfall', 'mart_device__cross_device') }}
),

compared as (
    select
        conversions.conversion_count,
        conversions.revenue,
        cross_device.conversion_count as device_conversion_count,
        cross_device.revenue as device_revenue
    from conversions
    cross join cross_device
)

select * from compared
where
    conversion_count <> device_conversion_count
    or revenue <> device_revenue
