-- grain: one row per event that could enter a funnel and step that it would reach:
-- each step at the earliest event after the step before it, within the windows.

with linked as (
    select * from {{ ref('footfall', 'int_funnel_steps__linked') }}
),

pooled as (
    select * from {{ ref('footfall', 'int_funnel_entries__pooled') }}
),

-- The first step that is taken is step 1, but in an open funnel.
reached_1 as (
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
        step_number,
        entity_event_number,
        occurred_at,
        cast(null as {{ dbt.type_string() }}) as steps_taken,
        next_event_number
    from linked
    where is_entry
),

-- A funnel has at most eight steps: decision 0004.
{% for place in range(2, 9) %}
    reached_{{ place }} as (
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
            linked.step_number,
            linked.entity_event_number,
            linked.occurred_at,
            reached.steps_taken,
            linked.next_event_number
        from reached_{{ place - 1 }} as reached
        inner join linked
            on
                reached.funnel_name = linked.funnel_name
                and reached.entity_source_name = linked.entity_source_name
                and reached.entity_id = linked.entity_id
                and reached.next_event_number = linked.entity_event_number
                and reached.step_number + 1 = linked.step_number
                and linked.step_number >= {{ place }}
        where
            (
                reached.window_minutes is null
                or linked.occurred_at
                <= reached.entered_at + reached.window_minutes * interval '1' minute
            )
            and (
                linked.step_window_minutes is null
                or linked.occurred_at
                <= reached.occurred_at
                + linked.step_window_minutes * interval '1' minute
            )
    ),

{% endfor %}
chained as (
    select * from reached_1
    {%- for place in range(2, 9) %}

        union all

        select * from reached_{{ place }}
    {%- endfor %}

    union all

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
        next_event_number
    from pooled
)

select * from chained
