-- grain: one row per conversion and model whose credit or revenue leaks.

with conversions as (
    select * from {{ ref('fct_conversions') }}
),

attribution_models as (
    select * from {{ ref('attribution_models') }}
),

credits as (
    select
        conversion_id,
        attribution_model,
        sum(credit) as credit,
        sum(attributed_revenue) as attributed_revenue
    from {{ ref('mart_attribution__credits') }}
    group by conversion_id, attribution_model
),

compared as (
    select
        conversions.conversion_id,
        attribution_models.attribution_model,
        conversions.revenue,
        credits.credit,
        credits.attributed_revenue
    from conversions
    cross join attribution_models
    left join credits
        on
            conversions.conversion_id = credits.conversion_id
            and attribution_models.attribution_model = credits.attribution_model
)

select * from compared
where
    credit is null
    or credit <> 1
    or attributed_revenue <> revenue
