-- grain: one row per conversion and touch: a session of the same person that started
-- at or before the conversion, within the lookback, or the last one before that.

with conversions as (
    select * from {{ ref('fct_conversions') }}
    where {{ is_person_touched('mart_attribution__touchpoints') }}
),

sessions as (
    select * from {{ ref('fct_sessions') }}
    where {{ is_person_touched('mart_attribution__touchpoints') }}
),

-- Who denied marketing consent is attributed to nothing, nor are their sessions.
attributable as (
    select
        *,
        lag(converted_at) over (
            partition by person_id, conversion_name
            order by converted_at, conversion_id
        ) as previous_converted_at
    from conversions
    where marketing_consent <> 'denied'
),

touched as (
    select
        attributable.conversion_id,
        attributable.conversion_name,
        attributable.person_id,
        sessions.session_id,
        attributable.converted_at,
        attributable.converted_date,
        sessions.started_at as touched_at,
        sessions.channel,
        sessions.source,
        sessions.medium,
        sessions.campaign,
        (
            attributable.converted_at
            <= sessions.started_at
            + interval '{{ var("attribution_lookback_days") }}' day
            and (
                not {{ var('attribution_resets_after_conversion') }}
                or attributable.previous_converted_at is null
                or sessions.started_at > attributable.previous_converted_at
            )
        ) as is_in_window
    from attributable
    inner join sessions
        on
            attributable.person_id = sessions.person_id
            and attributable.converted_at >= sessions.started_at
    where sessions.marketing_consent <> 'denied'
),

-- Of all that is too old, the last touch is enough to tell it from no touch at all.
ranked as (
    select
        *,
        row_number() over (
            partition by conversion_id, is_in_window
            order by touched_at, session_id
        ) as touch_rank,
        count(*) over (partition by conversion_id, is_in_window) as rank_count
    from touched
),

final as (
    select
        conversion_id,
        conversion_name,
        person_id,
        session_id,
        converted_at,
        converted_date,
        touched_at,
        channel,
        source,
        medium,
        campaign,
        is_in_window,
        case when is_in_window then cast(touch_rank as bigint) end as touch_number,
        case when is_in_window then rank_count end as touch_count,
        {{ seconds_between('touched_at', 'converted_at') }} as seconds_to_conversion,
        {{ last_batch(['fct_sessions', 'int_persons__touched']) }} as batch_number,
        '{{ definition_hash() }}' as definition_hash
    from ranked
    where
        is_in_window
        or touch_rank = rank_count
)

select * from final
