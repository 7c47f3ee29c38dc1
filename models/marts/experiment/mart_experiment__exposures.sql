-- grain: one row per experiment and person who saw a variant of it.

with seen as (
    select
        event_id,
        source_name,
        person_id,
        occurred_at,
        received_at,
        experiment_id,
        variant_id
    from {{ ref('footfall', 'fct_events') }}
    where
        experiment_id is not null
        and variant_id is not null
),

ordered as (
    select
        *,
        row_number() over (
            partition by experiment_id, person_id
            order by
                occurred_at, received_at, {{ byte_order('event_id') }},
                {{ byte_order('source_name') }}
        ) as exposure_number
    from seen
),

counted as (
    select
        experiment_id,
        person_id,
        count(*) as exposures,
        count(distinct variant_id) as variants_seen
    from seen
    group by experiment_id, person_id
),

final as (
    select
        ordered.experiment_id,
        ordered.person_id,
        ordered.variant_id,
        ordered.occurred_at as exposed_at,
        cast({{ local_time('ordered.occurred_at') }} as date) as exposed_date,
        counted.exposures,
        counted.variants_seen,
        counted.variants_seen > 1 as is_contaminated
    from ordered
    inner join counted
        on
            ordered.experiment_id = counted.experiment_id
            and ordered.person_id = counted.person_id
    where ordered.exposure_number = 1
)

select * from final
