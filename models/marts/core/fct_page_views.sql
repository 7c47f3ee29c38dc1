-- grain: one row per page or screen view that repeats none.

with page_views as (
    select * from {{ ref('footfall', 'int_page_views__numbered') }}
),

final as (
    select
        event_id,
        source_name,
        session_id,
        visitor_id,
        viewed_at,
        viewed_date,
        view_number,
        page_host,
        page_path,
        page_title,
        channel,
        channel_rule_id,
        channel_reason,
        is_entrance,
        is_exit,
        seconds_on_page,
        scroll_percent,
        page_load_ms
    from page_views
)

select * from final
