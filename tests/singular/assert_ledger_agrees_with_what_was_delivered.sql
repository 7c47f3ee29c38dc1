-- grain: one row per count that differs: events delivered, accepted and rejected,
-- counted in the relations that hold them.

with delivered as (
    select count(*) as event_count from {{ ref('footfall', 'int_events__unioned') }}
),

accepted as (
    select count(*) as event_count from {{ ref('footfall', 'fct_events') }}
),

rejected as (
    select count(*) as event_count
    from {{ ref('footfall', 'mart_quality__rejected_events') }}
),

ledger as (
    select
        coalesce(sum(received), 0) as received,
        coalesce(sum(accepted), 0) as accepted
    from {{ ref('footfall', 'mart_quality__event_ledger') }}
),

compared as (
    select
        ledger.received,
        ledger.accepted,
        delivered.event_count as delivered_count,
        accepted.event_count as accepted_count,
        rejected.event_count as rejected_count
    from ledger
    cross join delivered
    cross join accepted
    cross join rejected
)

select * from compared
where
    received <> delivered_count
    or accepted <> accepted_count
    or received - accepted <> rejected_count
