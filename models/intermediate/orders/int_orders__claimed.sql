-- grain: one row per conversion name and accepted event of it: a conversion, or a copy
-- of one. An event claims the order that it names; one that names none is its own.

with events as (
    select * from {{ ref('footfall', 'int_events__screened') }}
),

sessionized as (
    select * from {{ ref('footfall', 'int_events__sessionized') }}
),

sessions as (
    select * from {{ ref('footfall', 'int_sessions__identified') }}
),

visitors as (
    select * from {{ ref('footfall', 'int_visitors__identified') }}
),

consents as (
    select * from {{ ref('footfall', 'int_visitors__consented') }}
),

conversion_definitions as (
    select
        conversion_name,
        {{ event_form('event_name') }} as event_name,
        {{ like_pattern('page_path_pattern') }} as page_path_pattern
    from {{ ref('conversion_definitions') }}
),

-- Distinct, since several definitions of one name may take the same event.
defined as (
    select distinct
        conversion_definitions.conversion_name,
        events.log_number,
        events.source_name,
        events.event_id,
        events.visitor_id,
        events.user_id,
        events.platform,
        events.occurred_at,
        events.received_at,
        events.order_id,
        events.currency,
        events.revenue
    from events
    inner join conversion_definitions
        on
            events.event_name = conversion_definitions.event_name
            and coalesce(events.page_path, '')
            like conversion_definitions.page_path_pattern escape '!'
),

identified as (
    select
        defined.conversion_name,
        defined.source_name,
        defined.event_id,
        sessions.session_id,
        defined.visitor_id,
        defined.order_id,
        defined.occurred_at,
        defined.received_at,
        defined.currency,
        defined.revenue,
        coalesce(sessions.person_id, defined.user_id, visitors.person_id) as person_id,
        coalesce(consents.marketing_consent, 'unknown') as marketing_consent,
        case when defined.platform = 'server' then 0 else 1 end as paid_rank,
        case when defined.platform = 'server' then 1 else 0 end as visited_rank,
        case when defined.revenue is null then 1 else 0 end as amount_rank
    from defined
    left join sessionized
        on defined.log_number = sessionized.log_number
    inner join visitors
        on
            defined.source_name = visitors.source_name
            and defined.visitor_id = visitors.visitor_id
    left join sessions
        on
            sessionized.source_name = sessions.source_name
            and sessionized.visitor_id = sessions.visitor_id
            and sessionized.session_app = sessions.session_app
            and sessionized.session_started_at = sessions.session_started_at
    left join consents
        on
            defined.source_name = consents.source_name
            and defined.visitor_id = consents.visitor_id
),

-- Few orders are claimed twice, so only those go through the windows below.
repeated_orders as (
    select
        conversion_name,
        order_id
    from identified
    where order_id is not null
    group by conversion_name, order_id
    having count(*) > 1
),

-- Which claims are the first of their person, and of their amount, in their source?
ranked as (
    select
        identified.*,
        count(identified.revenue) over (
            partition by
                identified.source_name, identified.conversion_name, identified.order_id
        ) as amount_count,
        row_number() over (
            partition by
                identified.source_name,
                identified.conversion_name,
                identified.order_id,
                identified.person_id,
                identified.amount_rank
            order by
                identified.occurred_at, identified.received_at, identified.event_id
        ) as person_claim_number,
        row_number() over (
            partition by
                identified.source_name,
                identified.conversion_name,
                identified.order_id,
                identified.revenue
            order by
                identified.occurred_at, identified.received_at, identified.event_id
        ) as amount_claim_number
    from identified
    inner join repeated_orders
        on
            identified.conversion_name = repeated_orders.conversion_name
            and identified.order_id = repeated_orders.order_id
),

-- A claim without an amount differs from none: it is an order where no claim has one.
opened as (
    select
        *,
        case
            when revenue is null and amount_count > 0 then 0
            when person_claim_number = 1 and amount_claim_number = 1 then 1
            else 0
        end as opened_orders
    from ranked
),

numbered as (
    select
        *,
        case
            when opened_orders = 1
                then sum(opened_orders) over (
                        partition by source_name, conversion_name, order_id
                        order by occurred_at, received_at, event_id
                        rows between unbounded preceding and current row
                    )
        end as opened_number
    from opened
),

-- A copy is of the order of its person, else of that with its amount, else of the
-- first. The nth order of one source is the nth of another.
placed as (
    select
        *,
        coalesce(
            opened_number,
            min(opened_number) over (
                partition by source_name, conversion_name, order_id, person_id
            ),
            min(opened_number) over (
                partition by source_name, conversion_name, order_id, revenue
            ),
            1
        ) as order_number
    from numbered
),

-- Where the visitor was, a server does not know, but what was paid it knows best.
chosen as (
    select
        *,
        row_number() over (
            partition by conversion_name, order_id, order_number
            order by visited_rank, occurred_at, received_at, event_id, source_name
        ) as claim_number,
        row_number() over (
            partition by conversion_name, order_id, order_number
            order by
                amount_rank,
                paid_rank,
                occurred_at,
                received_at,
                event_id,
                source_name
        ) as amount_number
    from placed
),

settled as (
    select
        *,
        max(case when amount_number = 1 then revenue end) over (
            partition by conversion_name, order_id, order_number
        ) as order_revenue,
        max(case when amount_number = 1 then currency end) over (
            partition by conversion_name, order_id, order_number
        ) as order_currency
    from chosen
),

numbers as (
    select
        conversion_name,
        source_name,
        event_id,
        session_id,
        visitor_id,
        person_id,
        order_id,
        occurred_at,
        received_at,
        marketing_consent,
        currency,
        revenue,
        cast(order_number as bigint) as order_number,
        cast(claim_number as bigint) as claim_number,
        order_currency,
        order_revenue
    from settled

    union all

    select
        identified.conversion_name,
        identified.source_name,
        identified.event_id,
        identified.session_id,
        identified.visitor_id,
        identified.person_id,
        identified.order_id,
        identified.occurred_at,
        identified.received_at,
        identified.marketing_consent,
        identified.currency,
        identified.revenue,
        cast(1 as bigint) as order_number,
        cast(1 as bigint) as claim_number,
        identified.currency as order_currency,
        identified.revenue as order_revenue
    from identified
    left join repeated_orders
        on
            identified.conversion_name = repeated_orders.conversion_name
            and identified.order_id = repeated_orders.order_id
    where repeated_orders.order_id is null
)

select * from numbers
