-- grain: one row per conversion. An order sent again is the conversion it was.

with events as (
    select * from {{ ref('int_events__screened') }}
),

sessionized as (
    select * from {{ ref('int_events__sessionized') }}
    where {{ is_visitor_touched('fct_conversions') }}
),

sessions as (
    select * from {{ ref('int_sessions__identified') }}
),

visitors as (
    select * from {{ ref('int_visitors__identified') }}
    where {{ is_visitor_touched('fct_conversions') }}
),

conversion_definitions as (
    select * from {{ ref('conversion_definitions') }}
),

currency_rates as (
    select * from {{ ref('currency_rates') }}
),

defined as (
    select
        events.*,
        conversion_definitions.conversion_name,
        row_number() over (
            partition by
                events.source_name,
                conversion_definitions.conversion_name,
                coalesce(events.order_id, events.event_id),
                case when events.order_id is null then 0 else 1 end
            order by events.occurred_at, events.received_at, events.event_id
        ) as order_copy_number
    from events
    inner join conversion_definitions
        on
            events.event_name = conversion_definitions.event_name
            and coalesce(events.page_path, '')
            like conversion_definitions.page_path_pattern
),

joined as (
    select
        {{ surrogate_key([
            'defined.source_name', 'defined.conversion_name', 'defined.event_id'
        ]) }} as conversion_id,
        defined.source_name,
        defined.event_id,
        sessions.session_id,
        defined.visitor_id,
        coalesce(sessions.person_id, defined.user_id, visitors.person_id) as person_id,
        defined.order_id,
        defined.occurred_at as converted_at,
        cast({{ local_time('defined.occurred_at') }} as date) as converted_date,
        defined.conversion_name,
        defined.currency as delivered_currency,
        defined.revenue as delivered_revenue,
        coalesce(defined.visitor_marketing_consent, 'unknown') as marketing_consent
    from defined
    inner join sessionized
        on
            defined.source_name = sessionized.source_name
            and defined.event_id = sessionized.event_id
    inner join visitors
        on
            defined.source_name = visitors.source_name
            and defined.visitor_id = visitors.visitor_id
    left join sessions
        on
            sessionized.source_name = sessions.source_name
            and sessionized.visitor_id = sessions.visitor_id
            and sessionized.session_started_at = sessions.session_started_at
    where defined.order_copy_number = 1
),

-- The rate is kept, so that a test can tell a row whose rate came or changed later.
rated as (
    select
        joined.*,
        cast(
            {{ reporting_rate('joined.delivered_currency', 'currency_rates.rate') }}
            as numeric(18, 9)
        ) as currency_rate
    from joined
    left join currency_rates
        on
            joined.delivered_currency = currency_rates.currency
            and joined.converted_date = currency_rates.rate_date
),

final as (
    select
        conversion_id,
        source_name,
        event_id,
        session_id,
        visitor_id,
        person_id,
        order_id,
        converted_at,
        converted_date,
        conversion_name,
        {{ reported_currency('delivered_currency') }} as currency,
        delivered_currency,
        marketing_consent,
        currency_rate,
        delivered_revenue,
        coalesce(
            cast(
                {{ product('delivered_revenue', 'currency_rate', 9, 2) }}
                as numeric(18, 2)
            ),
            cast(0 as numeric(18, 2))
        ) as revenue,
        {{ last_batch(['int_sessions__identified']) }} as batch_number,
        '{{ definition_hash() }}' as definition_hash
    from rated
)

select * from final
