-- grain: one row per device of a person's first session and of the conversion, of all
-- days.

select
    first_device_category as first_device,
    converting_device_category as device,
    persons,
    conversions,
    cast(revenue as double) as revenue
from mart_device__cross_device
order by conversions desc, first_device asc, device asc
