-- grain: one row per visitor (cookie or app instance) of a source with any session.

with sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
    where {{ in_scope('visitor') }}
),

firsts as (
    select * from sessions
    where session_number = 1
),

totals as (
    select
        source_name,
        visitor_id,
        cast(sum(page_view_count) as bigint) as page_view_count,
        cast(sum(conversion_count) as bigint) as conversion_count,
        cast(sum(revenue) as numeric(28, 6)) as revenue,
        min(started_at) as first_seen_at,
        max(ended_at) as last_seen_at,
        count(*) as session_count
    from sessions
    group by source_name, visitor_id
),

final as (
    select
        totals.source_name,
        totals.visitor_id,
        firsts.person_id as first_person_id,
        totals.first_seen_at,
        totals.last_seen_at,
        firsts.channel as first_channel,
        firsts.channel_rule_id as first_channel_rule_id,
        firsts.channel_reason as first_channel_reason,
        firsts.source as first_source,
        firsts.medium as first_medium,
        firsts.campaign as first_campaign,
        firsts.device_category as first_device_category,
        totals.session_count,
        totals.page_view_count,
        totals.conversion_count,
        totals.revenue
    from totals
    inner join firsts
        on
            totals.source_name = firsts.source_name
            and totals.visitor_id = firsts.visitor_id
)

select * from final
