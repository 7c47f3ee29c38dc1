-- grain: one row per event that could enter a funnel in any order and number of steps
-- that it would come to, each at the earliest event that takes one not yet taken.

with pooled as (
    select * from {{ ref('footfall', 'int_funnel_steps__pooled') }}
),

step_1 as (
    select
        pooled.funnel_name,
        pooled.entity,
        pooled.entity_source_name,
        pooled.entity_id,
        pooled.source_name,
        pooled.visitor_id,
        pooled.session_id,
        pooled.window_minutes,
        pooled.entity_event_number as entry_event_number,
        pooled.occurred_at as entered_at,
        pooled.entity_event_number,
        pooled.occurred_at,
        {%- for step_number in range(1, 9) %}
            pooled.next_step_{{ step_number }}_number,
        {%- endfor %}
        pooled.next_exclusion_number,
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
        entries.funnel_name,
        entries.entity,
        entries.entity_source_name,
        entries.entity_id,
        entries.source_name,
        entries.visitor_id,
        entries.session_id,
        entries.window_minutes,
        entries.entry_event_number,
        entries.entered_at,
        entries.step_number,
        entries.entity_event_number,
        entries.occurred_at,
        entries.steps_taken,
        {{ next_untaken('entries') }} as next_event_number
    from entries
)

select * from pooled_entries
