-- grain: one row per day from the first session, conversion, item, reversal or spend to
-- the last, or to the last view: a session may outlast its day.

with sessions as (
    select * from {{ ref('fct_sessions') }}
),

page_views as (
    select * from {{ ref('fct_page_views') }}
),

conversions as (
    select * from {{ ref('fct_conversions') }}
),

items as (
    select * from {{ ref('fct_items') }}
),

reversals as (
    select * from {{ ref('fct_reversals') }}
),

ad_spend as (
    select * from {{ ref('fct_ad_spend') }}
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

final as (
    select
        report_date,
        cast({{ dbt.date_trunc('week', 'report_date') }} as date) as week_started_date,
        cast({{ dbt.date_trunc('month', 'report_date') }} as date)
            as month_started_date,
        cast(extract(year from report_date) as integer) as year_number,
        cast(extract(month from report_date) as integer) as month_number,
        cast(extract(day from report_date) as integer) as day_of_month_number
    from spine
    where report_date <= last_day
)

select * from final
