-- grain: one row per source and hour of arrival of which the source delivers another
-- number of events than are held. None on a first run, which takes all.

{% set held = stored('int_events__classified') %}
{% set received_hour = dbt.date_trunc('hour', 'received_at') %}

with delivered as (
    select
        source_name,
        {{ received_hour }} as received_hour,
        count(*) as event_count
    from {{ ref('int_events__unioned') }}
    where {{ 'true' if held else 'false' }}
    group by source_name, {{ received_hour }}
),

{% if held %}

    held as (
        select
            source_name,
            {{ received_hour }} as received_hour,
            count(*) as event_count
        from {{ held }}
        group by source_name, {{ received_hour }}
    ),

{% else %}

    held as (
        select * from delivered
    ),

{% endif %}

-- Not one joined to the other: an event without a time arrived in no hour.
all_hours as (
    select
        source_name,
        received_hour,
        event_count as delivered_count,
        0 as held_count
    from delivered

    union all

    select
        source_name,
        received_hour,
        0 as delivered_count,
        event_count as held_count
    from held
),

summed as (
    select
        source_name,
        received_hour,
        cast(sum(delivered_count) as bigint) as delivered_count,
        cast(sum(held_count) as bigint) as held_count
    from all_hours
    group by source_name, received_hour
),

counted as (
    select * from summed
    where delivered_count <> held_count
)

select * from counted
