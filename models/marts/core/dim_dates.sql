-- grain: one row per day from the first session, conversion, item, reversal or spend to
-- the last, or to the last view: a session may outlast its day.

with sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

page_views as (
    select * from {{ ref('footfall', 'fct_page_views') }}
),

conversions as (
    select * from {{ ref('footfall', 'fct_conversions') }}
),

items as (
    select * from {{ ref('footfall', 'fct_items') }}
),

reversals as (
    select * from {{ ref('footfall', 'fct_reversals') }}
),

ad_spend as (
    select * from {{ ref('footfall', 'fct_ad_spend') }}
),

source_days as (
    select * from {{ ref('footfall', 'int_source_days__judged') }}
),

days as (
    select started_date as report_date
    from sessions

    union

    select viewed_date as report_date
    from page_views

    union

    select converted_date as report_date
    from conversions

    union

    select occurred_date as report_date
    from items

    union

    select reversed_date as report_date
    from reversals

    union

    select spend_date as report_date
    from ad_spend
),

bounds as (
    select
        min(report_date) as first_day,
        max(report_date) as last_day
    from days
),

numbers as (
    {{ dbt.generate_series(possible_day_count()) }}
),

spine as (
    select
        cast(
            bounds.first_day
            + (numbers.generated_number - 1) * interval '1' day as date
        ) as report_date,
        bounds.last_day
    from bounds
    cross join numbers
),

-- A day that lacks part of what a source sends, or all that a daily one does, is
-- partial for all of them together.
told_days as (
    select
        report_date,
        max(case when has_data then 1 else 0 end) = 1 as has_data,
        max(case when is_partial or is_missed then 1 else 0 end) = 1
            as is_lacking
    from source_days
    group by report_date
),

final as (
    select
        spine.report_date,
        cast({{ dbt.date_trunc('week', 'spine.report_date') }} as date)
            as week_started_date,
        cast({{ dbt.date_trunc('month', 'spine.report_date') }} as date)
            as month_started_date,
        cast(extract(year from spine.report_date) as integer) as year_number,
        cast(extract(month from spine.report_date) as integer) as month_number,
        cast(extract(day from spine.report_date) as integer) as day_of_month_number,
        coalesce(told_days.has_data, false) as has_data,
        coalesce(told_days.has_data and told_days.is_lacking, false) as is_partial
    from spine
    left join told_days
        on spine.report_date = told_days.report_date
    where spine.report_date <= spine.last_day
)

select * from final
