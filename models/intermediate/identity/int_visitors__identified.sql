-- grain: one row per visitor of a source with accepted events.

with events as (
    select * from {{ ref('footfall', 'int_events__screened') }}
    where {{ in_scope('visitor') }}
),

counted as (
    select
        source_name,
        visitor_id,
        min(user_id) as first_user_id_by_name,
        max(user_id) as last_user_id_by_name,
        -- A first visit after the event that tells of it is a wrong clock's.
        min(
            case
                when
                    first_seen_at <= occurred_at
                    and not ({{ is_before_all('first_seen_at') }})
                    then first_seen_at
            end
        ) as told_first_seen_at
    from events
    group by source_name, visitor_id
),

-- A visitor with several users is nobody in particular: never "the last user".
identified as (
    select
        source_name,
        visitor_id,
        told_first_seen_at,
        case
            when first_user_id_by_name = last_user_id_by_name
                then first_user_id_by_name
        end as only_user_id,
        case
            when first_user_id_by_name = last_user_id_by_name
                then first_user_id_by_name
            else visitor_id
        end as person_id
    from counted
)

select * from identified
