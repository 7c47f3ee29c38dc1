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

lone_events as (
    select
        source_name,
        visitor_id,
        log_number
    from {{ ref('footfall', 'int_events__sessionized') }}
    where
        session_started_at is null
        and {{ in_scope('related') }}
),

visitors as (
    select * from {{ ref('footfall', 'int_visitors__identified') }}
),

named as (
    select
        log_number,
        user_id
    from {{ ref('footfall', 'int_events__logged') }}
    where {{ in_scope('related') }}
),

passed as (
    select
        log_number,
        event_name,
        properties
    from {{ ref('footfall', 'int_events__logged') }}
    where {{ in_scope('related') }}
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

defined as (
    select * from {{ ref('footfall', 'int_funnel_steps__defined') }}
),

wanted as (
    select distinct
        event_name,
        property_name
    from asked
    where property_name is not null
),

-- What events pass through is read of those alone that a step asks for it.
described as (
    select
        passed.log_number,
        wanted.property_name,
        {{ json_named('passed.properties', 'wanted.property_name') }} as property_value
    from passed
    inner join wanted
        on passed.event_name = wanted.event_name
),

stepped as (
    select
        asked.funnel_name,
        asked.entity,
        asked.step_number,
        asked.is_exclusion,
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
    left join described
        on
            events.log_number = described.log_number
            and asked.property_name = described.property_name
    where
        copies.event_id is null
        and (
            asked.page_path_regex is null
            or {{ matches_regex(
                "coalesce(events.page_path, '')", 'asked.page_path_regex'
            ) }}
        )
        and (
            asked.property_name is null
            or described.property_value
            = coalesce(asked.property_value, described.property_value)
        )
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
    from stepped
),

followed_persons as (
    select distinct entity from asked
    where entity = 'person'
),

-- Where a funnel follows persons, an event of no session says for itself who it is.
lone as (
    select
        followed_persons.entity,
        lone_events.log_number,
        coalesce(named.user_id, visitors.person_id) as person_id
    from lone_events
    inner join visitors
        on
            lone_events.source_name = visitors.source_name
            and lone_events.visitor_id = visitors.visitor_id
    inner join named
        on lone_events.log_number = named.log_number
    cross join followed_persons
),

-- A person may be of several sources. An event of no session is none of a funnel within
-- a session. Few events take a step, so what is joined to all others is no text.
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
            and ordered.entity = lone.entity
),

numbered as (
    select
        funnel_name,
        step_number,
        is_exclusion,
        first_step_number,
        source_name,
        visitor_id,
        occurred_at,
        session_id,
        entity_source_name,
        entity_id,
        cast(
            dense_rank() over (
                partition by funnel_name, entity_source_name, entity_id
                order by
                    occurred_at,
                    coalesce(first_step_number, 9),
                    coalesce(last_step_number, 9),
                    received_at,
                    event_id,
                    case when entity = 'person' then source_name end
            ) as bigint
        ) as entity_event_number
    from placed
    where entity_id is not null
),

-- What only lies between the steps of a strict funnel has been counted.
matched as (
    select
        numbered.funnel_name,
        defined.entity,
        defined.window_minutes,
        defined.step_order,
        numbered.step_number,
        defined.step_window_minutes,
        numbered.is_exclusion,
        numbered.source_name,
        numbered.visitor_id,
        numbered.occurred_at,
        numbered.session_id,
        numbered.entity_source_name,
        numbered.entity_id,
        numbered.entity_event_number,
        not numbered.is_exclusion
        and (
            numbered.step_number = 1
            or (
                defined.is_entered_anywhere
                and numbered.step_number = numbered.first_step_number
            )
        ) as is_entry
    from numbered
    inner join defined
        on
            numbered.funnel_name = defined.funnel_name
            and numbered.step_number = defined.step_number
)

select * from matched
