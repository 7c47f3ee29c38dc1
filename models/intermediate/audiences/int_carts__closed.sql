-- grain: one row per accepted event that fills a cart or begins a checkout, with the
-- day on which the person next reached the main goal, and so closed it.

with events as (
    select * from {{ ref('footfall', 'int_shopping_events__listed') }}
    where event_name in ('add_to_cart', 'begin_checkout')
),

conversions as (
    select * from {{ ref('footfall', 'int_conversions__valued') }}
    where is_main_goal
),

-- At one instant the cart comes first: who buys at once leaves nothing behind.
timeline as (
    select
        person_id,
        source_name,
        event_id,
        event_name,
        occurred_at,
        occurred_date,
        cast(null as date) as converted_date,
        0 as kind_number
    from events

    union all

    select
        person_id,
        source_name,
        event_id,
        cast(null as {{ dbt.type_string() }}) as event_name,
        converted_at as occurred_at,
        cast(null as date) as occurred_date,
        converted_date,
        1 as kind_number
    from conversions
),

followed as (
    select
        *,
        min(converted_date) over (
            partition by person_id
            order by occurred_at, kind_number
            rows between current row and unbounded following
        ) as closed_date
    from timeline
),

closed as (
    select
        source_name,
        event_id,
        person_id,
        event_name,
        occurred_date,
        closed_date
    from followed
    where kind_number = 0
)

select * from closed
