-- grain: one row per rejected event. Of an event without consent only the reason, the
-- times and the name remain: nothing that tells who it was or what they looked at.

with events as (
    select * from {{ ref('int_events__classified') }}
    where rejection_reason is not null
),

final as (
    select
        source_name,
        event_id,
        copy_number,
        rejection_reason,
        bot_reason,
        received_at,
        occurred_at,
        event_name,
        platform,
        {%- for column in [
            'visitor_id', 'user_id', 'page_url', 'referrer_url', 'user_agent',
            'device_category', 'os_name', 'browser_name', 'country_code', 'order_id',
        ] %}
            case when rejection_reason <> 'no_consent' then {{ column }} end
                as {{ column }},
        {%- endfor %}
        case when rejection_reason <> 'no_consent' then revenue end as revenue
    from events
)

select * from final
