-- grain: one row per event that could enter a funnel in any order and number of steps
-- that it would come to, each at the earliest event that takes one not yet taken.

with pooled as (
    select * from {{ ref('footfall', 'int_funnel_steps__pooled') }}
),

step_1 as (
    select
        funnel_name,
        entity,
        entity_source_name,
        entity_id,
        source_name,
        visitor_id,
        session_id,
        window_minutes,
        entity_event_number as entry_event_number,
        occurred_at as entered_at,
        entity_event_number,
        occurred_at,
        {%- for step_number in range(1, 9) %}
            next_step_{{ step_number }}_number,
        {%- endfor %}
        next_exclusion_number,
        {{ untaken_step('pooled', "''") }} as steps_taken
    from pooled
    where {{ untaken_step('pooled', "''") }} is not null
),

-- A funnel has at most eight steps: decision 0004.
{% for step in range(2, 9) %}
    step_{{ step }} as (
        select
            reached.funnel_name,
            reached.entity,
            reached.entity_source_name,
            reached.entity_id,
            reached.source_name,
            reached.visitor_id,
            reached.session_id,
            reached.window_minutes,
            reached.entry_event_number,
            reached.entered_at,
            pooled.entity_event_number,
            pooled.occurred_at,
            {%- for step_number in range(1, 9) %}
                pooled.next_step_{{ step_number }}_number,
            {%- endfor %}
            pooled.next_exclusion_number,
            reached.steps_taken || {{ untaken_step('pooled', 'reached.steps_taken') }}
                as steps_taken
        from step_{{ step - 1 }} as reached
        inner join pooled
            on
                reached.funnel_name = pooled.funnel_name
                and reached.entity_source_name = pooled.entity_source_name
                and reached.entity_id = pooled.entity_id
                and {{ next_untaken('reached') }} = pooled.entity_event_number
        where
            {{ untaken_step('pooled', 'reached.steps_taken') }} is not null
            and (
                reached.window_minutes is null
                or pooled.occurred_at
                <= reached.entered_at + reached.window_minutes * interval '1' minute
            )
    ),

{% endfor %}
entries as (
    {%- for step in range(1, 9) %}
        select
            *,
            {{ step }} as step_number
        from step_{{ step }}
        {%- if not loop.last %}

            union all

        {%- endif %}
    {%- endfor %}
),

pooled_entries as (
    select
        funnel_name,
        entity,
        entity_source_name,
        entity_id,
        source_name,
        visitor_id,
        session_id,
        window_minutes,
        entry_event_number,
        entered_at,
        step_number,
        entity_event_number,
        occurred_at,
        steps_taken,
        {{ next_untaken('entries') }} as next_event_number
    from entries
)

select * from pooled_entries
