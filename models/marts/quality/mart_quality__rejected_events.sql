-- grain: one row per rejected event. Where consent is denied or needed and lacking,
-- whatever the reason, only reason, times and name remain: nothing of who and what.

with events as (
    select * from {{ ref('footfall', 'int_events__classified') }}
    where rejection_reason is not null
),

user_agents as (
    select * from {{ ref('footfall', 'int_user_agents__classified') }}
),

described as (
    select
        events.source_name,
        events.event_id,
        events.copy_number,
        events.rejection_reason,
        events.bot_reason,
        events.received_at,
        events.occurred_at,
        events.event_name,
        events.platform,
        events.visitor_id,
        events.user_id,
        events.page_url,
        events.referrer_url,
        events.user_agent,
        {{ told_or_read('device_category') }} as device_category,
        {{ told_or_read('os_name') }} as os_name,
        {{ told_or_read('browser_name') }} as browser_name,
        events.country_code,
        events.order_id,
        events.unread_revenue,
        events.revenue,
        events.is_consent_denied as is_withheld
    from events
    left join user_agents
        on events.user_agent = user_agents.user_agent
),

final as (
    select
        source_name,
        event_id,
        cast(copy_number as bigint) as copy_number,
        rejection_reason,
        bot_reason,
        received_at,
        occurred_at,
        event_name,
        platform,
        {%- for column in [
            'visitor_id', 'user_id', 'page_url', 'referrer_url', 'user_agent',
            'device_category', 'os_name', 'browser_name', 'country_code', 'order_id',
            'unread_revenue',
        ] %}
            case when not is_withheld then {{ column }} end
                as {{ column }},
        {%- endfor %}
        case when not is_withheld then revenue end as revenue
    from described
)

select * from final
