-- grain: one row per journey and touch, those that are on its path numbered, and of
-- those outside its window just the last one before a conversion.

with touched as (
    select * from {{ ref('footfall', 'int_journeys__touched') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by
                journey_id, case when exclusion_reason is null then 1 else 0 end
            order by
                touched_at desc,
                {{ byte_order('session_id') }} desc,
                session_source_number desc
        ) as rank_from_last,
        count(case when exclusion_reason is null and not is_direct then 1 end) over (
            partition by journey_id
        ) as other_count
    from touched
),

-- Is direct a channel like others, and if not, what if there is nothing else?
weighed as (
    select
        *,
        case
            when exclusion_reason is not null then exclusion_reason
            when is_direct and {{ sql_literal(var('attribution_direct')) }} = 'excluded'
                then 'direct'
            when
                is_direct
                and other_count > 0
                and {{ sql_literal(var('attribution_direct')) }}
                = 'excluded_unless_alone'
                then 'direct'
        end as reason_so_far
    from ranked
    where
        exclusion_reason is null
        or (is_converted and rank_from_last = 1)
),

-- Has the path been to this channel before, and will it come back to it?
compared as (
    select
        *,
        lag(channel) over (
            partition by journey_id, case when reason_so_far is null then 1 else 0 end
            order by
                touched_at, {{ byte_order('session_id') }}, session_source_number
        ) as previous_channel,
        row_number() over (
            partition by
                journey_id,
                case when reason_so_far is null then 1 else 0 end,
                channel
            order by
                touched_at, {{ byte_order('session_id') }}, session_source_number
        ) as visit_number,
        count(*) over (
            partition by
                journey_id,
                case when reason_so_far is null then 1 else 0 end,
                channel
        ) as visit_count
    from weighed
),

explained as (
    select
        *,
        case
            when reason_so_far is not null then reason_so_far
            when
                {{ sql_literal(var('attribution_path')) }} = 'collapsed'
                and channel = previous_channel
                then 'repeat'
            when
                {{ sql_literal(var('attribution_path')) }} = 'first'
                and visit_number > 1
                then 'repeat'
            when
                {{ sql_literal(var('attribution_path')) }} = 'unique'
                and visit_number < visit_count
                then 'repeat'
        end as final_reason
    from compared
),

numbered as (
    select
        *,
        cast(
            row_number() over (
                partition by
                    journey_id, case when final_reason is null then 1 else 0 end
                order by
                    touched_at, {{ byte_order('session_id') }}, session_source_number
            ) as bigint
        ) as path_number,
        count(*) over (
            partition by
                journey_id, case when final_reason is null then 1 else 0 end
        ) as path_count
    from explained
),

pathed as (
    select
        journey_id,
        is_converted,
        conversion_name,
        person_id,
        session_id,
        session_source_number,
        ended_at,
        ended_date,
        touched_at,
        channel,
        source,
        medium,
        campaign,
        is_direct,
        final_reason as exclusion_reason,
        cast(
            cast(microseconds_to_end as numeric(24, 6)) / 1000000 as numeric(18, 6)
        ) as seconds_to_end,
        case when final_reason is null then path_number end as touch_number,
        case when final_reason is null then path_count end as touch_count
    from numbered
)

select * from pathed
