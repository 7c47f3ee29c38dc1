-- grain: one row per step of the funnel purchase and value of a property.
-- Why do they drop out: in what do they differ most clearly from those who go on?

with differences as (
    select * from {{ ref('footfall', 'mart_funnel__drop_off_differences') }}
    where funnel_name = 'purchase'
),

-- Of many looks some differ by chance, and what differs need not be why.
answer as (
    select
        step_name,
        property_name,
        property_value,
        dropped_with,
        went_on_with,
        is_different,
        round(dropped_share, 3) as dropped_share,
        round(went_on_share, 3) as went_on_share,
        round(adjusted_p_value, 3) as adjusted_p_value
    from differences
    where difference_rank <= 12
)

select * from answer
order by adjusted_p_value asc, step_name asc, property_name asc, property_value asc
