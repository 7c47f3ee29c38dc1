-- grain: one row per event that could enter a funnel and step that it would reach:
-- each step at the earliest event after the step before it, within the window.

with linked as (
    select * from {{ ref('footfall', 'int_funnel_steps__linked') }}
),

step_1 as (
    select
        funnel_name,
        entity,
        source_name,
        entity_id,
        visitor_id,
        session_id,
        window_minutes,
        visitor_event_number as entry_event_number,
        occurred_at as entered_at,
        step_number,
        visitor_event_number,
        occurred_at,
        next_event_number
    from linked
    where step_number = 1
),

-- A funnel has at most eight steps: decision 0004.
{% for step in range(2, 9) %}
    step_{{ step }} as (
        select
            reached.funnel_name,
            reached.entity,
            reached.source_name,
            reached.entity_id,
            reached.visitor_id,
            reached.session_id,
            reached.window_minutes,
            reached.entry_event_number,
            reached.entered_at,
            linked.step_number,
            linked.visitor_event_number,
            linked.occurred_at,
            linked.next_event_number
        from step_{{ step - 1 }} as reached
        inner join linked
            on
                reached.funnel_name = linked.funnel_name
                and reached.source_name = linked.source_name
                and reached.entity_id = linked.entity_id
                and reached.next_event_number = linked.visitor_event_number
                and linked.step_number = {{ step }}
        where
            reached.window_minutes is null
            or linked.occurred_at
            <= reached.entered_at + reached.window_minutes * interval '1' minute
    ),

{% endfor %}
chained as (
    select * from step_1
    {%- for step in range(2, 9) %}

        union all

        select * from step_{{ step }}
    {%- endfor %}
)

select * from chained
