-- grain: one row per funnel, entity (session, visitor or person) and attempt.

with attempts as (
    select * from {{ ref('footfall', 'int_funnel_attempts__pivoted') }}
),

final as (
    select
        funnel_name,
        entity,
        source_name,
        entity_id,
        attempt_number,
        visitor_id,
        entry_person_id as person_id,
        entry_session_id,
        report_date,
        channel,
        device_category,
        visitor_type,
        entered_at,
        {%- for step_number in range(1, 9) %}
            step_{{ step_number }}_at,
        {%- endfor %}
        entry_step,
        furthest_step,
        steps_taken,
        is_completed,
        is_excluded,
        seconds_to_complete
    from attempts
)

select * from final
