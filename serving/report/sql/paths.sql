-- grain: one row per goal and path, of those that most conversions came by, all days.

select
    conversion_name as goal,
    path,
    conversions,
    non_converting,
    cast(revenue as double) as revenue,
    cast(average_days_to_convert as double) as days_to_convert
from mart_attribution__paths
where conversions > 0
qualify
    row_number() over (
        partition by conversion_name
        order by conversions desc, path asc
    ) <= 40
order by goal asc, conversions desc, path asc
