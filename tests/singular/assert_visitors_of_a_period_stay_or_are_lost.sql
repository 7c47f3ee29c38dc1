-- grain: one row per period after a complete one whose visitors are neither retained
-- nor lost, or in which more or fewer are active than came.

with periods as (
    select
        *,
        lag(active_visitors) over (
            partition by period_type
            order by period_started_date
        ) as active_before
    from {{ ref('footfall', 'mart_retention__visitors_by_period') }}
),

unaccounted as (
    select
        period_type,
        period_started_date
    from periods
    where
        active_before <> retained_visitors + lost_visitors
        or active_visitors
        <> new_visitors + retained_visitors + resurrected_visitors
        or resurrected_visitors < 0
)

select * from unaccounted
