-- grain: one row per audience that asks about a cart or checkout, and month of entry.
-- How much lies in carts that were left, and how many come back for it?

with memberships as (
    select * from {{ ref('footfall', 'mart_audience__memberships') }}
    where audience in ('cart_abandoner', 'checkout_abandoner')
),

conversions as (
    select * from {{ ref('footfall', 'fct_conversions') }}
    where is_main_goal
),

-- Whoever left on the day of a purchase came back for it; others stayed away too long.
bought as (
    select distinct
        memberships.person_id,
        memberships.audience,
        memberships.stay_number
    from memberships
    inner join conversions
        on
            memberships.person_id = conversions.person_id
            and memberships.left_date = conversions.converted_date
),

answer as (
    select
        memberships.audience,
        cast({{ dbt.date_trunc('month', 'memberships.entered_date') }} as date)
            as month_started_date,
        count(*) as stays,
        count(bought.person_id) as bought_after_all,
        count(case when memberships.is_in then 1 end) as still_open,
        round(sum(memberships.value_at_stake), 2) as value_at_stake
    from memberships
    left join bought
        on
            memberships.person_id = bought.person_id
            and memberships.audience = bought.audience
            and memberships.stay_number = bought.stay_number
    group by
        memberships.audience,
        {{ dbt.date_trunc('month', 'memberships.entered_date') }}
)

select * from answer
order by audience, month_started_date
limit 12
