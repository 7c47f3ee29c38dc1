-- grain: one row per funnel in any order and event that takes a step of it or ends its
-- attempts, with the first event after it that does each of these.

with matched as (
    select * from {{ ref('footfall', 'int_funnel_steps__matched') }}
    where step_order = 'any'
),

taken as (
    select
        funnel_name,
        entity,
        window_minutes,
        entity_source_name,
        entity_id,
        source_name,
        visitor_id,
        session_id,
        entity_event_number,
        occurred_at,
        {%- for step_number in range(1, 9) %}
            max(
                case
                    when step_number = {{ step_number }} and not is_exclusion
                        then entity_event_number
                end
            ) as step_{{ step_number }}_number,
        {%- endfor %}
        max(case when is_exclusion then entity_event_number end) as exclusion_number
    from matched
    group by
        funnel_name,
        entity,
        window_minutes,
        entity_source_name,
        entity_id,
        source_name,
        visitor_id,
        session_id,
        entity_event_number,
        occurred_at
),

pooled as (
    select
        funnel_name,
        entity,
        window_minutes,
        entity_source_name,
        entity_id,
        source_name,
        visitor_id,
        session_id,
        entity_event_number,
        occurred_at,
        {%- for step_number in range(1, 9) %}
            step_{{ step_number }}_number is not null as is_step_{{ step_number }},
            min(step_{{ step_number }}_number) over later
                as next_step_{{ step_number }}_number,
        {%- endfor %}
        min(exclusion_number) over later as next_exclusion_number
    from taken
    window later as (
        partition by funnel_name, entity_source_name, entity_id
        order by entity_event_number
        rows between 1 following and unbounded following
    )
)

select * from pooled
