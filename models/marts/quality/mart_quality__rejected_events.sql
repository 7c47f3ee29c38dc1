-- grain: one row per rejected event. Where consent is denied or needed and lacking,
-- whatever the reason, only reason, times and name remain: nothing of who and what.

with events as (
    select
        *,
        (is_consent_denied or rejection_reason = 'no_consent') as is_withheld
    from {{ ref('int_events__classified') }}
    where rejection_reason is not null
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
    from events
)

select * from final
