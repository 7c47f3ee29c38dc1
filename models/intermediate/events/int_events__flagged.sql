-- grain: one row per event that is in no session, with the first reason that applies,
-- and per event of a bot that is let in, with none.

with events as (
    select
        source_name,
        log_number,
        platform,
        page_host,
        user_id,
        user_agent,
        source_bot_reason,
        analytics_consent,
        own_rejection_reason,
        -- Who names no visitor is judged with all others of the source who name none.
        coalesce(visitor_id, '') as visitor_id
    from {{ ref('footfall', 'int_events__standing') }}
),

copies as (
    select * from {{ ref('footfall', 'int_events__copied') }}
    where copy_number > 1
),

user_agents as (
    select * from {{ ref('footfall', 'int_user_agents__classified') }}
),

visitors as (
    select * from {{ ref('footfall', 'int_visitors__consented') }}
),

paces as (
    select * from {{ ref('footfall', 'int_visitors__paced') }}
),

internal_traffic as (
    select * from {{ ref('internal_traffic') }}
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

changed as (
    select * from events
    where {{ in_scope('visitor') }}
),

-- A server calls by a program's name and is no visitor.
named as (
    select
        changed.*,
        coalesce(copies.copy_number, 1) as copy_number,
        coalesce(
            case
                when coalesce(changed.platform, '') <> 'server'
                    then user_agents.bot_reason
            end,
            changed.source_bot_reason,
            paces.bot_reason
        ) as bot_reason,
        (
            coalesce(visitors.analytics_consent, 'unknown') = 'denied'
            or changed.analytics_consent = 'denied'
            or (
                coalesce(visitors.analytics_consent, 'unknown') = 'unknown'
                and not {{ var('accept_unknown_consent') }}
            )
        ) as is_consent_denied,
        (
            internal_pages.page_host is not null
            or internal_visitors.visitor_id is not null
            or internal_users.user_id is not null
        ) as is_internal
    from changed
    left join copies
        on changed.log_number = copies.log_number
    left join user_agents
        on changed.user_agent = user_agents.user_agent
    left join paces
        on
            changed.source_name = paces.source_name
            and changed.visitor_id = paces.visitor_id
    left join visitors
        on
            changed.source_name = visitors.source_name
            and changed.visitor_id = visitors.visitor_id
    left join internal_pages
        on changed.page_host = internal_pages.page_host
    left join internal_visitors
        on changed.visitor_id = internal_visitors.visitor_id
    left join internal_users
        on changed.user_id = internal_users.user_id
),

judged as (
    select
        source_name,
        visitor_id,
        log_number,
        copy_number,
        bot_reason,
        is_consent_denied,
        case
            when own_rejection_reason is not null then own_rejection_reason
            when copy_number > 1 then 'duplicate'
            when bot_reason is not null and not {{ var('accept_bots') }} then 'bot'
            when is_internal then 'internal'
            when is_consent_denied then 'no_consent'
        end as rejection_reason
    from named
),

flagged as (
    select * from judged
    where rejection_reason is not null or bot_reason is not null
)

select * from flagged
