-- grain: one row per day, conversion name and model whose channels do not sum to what
-- was booked on the day, or to what went back.

with attribution_models as (
    select * from {{ ref('attribution_models') }}
    where is_enabled
),

entries as (
    select
        converted_date as report_date,
        conversion_name,
        1 as conversions,
        revenue,
        cast(0 as numeric(18, 12)) as reversed_conversions,
        cast(0 as numeric(28, 6)) as reversed_revenue
    from {{ ref('footfall', 'fct_conversions') }}

    union all

    select
        reversed_date as report_date,
        conversion_name,
        0 as conversions,
        cast(0 as numeric(28, 6)) as revenue,
        share_before - share_after as reversed_conversions,
        0 - reversed_revenue as reversed_revenue
    from {{ ref('footfall', 'fct_reversals') }}
    where conversion_id is not null
),

booked as (
    select
        entries.report_date,
        entries.conversion_name,
        attribution_models.attribution_model,
        sum(entries.conversions) as conversions,
        sum(entries.revenue) as revenue,
        sum(entries.reversed_conversions) as reversed_conversions,
        sum(entries.reversed_revenue) as reversed_revenue
    from entries
    cross join attribution_models
    group by
        entries.report_date,
        entries.conversion_name,
        attribution_models.attribution_model
),

attributed as (
    select
        report_date,
        conversion_name,
        attribution_model,
        sum(conversions) as conversions,
        sum(attributed_revenue) as revenue,
        sum(reversed_conversions) as reversed_conversions,
        sum(reversed_revenue) as reversed_revenue
    from {{ ref('footfall', 'mart_attribution__channels') }}
    group by report_date, conversion_name, attribution_model
),

compared as (
    select
        coalesce(attributed.report_date, booked.report_date) as report_date,
        coalesce(attributed.conversion_name, booked.conversion_name)
            as conversion_name,
        coalesce(attributed.attribution_model, booked.attribution_model)
            as attribution_model,
        coalesce(attributed.conversions, 0) - coalesce(booked.conversions, 0)
            as conversions_over,
        coalesce(attributed.revenue, 0) - coalesce(booked.revenue, 0) as revenue_over,
        coalesce(attributed.reversed_conversions, 0)
        - coalesce(booked.reversed_conversions, 0) as reversed_conversions_over,
        coalesce(attributed.reversed_revenue, 0)
        - coalesce(booked.reversed_revenue, 0) as reversed_revenue_over
    from attributed
    full outer join booked
        on
            attributed.report_date = booked.report_date
            and attributed.conversion_name = booked.conversion_name
            and attributed.attribution_model = booked.attribution_model
)

select * from compared
where
    conversions_over <> 0
    or revenue_over <> 0
    or reversed_conversions_over <> 0
    or reversed_revenue_over <> 0
