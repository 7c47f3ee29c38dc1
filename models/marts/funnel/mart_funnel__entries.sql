-- grain: one row per funnel, entity (session or visitor) and attempt.

with entries as (
    select * from {{ ref('footfall', 'int_funnel_entries__numbered') }}
),

chained as (
    select * from {{ ref('footfall', 'int_funnel_entries__chained') }}
),

sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
    where {{ in_scope('visitor') }}
),

funnel_steps as (
    select * from {{ ref('funnel_steps') }}
),

last_steps as (
    select
        funnel_name,
        max(step_number) as last_step_number
    from funnel_steps
    group by funnel_name
),

-- The steps of an attempt side by side.
pivoted as (
    select
        entries.funnel_name,
        chained.entity,
        entries.source_name,
        entries.entity_id,
        entries.attempt_number,
        chained.visitor_id,
        {%- for step_number in range(1, 9) %}
            max(
                case
                    when
                        chained.step_number = {{ step_number }}
                        then chained.occurred_at
                end
            )
                as step_{{ step_number }}_at,
        {%- endfor %}
        max(chained.occurred_at) as last_step_at,
        max(chained.step_number) as furthest_step
    from entries
    inner join chained
        on
            entries.funnel_name = chained.funnel_name
            and entries.source_name = chained.source_name
            and entries.entity_id = chained.entity_id
            and entries.entry_event_number = chained.entry_event_number
    group by
        entries.funnel_name,
        chained.entity,
        entries.source_name,
        entries.entity_id,
        entries.attempt_number,
        chained.visitor_id
),

-- The session in which the attempt began says where it came from.
entry_sessions as (
    select
        entries.funnel_name,
        entries.source_name,
        entries.entity_id,
        entries.attempt_number,
        sessions.session_id,
        sessions.person_id,
        sessions.channel,
        sessions.device_category,
        sessions.visitor_type
    from entries
    inner join chained
        on
            entries.funnel_name = chained.funnel_name
            and entries.source_name = chained.source_name
            and entries.entity_id = chained.entity_id
            and entries.entry_event_number = chained.entry_event_number
            and chained.step_number = 1
    inner join sessions
        on chained.session_id = sessions.session_id
),

final as (
    select
        pivoted.funnel_name,
        pivoted.entity,
        pivoted.source_name,
        pivoted.entity_id,
        pivoted.attempt_number,
        pivoted.visitor_id,
        entry_sessions.person_id,
        entry_sessions.session_id as entry_session_id,
        cast({{ local_time('pivoted.step_1_at') }} as date) as report_date,
        coalesce(entry_sessions.channel, '(no session)') as channel,
        coalesce(entry_sessions.device_category, '(unknown)') as device_category,
        coalesce(entry_sessions.visitor_type, '(no session)') as visitor_type,
        {%- for step_number in range(1, 9) %}
            pivoted.step_{{ step_number }}_at,
        {%- endfor %}
        pivoted.furthest_step,
        pivoted.furthest_step = last_steps.last_step_number as is_completed,
        case
            when pivoted.furthest_step = last_steps.last_step_number
                then {{ seconds_between('pivoted.step_1_at', 'pivoted.last_step_at') }}
        end as seconds_to_complete
    from pivoted
    inner join last_steps
        on pivoted.funnel_name = last_steps.funnel_name
    left join entry_sessions
        on
            pivoted.funnel_name = entry_sessions.funnel_name
            and pivoted.source_name = entry_sessions.source_name
            and pivoted.entity_id = entry_sessions.entity_id
            and pivoted.attempt_number = entry_sessions.attempt_number
)

select * from final
