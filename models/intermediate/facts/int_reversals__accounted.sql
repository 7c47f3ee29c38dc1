-- grain: one row per event that takes an order back, whole or in part, and conversion
-- that it takes back; one with no conversion where the order is not known.

with events as (
    select * from {{ ref('footfall', 'int_events__screened') }}
),

reversal_definitions as (
    select
        {{ event_form('event_name') }} as event_name,
        reverses_all
    from {{ ref('reversal_definitions') }}
),

conversions as (
    select * from {{ ref('footfall', 'int_conversions__valued') }}
    where order_id is not null
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

reported as (
    select
        events.source_name,
        events.event_id,
        events.event_name,
        events.order_id,
        events.occurred_at,
        events.received_at,
        events.currency as reported_currency,
        events.revenue as reported_amount,
        reversal_definitions.reverses_all,
        case when events.platform = 'server' then 0 else 1 end as trust_rank,
        coalesce(sessions.person_id, events.user_id, visitors.person_id) as person_id
    from events
    inner join reversal_definitions
        on events.event_name = reversal_definitions.event_name
    left join sessionized
        on events.log_number = sessionized.log_number
    left join sessions
        on
            sessionized.source_name = sessions.source_name
            and sessionized.visitor_id = sessions.visitor_id
            and sessionized.session_app = sessions.session_app
            and sessionized.session_started_at = sessions.session_started_at
    left join visitors
        on
            events.source_name = visitors.source_name
            and events.visitor_id = visitors.visitor_id
),

-- Of several orders of one id the person's own, else the latest before, else the first.
ranked as (
    select
        reported.source_name,
        reported.event_id,
        reported.event_name,
        reported.order_id,
        reported.occurred_at,
        reported.received_at,
        reported.reported_currency,
        reported.reported_amount,
        reported.reverses_all,
        reported.trust_rank,
        conversions.conversion_id,
        conversions.session_id,
        conversions.conversion_name,
        conversions.revenue,
        conversions.currency_rate,
        row_number() over (
            partition by
                reported.source_name, reported.event_id, conversions.conversion_name
            order by
                case
                    when conversions.person_id = reported.person_id then 0 else 1
                end asc,
                case
                    when conversions.converted_at <= reported.occurred_at
                        then conversions.converted_at
                end desc nulls last,
                conversions.converted_at asc nulls last,
                conversions.conversion_id asc nulls last
        ) as conversion_rank
    from reported
    left join conversions
        on reported.order_id = conversions.order_id
),

told as (
    select
        *,
        row_number() over (
            partition by conversion_id
            order by trust_rank, occurred_at, received_at, event_id, source_name
        ) as told_number
    from ranked
    where conversion_rank = 1
),

-- Two sources may tell of one refund: a server's is believed, else the first to tell.
sourced as (
    select
        *,
        max(case when told_number = 1 then source_name end) over (
            partition by conversion_id
        ) as told_source_name
    from told
),

matched as (
    select
        *,
        case
            when
                source_name = told_source_name
                and reported_amount is not null
                and not reverses_all
                then
                    {{ product_of_money(
                        'abs(reported_amount)', 'coalesce(currency_rate, 0)', 9
                    ) }}
            when source_name <> told_source_name then 0
        end as refunded_amount
    from sourced
),

-- What is gone after each reversal? One that names no amount takes all that is left.
running as (
    select
        *,
        sum(coalesce(refunded_amount, 0)) over conversion_timeline as amount_so_far,
        count(case when refunded_amount is null then 1 end) over conversion_timeline
            as whole_count
    from matched
    window conversion_timeline as (
        partition by source_name, conversion_id, coalesce(conversion_id, event_id)
        order by occurred_at, received_at, event_id
        rows between unbounded preceding and current row
    )
),

-- No more goes back than was paid: of a negative amount all, or nothing.
capped as (
    select
        *,
        case
            when whole_count > 0 or (revenue > 0 and amount_so_far >= revenue)
                then revenue
            when revenue > 0 then cast(amount_so_far as numeric(28, 6))
            else 0
        end as reversed_so_far,
        (
            conversion_id is not null
            and (whole_count > 0 or (revenue > 0 and amount_so_far >= revenue))
        ) as is_gone
    from running
),

shared as (
    select
        *,
        case
            when is_gone then 1
            when revenue > 0
                then {{ ratio('reversed_so_far', 'revenue', 12) }}
            else 0
        end as share_so_far
    from capped
),

preceded as (
    select
        *,
        lag(reversed_so_far) over conversion_timeline as reversed_before,
        lag(share_so_far) over conversion_timeline as share_before
    from shared
    window conversion_timeline as (
        partition by source_name, conversion_id, coalesce(conversion_id, event_id)
        order by occurred_at, received_at, event_id
    )
),

accounted as (
    select
        {{ surrogate_key(['source_name', 'conversion_name', 'event_id']) }}
            as reversal_id,
        source_name,
        event_id,
        conversion_id,
        session_id,
        order_id,
        occurred_at as reversed_at,
        cast({{ local_time('occurred_at') }} as date) as reversed_date,
        event_name,
        conversion_name,
        reported_currency,
        reported_amount,
        cast(coalesce(reversed_before, 0) as numeric(28, 6)) as revenue_before,
        cast(coalesce(reversed_so_far, 0) as numeric(28, 6)) as revenue_after,
        cast(coalesce(share_before, 0) as numeric(18, 12)) as share_before,
        cast(share_so_far as numeric(18, 12)) as share_after,
        cast(
            coalesce(reversed_so_far, 0) - coalesce(reversed_before, 0)
            as numeric(28, 6)
        ) as reversed_revenue
    from preceded
)

select * from accounted
