-- grain: one row per visitor of a source who ever decided about consent.

with events as (
    select * from {{ ref('footfall', 'int_events__standing') }}
    where
        visitor_id is not null
        and {{ in_scope('visitor') }}
),

decided as (
    select
        source_name,
        visitor_id,
        max(case when analytics_consent = 'granted' then occurred_at end)
            as analytics_granted_at,
        max(case when analytics_consent = 'denied' then occurred_at end)
            as analytics_denied_at,
        max(case when marketing_consent = 'granted' then occurred_at end)
            as marketing_granted_at,
        max(case when marketing_consent = 'denied' then occurred_at end)
            as marketing_denied_at
    from events
    where
        (analytics_consent <> 'unknown' or marketing_consent <> 'unknown')
        and occurred_at is not null
        -- A decision from a clock far ahead would outvote every later one; one from a
        -- clock far behind outvotes none.
        and not ({{ is_after_all('occurred_at') }})
        and occurred_at
        <= received_at + interval '{{ var("future_tolerance_minutes") }}' minute
    group by source_name, visitor_id
),

-- The latest decision counts, for all the visitor ever did; at a tie, the denial.
consented as (
    select
        source_name,
        visitor_id,
        case
            when
                analytics_denied_at >= analytics_granted_at
                or (analytics_denied_at is not null and analytics_granted_at is null)
                then 'denied'
            when analytics_granted_at is not null then 'granted'
            else 'unknown'
        end as analytics_consent,
        case
            when
                marketing_denied_at >= marketing_granted_at
                or (marketing_denied_at is not null and marketing_granted_at is null)
                then 'denied'
            when marketing_granted_at is not null then 'granted'
            else 'unknown'
        end as marketing_consent
    from decided
)

select * from consented
