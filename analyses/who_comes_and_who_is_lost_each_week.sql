-- grain: one row per complete week.
-- Who comes each week: is it new visitors, those who stay, or those who come again?

with periods as (
    select * from {{ ref('footfall', 'mart_retention__visitors_by_period') }}
    where
        period_type = 'week'
        and is_complete
),

answer as (
    select
        period_started_date,
        active_visitors,
        new_visitors,
        retained_visitors,
        resurrected_visitors,
        lost_visitors
    from periods
)

select * from answer
order by period_started_date desc
limit 12
