-- grain: one row per page and what followed it.
-- What do visitors do next after each page?

with transitions as (
    select * from {{ ref('footfall', 'mart_journey__transitions') }}
    where journey_kind = 'page'
),

totals as (
    select
        from_name,
        to_name,
        sum(transitions) as transitions
    from transitions
    where from_name <> '(start)'
    group by from_name, to_name
),

answer as (
    select
        from_name,
        to_name,
        transitions,
        round(1.0 * transitions / sum(transitions) over (partition by from_name), 3)
            as transition_share
    from totals
)

select * from answer
order by transitions desc, from_name asc, to_name asc
limit 12
