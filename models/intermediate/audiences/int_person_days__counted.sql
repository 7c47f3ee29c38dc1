-- grain: one row per person and day with a session, a conversion, a product's view, a
-- filled cart or a checkout of theirs.

with sessions as (
    select * from {{ ref('footfall', 'int_sessions__described') }}
),

conversions as (
    select * from {{ ref('footfall', 'int_conversions__valued') }}
),

shopping_events as (
    select * from {{ ref('footfall', 'int_shopping_events__listed') }}
),

session_days as (
    select
        person_id,
        started_date as active_date,
        count(*) as sessions
    from sessions
    group by person_id, started_date
),

conversion_days as (
    select
        person_id,
        converted_date as active_date,
        count(case when is_main_goal then 1 end) as conversions
    from conversions
    group by person_id, converted_date
),

shopping_days as (
    select
        person_id,
        occurred_date as active_date,
        count(case when event_name = 'view_item' then 1 end) as product_views,
        count(case when event_name = 'add_to_cart' then 1 end) as carts
    from shopping_events
    group by person_id, occurred_date
),

acts as (
    select
        person_id,
        active_date,
        sessions,
        0 as conversions,
        0 as product_views,
        0 as carts
    from session_days

    union all

    select
        person_id,
        active_date,
        0 as sessions,
        conversions,
        0 as product_views,
        0 as carts
    from conversion_days

    union all

    select
        person_id,
        active_date,
        0 as sessions,
        0 as conversions,
        product_views,
        carts
    from shopping_days
),

counted as (
    select
        person_id,
        active_date,
        {{ day_number('active_date') }} as day_number,
        cast(sum(sessions) as bigint) as sessions,
        cast(sum(conversions) as bigint) as conversions,
        cast(sum(product_views) as bigint) as product_views,
        cast(sum(carts) as bigint) as carts
    from acts
    group by person_id, active_date
)

select * from counted
