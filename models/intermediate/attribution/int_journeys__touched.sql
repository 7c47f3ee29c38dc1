-- grain: one row per journey and touch: one of the person at or before its end, within
-- the lookback, or the last one before that.

with journeys as (
    select * from {{ ref('footfall', 'int_journeys__ended') }}
),

touches as (
    select * from {{ ref('footfall', 'int_touches__sourced') }}
),

channels as (
    select * from {{ ref('channels') }}
),

conversion_definitions as (
    select * from {{ ref('conversion_definitions') }}
),

lookbacks as (
    select
        cast(86400 as bigint) * {{ var('attribution_lookback_days') }}
            as lookback_seconds

    union all

    select lookback_seconds from conversion_definitions

    union all

    select lookback_seconds from channels
),

-- Time in pieces as long as the longest lookback: what a journey can see lies in the
-- piece of its end and the one before. A join by these two pieces is bounded by the
-- window, where one by person grows with the square of a shared login's history.
pieces as (
    select greatest(max(lookback_seconds), 1) * 1000000 as piece_microseconds
    from lookbacks
),

timed_touches as (
    select
        touches.*,
        channels.is_direct,
        channels.lookback_seconds,
        {{ microseconds_between(
            "timestamp '1000-01-01 00:00:00'", 'touches.touched_at'
        ) }}
            as microsecond_number,
        row_number() over (
            partition by touches.person_id
            order by
                touches.touched_at,
                {{ byte_order('touches.session_id') }},
                touches.session_source_number
        ) as touch_rank
    from touches
    inner join channels
        on touches.channel = channels.channel
),

timed_journeys as (
    select
        journeys.*,
        {{ microseconds_between(
            "timestamp '1000-01-01 00:00:00'", 'journeys.ended_at'
        ) }}
            as microsecond_number
    from journeys
),

placed_touches as (
    select
        timed_touches.*,
        timed_touches.microsecond_number
        - mod(timed_touches.microsecond_number, pieces.piece_microseconds)
            as piece_number
    from timed_touches
    cross join pieces
),

placed_journeys as (
    select
        timed_journeys.*,
        timed_journeys.microsecond_number
        - mod(timed_journeys.microsecond_number, pieces.piece_microseconds)
            as piece_number,
        timed_journeys.microsecond_number
        - mod(timed_journeys.microsecond_number, pieces.piece_microseconds)
        - pieces.piece_microseconds as previous_piece_number
    from timed_journeys
    cross join pieces
),

seen as (
    select
        journey_id,
        person_id,
        piece_number
    from placed_journeys

    union all

    select
        journey_id,
        person_id,
        previous_piece_number as piece_number
    from placed_journeys
),

-- Whatever is older than both pieces is too old; its last touch is enough to tell
-- that from none at all.
timeline as (
    select
        person_id,
        microsecond_number,
        1 as kind_number,
        touch_rank,
        cast(null as {{ dbt.type_string() }}) as journey_id
    from placed_touches

    union all

    select
        person_id,
        previous_piece_number as microsecond_number,
        0 as kind_number,
        cast(null as bigint) as touch_rank,
        journey_id
    from placed_journeys
    where is_converted
),

ranked as (
    select
        journey_id,
        person_id,
        max(touch_rank) over (
            partition by person_id
            order by microsecond_number, kind_number
            range between unbounded preceding and current row
        ) as touch_rank
    from timeline
),

found as (
    select
        seen.journey_id,
        seen.person_id,
        placed_touches.touch_rank
    from seen
    inner join placed_touches
        on
            seen.person_id = placed_touches.person_id
            and seen.piece_number = placed_touches.piece_number

    union all

    select
        journey_id,
        person_id,
        touch_rank
    from ranked
    where
        journey_id is not null
        and touch_rank is not null
),

touched as (
    select
        journeys.journey_id,
        journeys.is_converted,
        journeys.conversion_name,
        journeys.person_id,
        touches.session_id,
        touches.session_source_number,
        journeys.ended_at,
        journeys.ended_date,
        touches.touched_at,
        touches.channel,
        touches.source,
        touches.medium,
        touches.campaign,
        touches.is_direct,
        journeys.microsecond_number - touches.microsecond_number
            as microseconds_to_end,
        case
            when
                journeys.microsecond_number - touches.microsecond_number
                > 1000000
                * coalesce(touches.lookback_seconds, journeys.lookback_seconds)
                then 'too_old'
            when
                {{ var('attribution_resets_after_conversion') }}
                and touches.touched_at <= journeys.previous_converted_at
                then 'before_reset'
        end as exclusion_reason
    from found
    inner join placed_journeys as journeys
        on found.journey_id = journeys.journey_id
    inner join placed_touches as touches
        on
            found.person_id = touches.person_id
            and found.touch_rank = touches.touch_rank
    where touches.touched_at <= journeys.ended_at
)

select * from touched
