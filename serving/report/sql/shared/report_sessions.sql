-- grain: one row per session, with the names that the page filters by. Of names without
-- end, such as pages, the most used stay and the rest are one, or every day would carry
-- every name.

with sessions as (
    select
        session_id,
        started_date as report_date,
        channel,
        visitor_type,
        is_bounce,
        source_name || ' ' || visitor_id as visitor_key,
        coalesce(device_category, '(unknown)') as device,
        coalesce(country_code, '(unknown)') as country,
        coalesce(source, '(none)') || ' / ' || coalesce(medium, '(none)')
            as source_medium,
        coalesce(campaign, '(no campaign)') as campaign,
        coalesce(channel_reason, '(unknown)') as reason,
        coalesce(coalesce(landing_page_host, '') || landing_page_path, '(none)')
            as landing_page
    from fct_sessions
),

names as (
    unpivot sessions
    on country, source_medium, campaign, reason, landing_page
    into name field value used_name
),

kept as (
    select
        field,
        used_name
    from names
    group by field, used_name
    qualify row_number() over (
            partition by field
            order by count(*) desc, used_name asc
        ) <= 40
),

shortened as (
    select
        sessions.session_id,
        sessions.report_date,
        sessions.channel,
        sessions.device,
        sessions.visitor_type,
        sessions.visitor_key,
        sessions.is_bounce,
        coalesce(countries.used_name, '(other countries)') as country,
        coalesce(sources.used_name, '(other sources)') as source_medium,
        coalesce(campaigns.used_name, '(other campaigns)') as campaign,
        coalesce(reasons.used_name, '(other reasons)') as reason,
        coalesce(pages.used_name, '(other pages)') as landing_page
    from sessions
    left join kept as countries
        on sessions.country = countries.used_name
            and countries.field = 'country'
    left join kept as sources
        on sessions.source_medium = sources.used_name
            and sources.field = 'source_medium'
    left join kept as campaigns
        on sessions.campaign = campaigns.used_name
            and campaigns.field = 'campaign'
    left join kept as reasons
        on sessions.reason = reasons.used_name
            and reasons.field = 'reason'
    left join kept as pages
        on sessions.landing_page = pages.used_name
            and pages.field = 'landing_page'
)

select * from shortened
