-- grain: one row per day, conversion name and model whose channels do not sum to what
-- was booked.

with booked as (
    select
        conversions.converted_date as report_date,
        conversions.conversion_name,
        attribution_models.attribution_model,
        count(*) as conversions,
        sum(conversions.revenue) as revenue
    from {{ ref('fct_conversions') }} as conversions
    cross join {{ ref('attribution_models') }} as attribution_models
    group by
        conversions.converted_date,
        conversions.conversion_name,
        attribution_models.attribution_model
),

attributed as (
    select
        report_date,
        conversion_name,
        attribution_model,
        sum(conversions) as conversions,
        sum(attributed_revenue) as revenue
    from {{ ref('mart_attribution__channels') }}
    group by report_date, conversion_name, attribution_model
),

compared as (
    select
        attributed.report_date,
        attributed.conversion_name,
        attributed.attribution_model,
        attributed.conversions,
        attributed.revenue,
        coalesce(booked.conversions, 0) as booked_conversions,
        coalesce(booked.revenue, 0) as booked_revenue
    from attributed
    full outer join booked
        on
            attributed.report_date = booked.report_date
            and attributed.conversion_name = booked.conversion_name
            and attributed.attribution_model = booked.attribution_model
)

select * from compared
where
    conversions is null
    or conversions <> booked_conversions
    or revenue <> booked_revenue
