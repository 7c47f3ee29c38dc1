-- grain: one row per event to classify. First run: all. Later: new events, events with
-- a new copy, events of visitors whose consent or bot verdict changed.

-- What a branch alone reads has to be named outside of it, or dbt runs it too late.
-- depends_on: {{ ref('int_visitors__consented') }}
-- depends_on: {{ ref('int_visitors__clocked') }}

{% set held = stored('int_events__classified') %}
{% set is_arriving = is_arriving() %}

with delivered as (
    select * from {{ ref('int_events__arrived') }}
),

user_agents as (
    select * from {{ ref('int_user_agents__classified') }}
),

{% if held %}

    visitors as (
        select * from {{ ref('int_visitors__consented') }}
    ),

    clocked as (
        select * from {{ ref('int_visitors__clocked') }}
    ),

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
            delivered.{{ stored_event_columns() | join(',\n            delivered.') }}
        from delivered
        inner join touched_ids
            on
                delivered.source_name = touched_ids.source_name
                and delivered.event_id = touched_ids.event_id

        union all

        select
            kept.{{ stored_event_columns() | join(',\n            kept.') }}
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

-- What the source does not say of the device, the user agent does, and a time below
-- nothing or beyond a day was not measured: it may be a moment, mapped by mistake.
-- Before copies are compared: they must compare alike when they are judged anew, from
-- what was stored.
events as (
    select
        {%- for column in stored_event_columns() %}
            {%- if column in ['device_category', 'os_name', 'browser_name'] %}
                coalesce(arrived.{{ column }}, user_agents.{{ column }})
                    as {{ column }},
            {%- elif column == 'engagement_ms' %}
                case
                    when arrived.engagement_ms between 0 and 24 * 60 * 60 * 1000
                        then arrived.engagement_ms
                end as engagement_ms,
            {%- else %}
                arrived.{{ column }},
            {%- endif %}
        {%- endfor %}
        -- A server calls by a program's name and is no visitor.
        coalesce(
            case
                when coalesce(arrived.platform, '') <> 'server'
                    then user_agents.bot_reason
            end,
            arrived.source_bot_reason
        ) as named_bot_reason
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
)

select * from checked
