-- grain: one row per conversion, with why it has no touch to credit, where it has none,
-- and the run in which anything last changed that its credits are made of.

{% set known = held() %}

with conversions as (
    select * from {{ ref('footfall', 'int_conversions__valued') }}
    where {{ in_scope('person') }}
),

stages as (
    select * from {{ ref('footfall', 'int_conversions__staged') }}
),

journeys as (
    select * from {{ ref('footfall', 'int_journeys__joined') }}
    where is_converted
),

reasoned as (
    select
        conversions.conversion_id,
        conversions.conversion_name,
        conversions.person_id,
        conversions.converted_at,
        conversions.converted_date,
        stages.lead_at,
        stages.opportunity_at,
        journeys.touches_hash,
        -- What is unknown is shared out as nothing.
        coalesce(conversions.revenue, 0) as revenue,
        case
            when journeys.touch_count > 0 then null
            when conversions.marketing_consent = 'denied' then '(no consent)'
            when journeys.outside_count > 0 then '(outside window)'
            else '(no touch)'
        end as unattributed_reason
    from conversions
    inner join stages
        on conversions.conversion_id = stages.conversion_id
    left join journeys
        on conversions.conversion_id = journeys.journey_id
),

hashed as (
    select
        conversion_id,
        conversion_name,
        person_id,
        converted_at,
        converted_date,
        revenue,
        unattributed_reason,
        lead_at,
        opportunity_at,
        {{ surrogate_key([
            'conversion_name', 'person_id', 'converted_at', 'revenue',
            'unattributed_reason', 'lead_at', 'opportunity_at', 'touches_hash'
        ]) }} as credits_hash
    from reasoned
),

{% if known %}

    known as (
        select
            conversion_id,
            credits_hash,
            credited_number
        from {{ known }}
    ),

{% else %}

    known as (
        select
            conversion_id,
            credits_hash,
            cast(null as bigint) as credited_number
        from hashed
        where false
    ),

{% endif %}

explained as (
    select
        hashed.*,
        coalesce(known.credited_number, cast({{ run_number() }} as bigint))
            as credited_number
    from hashed
    left join known
        on
            hashed.conversion_id = known.conversion_id
            and hashed.credits_hash = known.credits_hash
)

select * from explained
