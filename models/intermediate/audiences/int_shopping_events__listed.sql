-- grain: one row per accepted event that shows a product, fills a cart or begins a
-- checkout.

with events as (
    select * from {{ ref('footfall', 'int_events__logged') }}
    where
        event_name in ('view_item', 'add_to_cart', 'begin_checkout')
        and {{ in_scope('visitor') }}
),

sessionized as (
    select * from {{ ref('footfall', 'int_events__sessionized') }}
    where {{ in_scope('visitor') }}
),

sessions as (
    select * from {{ ref('footfall', 'int_sessions__identified') }}
    where {{ in_scope('visitor') }}
),

visitors as (
    select * from {{ ref('footfall', 'int_visitors__identified') }}
),

listed as (
    select
        events.source_name,
        events.event_id,
        events.visitor_id,
        events.occurred_at,
        events.event_name,
        coalesce(sessions.person_id, events.user_id, visitors.person_id) as person_id,
        cast({{ local_time('events.occurred_at') }} as date) as occurred_date
    from events
    inner join sessionized
        on events.log_number = sessionized.log_number
    inner join visitors
        on
            events.source_name = visitors.source_name
            and events.visitor_id = visitors.visitor_id
    left join sessions
        on
            sessionized.source_name = sessions.source_name
            and sessionized.visitor_id = sessions.visitor_id
            and sessionized.session_app = sessions.session_app
            and sessionized.session_started_at = sessions.session_started_at
)

select * from listed
