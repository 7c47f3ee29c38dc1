-- grain: one row per funnel, accepted event, and step that it takes or before which it
-- ends an attempt. An order that is told again does neither: it completes a funnel
-- once, as it converts once.

with events as (
    select * from {{ ref('footfall', 'int_events__screened') }}
    where {{ in_scope('related') }}
),

sessionized as (
    select * from {{ ref('footfall', 'int_events__sessionized') }}
    where {{ in_scope('related') }}
),

sessions as (
    select * from {{ ref('footfall', 'int_sessions__identified') }}
    where {{ in_scope('related') }}
),

logged as (
    select * from {{ ref('footfall', 'int_events__logged') }}
),

copies as (
    select
        source_name,
        event_id
    from {{ ref('footfall', 'int_orders__claimed') }}
    group by source_name, event_id
    having min(claim_number) > 1
),

asked as (
    select * from {{ ref('footfall', 'int_funnel_steps__asked') }}
),

-- Nobody is asked for where no funnel follows persons.
visitors as (
    select
        visitors.source_name,
        visitors.visitor_id,
        visitors.person_id,
        persons.entity
    from {{ ref('footfall', 'int_visitors__identified') }} as visitors
    cross join (select distinct entity from asked where entity = 'person') as persons
),

stepped as (
    select
        asked.funnel_name,
        asked.entity,
        asked.window_minutes,
        asked.step_order,
        asked.is_entered_anywhere,
        asked.step_number,
        asked.step_window_minutes,
        asked.is_exclusion,
        asked.property_name,
        asked.property_value,
        events.source_name,
        events.visitor_id,
        events.event_id,
        events.occurred_at,
        events.received_at,
        events.log_number
    from events
    inner join asked
        on
            events.event_name = asked.event_name
            and coalesce(events.page_path, '')
            like asked.page_path_pattern escape '!'
    left join copies
        on
            events.source_name = copies.source_name
            and events.event_id = copies.event_id
    where
        copies.event_id is null
        and (
            asked.page_path_regex is null
            or {{ matches_regex(
                "coalesce(events.page_path, '')", 'asked.page_path_regex'
            ) }}
        )
),

-- What all other events pass through stays unread.
wanted as (
    select distinct
        log_number,
        property_name
    from stepped
    where property_name is not null
),

described as (
    select
        wanted.log_number,
        wanted.property_name,
        {{ json_named('logged.properties', 'wanted.property_name') }} as property_value
    from logged
    inner join wanted
        on logged.log_number = wanted.log_number
),

taken as (
    select stepped.*
    from stepped
    left join described
        on
            stepped.log_number = described.log_number
            and stepped.property_name = described.property_name
    where
        stepped.property_name is null
        or coalesce(stepped.property_value, described.property_value)
        = described.property_value
),

-- Within one instant nothing says what came first, so earlier steps do, and what takes
-- none comes last.
ordered as (
    select
        *,
        min(case when not is_exclusion then step_number end) over (
            partition by funnel_name, log_number
        ) as first_step_number,
        max(case when not is_exclusion then step_number end) over (
            partition by funnel_name, log_number
        ) as last_step_number
    from taken
),

-- An event of no session says for itself who it is.
lone as (
    select
        ordered.log_number,
        coalesce(logged.user_id, visitors.person_id) as person_id
    from ordered
    inner join visitors
        on
            ordered.source_name = visitors.source_name
            and ordered.visitor_id = visitors.visitor_id
            and ordered.entity = visitors.entity
    inner join logged
        on ordered.log_number = logged.log_number
    group by ordered.log_number, coalesce(logged.user_id, visitors.person_id)
),

-- A person may be of several sources. An event of no session is none of a funnel within
-- a session.
placed as (
    select
        ordered.*,
        sessions.session_id,
        case when ordered.entity = 'person' then '' else ordered.source_name end
            as entity_source_name,
        case ordered.entity
            when 'session' then sessions.session_id
            when 'visitor' then ordered.visitor_id
            else coalesce(sessions.person_id, lone.person_id)
        end as entity_id
    from ordered
    inner join sessionized
        on ordered.log_number = sessionized.log_number
    left join sessions
        on
            ordered.source_name = sessions.source_name
            and ordered.visitor_id = sessions.visitor_id
            and sessionized.session_app = sessions.session_app
            and sessionized.session_started_at = sessions.session_started_at
    left join lone
        on
            ordered.log_number = lone.log_number
            and sessionized.session_started_at is null
),

-- Few events take a step, so what is joined to all others is no text.
numbered as (
    select
        funnel_name,
        entity,
        window_minutes,
        step_order,
        step_number,
        step_window_minutes,
        is_exclusion,
        source_name,
        visitor_id,
        occurred_at,
        session_id,
        entity_source_name,
        entity_id,
        not is_exclusion
        and (
            step_number = 1
            or (is_entered_anywhere and step_number = first_step_number)
        ) as is_entry,
        cast(
            dense_rank() over (
                partition by funnel_name, entity_source_name, entity_id
                order by
                    occurred_at,
                    coalesce(first_step_number, 9),
                    coalesce(last_step_number, 9),
                    received_at,
                    event_id,
                    source_name
            ) as bigint
        ) as entity_event_number
    from placed
    where entity_id is not null
),

-- What only lies between the steps of a strict funnel has been counted.
matched as (
    select * from numbered
    where step_number is not null
)

select * from matched
