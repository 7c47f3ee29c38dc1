-- grain: one row per conversion, with when the person last became a lead and an
-- opportunity before it, as its definition names the two.

with conversions as (
    select * from {{ ref('footfall', 'int_conversions__valued') }}
    where {{ in_scope('person') }}
),

conversion_definitions as (
    select * from {{ ref('conversion_definitions') }}
),

stages as (
    select distinct
        conversion_name,
        lead_conversion_name as stage_conversion_name,
        'lead' as stage_kind
    from conversion_definitions
    where lead_conversion_name is not null

    union

    select distinct
        conversion_name,
        opportunity_conversion_name as stage_conversion_name,
        'opportunity' as stage_kind
    from conversion_definitions
    where opportunity_conversion_name is not null
),

-- Stages and what they lead to on one line of time, so that no login with many of
-- both makes pairs of them all.
timeline as (
    select
        conversion_id,
        conversion_name,
        person_id,
        converted_at,
        cast(null as {{ dbt.type_timestamp() }}) as lead_at,
        cast(null as {{ dbt.type_timestamp() }}) as opportunity_at
    from conversions

    union all

    select
        cast(null as {{ dbt.type_string() }}) as conversion_id,
        stages.conversion_name,
        conversions.person_id,
        conversions.converted_at,
        case when stages.stage_kind = 'lead' then conversions.converted_at end
            as lead_at,
        case when stages.stage_kind = 'opportunity' then conversions.converted_at end
            as opportunity_at
    from conversions
    inner join stages
        on conversions.conversion_name = stages.stage_conversion_name
),

-- By range, not by rows: a stage at the very instant of the conversion counts.
dated as (
    select
        conversion_id,
        max(lead_at) over (
            partition by person_id, conversion_name
            order by converted_at
            range between unbounded preceding and current row
        ) as lead_at,
        max(opportunity_at) over (
            partition by person_id, conversion_name
            order by converted_at
            range between unbounded preceding and current row
        ) as opportunity_at
    from timeline
),

staged as (
    select * from dated
    where conversion_id is not null
)

select * from staged
