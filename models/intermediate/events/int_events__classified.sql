-- grain: one row per event delivered; rejection_reason says why it is in no session.

-- The events once more for each way that they go: DuckDB would hold all columns of all
-- events in memory to read a CTE twice.
with events as (
    select * from {{ ref('int_events__checked') }}
),

copies as (
    select * from {{ ref('int_events__checked') }}
),

event_ids as (
    select
        source_name,
        event_id
    from {{ ref('int_events__checked') }}
),

visitors as (
    select * from {{ ref('int_visitors__consented') }}
),

clocked as (
    select * from {{ ref('int_visitors__clocked') }}
),

internal_traffic as (
    select * from {{ ref('internal_traffic') }}
),

-- Few events come twice, so only those are ranked: a window over all would carry
-- every column of every event.
repeated_ids as (
    select
        source_name,
        event_id
    from event_ids
    group by source_name, event_id
    having count(*) > 1
),

-- The copy received first wins among the whole ones; ties go by content.
repeated as (
    select
        copies.*,
        row_number() over (
            partition by copies.source_name, copies.event_id
            order by
                case when copies.own_rejection_reason is null then 0 else 1 end,
                copies.received_at asc nulls last,
                copies.occurred_at asc nulls last,
                {{ surrogate_key(
                    ('copies.' ~ event_columns() | join(',copies.')).split(',')
                ) }},
                {{ surrogate_key([
                    'copies.unread_analytics_consent', 'copies.unread_marketing_consent'
                ]) }}
        ) as copy_number
    from copies
    inner join repeated_ids
        on
            copies.source_name = repeated_ids.source_name
            and copies.event_id = repeated_ids.event_id
),

numbered as (
    select * from repeated

    union all

    select
        events.*,
        1 as copy_number
    from events
    left join repeated_ids
        on
            events.source_name = repeated_ids.source_name
            and events.event_id = repeated_ids.event_id
    where repeated_ids.event_id is null
),

internal_pages as (
    select distinct {{ host_form(named_host(trimmed('match_value'))) }} as page_host
    from internal_traffic
    where match_field = 'page_host'
),

internal_visitors as (
    select match_value as visitor_id
    from internal_traffic
    where match_field = 'visitor_id'
),

internal_users as (
    select match_value as user_id
    from internal_traffic
    where match_field = 'user_id'
),

classified as (
    select
        numbered.{{ stored_event_columns() | join(',\n        numbered.') }},
        numbered.copy_number,
        visitors.analytics_consent as visitor_analytics_consent,
        visitors.marketing_consent as visitor_marketing_consent,
        clocked.bot_reason as visitor_bot_reason,
        coalesce(numbered.named_bot_reason, clocked.bot_reason) as bot_reason,
        (
            coalesce(visitors.analytics_consent, 'unknown') = 'denied'
            or numbered.analytics_consent = 'denied'
            or (
                coalesce(visitors.analytics_consent, 'unknown') = 'unknown'
                and not {{ var('accept_unknown_consent') }}
            )
        ) as is_consent_denied,
        case
            when numbered.own_rejection_reason is not null
                then numbered.own_rejection_reason
            when numbered.copy_number > 1 then 'duplicate'
            when
                coalesce(numbered.named_bot_reason, clocked.bot_reason) is not null
                and not {{ var('accept_bots') }}
                then 'bot'
            when
                internal_pages.page_host is not null
                or internal_visitors.visitor_id is not null
                or internal_users.user_id is not null
                then 'internal'
            when
                numbered.analytics_consent = 'denied'
                or visitors.analytics_consent = 'denied'
                or (
                    coalesce(visitors.analytics_consent, 'unknown') = 'unknown'
                    and not {{ var('accept_unknown_consent') }}
                )
                then 'no_consent'
        end as rejection_reason,
        cast({{ next_batch_number() }} as bigint) as batch_number,
        '{{ definition_hash() }}' as definition_hash
    from numbered
    left join clocked
        on
            numbered.source_name = clocked.source_name
            and numbered.visitor_id = clocked.visitor_id
    left join visitors
        on
            numbered.source_name = visitors.source_name
            and numbered.visitor_id = visitors.visitor_id
    left join internal_pages
        on numbered.page_host = internal_pages.page_host
    left join internal_visitors
        on numbered.visitor_id = internal_visitors.visitor_id
    left join internal_users
        on numbered.user_id = internal_users.user_id
)

select * from classified
