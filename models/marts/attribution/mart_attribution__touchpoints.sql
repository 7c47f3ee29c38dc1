-- grain: one row per conversion and touch: one of the same person at or before the
-- conversion, within the lookback, or the last one before that.

with journeys as (
    select * from {{ ref('footfall', 'int_journeys__pathed') }}
    where is_converted
),

windowed as (
    select
        *,
        coalesce(exclusion_reason not in ('too_old', 'before_reset'), true)
            as is_in_window
    from journeys
),

final as (
    select
        journey_id as conversion_id,
        conversion_name,
        person_id,
        session_id,
        session_source_number,
        ended_at as converted_at,
        ended_date as converted_date,
        touched_at,
        channel,
        source,
        medium,
        campaign,
        is_in_window,
        exclusion_reason,
        touch_number,
        touch_count,
        seconds_to_end as seconds_to_conversion
    from windowed
)

select * from final
