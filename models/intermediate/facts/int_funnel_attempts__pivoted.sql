-- grain: one row per funnel, entity (session, visitor or person) and attempt: its steps
-- side by side.

with entries as (
    select * from {{ ref('footfall', 'int_funnel_entries__numbered') }}
),

chained as (
    select * from {{ ref('footfall', 'int_funnel_entries__chained') }}
),

ended as (
    select * from {{ ref('footfall', 'int_funnel_entries__ended') }}
    where is_excluded
),

last_steps as (
    select * from {{ ref('footfall', 'int_funnel_steps__defined') }}
    where is_last_step
),

sessions as (
    select * from {{ ref('footfall', 'int_sessions__described') }}
    where {{ in_scope('related') }}
),

-- The steps of an attempt side by side.
attempts as (
    select
        entries.funnel_name,
        chained.entity,
        entries.entity_source_name,
        entries.entity_id,
        entries.attempt_number,
        entries.entry_event_number,
        chained.source_name,
        chained.visitor_id,
        chained.session_id,
        chained.entered_at,
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
        min(chained.step_number) as entry_step,
        max(chained.step_number) as furthest_step,
        max(chained.occurred_at) as last_step_at,
        max(chained.steps_taken) as steps_taken
    from entries
    inner join chained
        on
            entries.funnel_name = chained.funnel_name
            and entries.entity_source_name = chained.entity_source_name
            and entries.entity_id = chained.entity_id
            and entries.entry_event_number = chained.entry_event_number
    group by
        entries.funnel_name,
        chained.entity,
        entries.entity_source_name,
        entries.entity_id,
        entries.attempt_number,
        entries.entry_event_number,
        chained.source_name,
        chained.visitor_id,
        chained.session_id,
        chained.entered_at
),

-- The session in which the attempt began says where it came from. Of one that began in
-- none, the visitor stands for the person, so that it is replaced with them.
pivoted as (
    select
        attempts.funnel_name,
        attempts.entity,
        attempts.source_name,
        attempts.entity_id,
        attempts.attempt_number,
        attempts.visitor_id,
        sessions.session_id as entry_session_id,
        attempts.entered_at,
        {%- for step_number in range(1, 9) %}
            attempts.step_{{ step_number }}_at,
        {%- endfor %}
        attempts.entry_step,
        attempts.furthest_step,
        cast({{ local_time('attempts.entered_at') }} as date) as report_date,
        case
            when attempts.entity = 'person' then attempts.entity_id
            else coalesce(sessions.person_id, attempts.visitor_id)
        end as person_id,
        case
            when attempts.entity = 'person' then attempts.entity_id
            else sessions.person_id
        end as entry_person_id,
        coalesce(sessions.channel, '(no session)') as channel,
        coalesce(sessions.device_category, '(unknown)') as device_category,
        coalesce(sessions.visitor_type, '(no session)') as visitor_type,
        coalesce(
            attempts.steps_taken,
            substr(
                '12345678',
                attempts.entry_step,
                attempts.furthest_step - attempts.entry_step + 1
            )
        ) as steps_taken,
        attempts.furthest_step = last_steps.step_number as is_completed,
        ended.funnel_name is not null as is_excluded,
        case
            when attempts.furthest_step = last_steps.step_number
                then
                    {{ seconds_between(
                        'attempts.entered_at', 'attempts.last_step_at'
                    ) }}
        end as seconds_to_complete
    from attempts
    inner join last_steps
        on attempts.funnel_name = last_steps.funnel_name
    left join sessions
        on attempts.session_id = sessions.session_id
    left join ended
        on
            attempts.funnel_name = ended.funnel_name
            and attempts.entity_source_name = ended.entity_source_name
            and attempts.entity_id = ended.entity_id
            and attempts.entry_event_number = ended.entry_event_number
)

select * from pivoted
