-- grain: one row per event delivered; rejection_reason says why it is in no session.

{% set held = stored('int_events__classified') %}
{% set is_arriving = is_arriving() %}

with delivered as (
    select * from {{ ref('int_events__arrived') }}
),

user_agents as (
    select * from {{ ref('int_user_agents__classified') }}
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

{% if held %}

    -- Of which ids did copies arrive?
    copies as (
        select
            source_name,
            event_id,
            1 as copies
        from delivered

        union all

        select
            source_name,
            event_id,
            -1 as copies
        from {{ held }}
        where {{ is_arriving }}
    ),

    -- An event is judged anew if a copy of it came, or its visitor decided otherwise, or
    -- turned out to be a bot, or none.
    touched_ids as (
        select
            source_name,
            event_id
        from copies
        group by source_name, event_id
        having sum(copies) <> 0

        union

        select
            held.source_name,
            held.event_id
        from {{ held }} as held
        inner join visitors
            on
                held.source_name = visitors.source_name
                and held.visitor_id = visitors.visitor_id
        where
            coalesce(held.visitor_analytics_consent, 'unknown')
            <> visitors.analytics_consent
            or coalesce(held.visitor_marketing_consent, 'unknown')
            <> visitors.marketing_consent

        union

        select
            held.source_name,
            held.event_id
        from {{ held }} as held
        inner join clocked
            on
                held.source_name = clocked.source_name
                and held.visitor_id = clocked.visitor_id
        where
            coalesce(held.visitor_bot_reason, '') <> coalesce(clocked.bot_reason, '')
    ),

    kept as (
        select * from {{ held }}
        where not coalesce({{ is_arriving }}, false)
    ),

    arrived as (
        select
            delivered.{{ event_columns() | join(',\n            delivered.') }}
        from delivered
        inner join touched_ids
            on
                delivered.source_name = touched_ids.source_name
                and delivered.event_id = touched_ids.event_id

        union all

        select
            kept.{{ event_columns() | join(',\n            kept.') }}
        from kept
        inner join touched_ids
            on
                kept.source_name = touched_ids.source_name
                and kept.event_id = touched_ids.event_id
    ),

{% else %}

    arrived as (
        select * from delivered
    ),

{% endif %}

-- What the source does not say of the device, the user agent does. Before copies are
-- compared: they must compare alike when they are judged anew, from what was stored.
events as (
    select
        {%- for column in event_columns() %}
            {%- if column in ['device_category', 'os_name', 'browser_name'] %}
                coalesce(arrived.{{ column }}, user_agents.{{ column }})
                    as {{ column }},
            {%- else %}
                arrived.{{ column }},
            {%- endif %}
        {%- endfor %}
        -- A server calls by a program's name and is no visitor.
        case
            when coalesce(arrived.platform, '') <> 'server' then user_agents.bot_reason
        end as named_bot_reason
    from arrived
    left join user_agents
        on arrived.user_agent = user_agents.user_agent
),

-- Is the event whole by itself?
checked as (
    select
        *,
        {{ own_rejection_reason() }} as own_rejection_reason
    from events
),

-- Few events come twice, so only those are ranked: a window over all would carry
-- every column of every event.
repeated_ids as (
    select
        source_name,
        event_id
    from checked
    group by source_name, event_id
    having count(*) > 1
),

-- The copy received first wins among the whole ones; ties go by content.
repeated as (
    select
        checked.*,
        row_number() over (
            partition by checked.source_name, checked.event_id
            order by
                case when checked.own_rejection_reason is null then 0 else 1 end,
                checked.received_at asc nulls last,
                checked.occurred_at asc nulls last,
                {{ surrogate_key(
                    ('checked.' ~ event_columns() | join(',checked.')).split(',')
                ) }}
        ) as copy_number
    from checked
    inner join repeated_ids
        on
            checked.source_name = repeated_ids.source_name
            and checked.event_id = repeated_ids.event_id
),

numbered as (
    select * from repeated

    union all

    select
        checked.*,
        1 as copy_number
    from checked
    left join repeated_ids
        on
            checked.source_name = repeated_ids.source_name
            and checked.event_id = repeated_ids.event_id
    where repeated_ids.event_id is null
),

internal_pages as (
    select match_value as page_host
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
        numbered.{{ event_columns() | join(',\n        numbered.') }},
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
