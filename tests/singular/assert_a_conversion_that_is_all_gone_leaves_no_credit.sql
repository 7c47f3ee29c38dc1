-- grain: one row per touch and model that keeps credit or revenue of a conversion of
-- which everything went back.

with gone as (
    select distinct conversion_id
    from {{ ref('footfall', 'fct_reversals') }}
    where share_after = 1
),

left_over as (
    select
        credits.conversion_id,
        credits.attribution_model,
        credits.touch_number,
        sum(credits.credit) as credit,
        sum(credits.attributed_revenue) as attributed_revenue
    from {{ ref('footfall', 'mart_attribution__credits') }} as credits
    inner join gone
        on credits.conversion_id = gone.conversion_id
    group by
        credits.conversion_id,
        credits.attribution_model,
        credits.touch_number
)

select * from left_over
where
    credit <> 0
    or attributed_revenue <> 0
