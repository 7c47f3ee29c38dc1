-- grain: one row per visitor of a source and person it stood for.

with events as (
    select * from {{ ref('int_events__identified') }}
    where {{ is_visitor_touched('int_visitors__seen') }}
),

seen as (
    select
        source_name,
        visitor_id,
        person_id,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at,
        {{ last_batch(['int_sessions__identified']) }} as batch_number,
        '{{ definition_hash() }}' as definition_hash
    from events
    group by source_name, visitor_id, person_id
)

select * from seen
