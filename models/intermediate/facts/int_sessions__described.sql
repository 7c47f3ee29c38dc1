-- grain: one row per session: all that is said of it but what depends on where the
-- history of its source begins.

with sessions as (
    select * from {{ ref('footfall', 'int_sessions__aggregated') }}
    where {{ in_scope('visitor') }}
),

sessionized as (
    select * from {{ ref('footfall', 'int_events__sessionized') }}
    where
        event_number = 1
        and {{ in_scope('visitor') }}
),

events as (
    select * from {{ ref('footfall', 'int_events__logged') }}
),

user_agents as (
    select * from {{ ref('footfall', 'int_user_agents__classified') }}
),

persons as (
    select * from {{ ref('footfall', 'int_sessions__identified') }}
    where {{ in_scope('visitor') }}
),

channels as (
    select * from {{ ref('footfall', 'int_sessions__channelled') }}
),

visitors as (
    select * from {{ ref('footfall', 'int_visitors__identified') }}
),

consents as (
    select * from {{ ref('footfall', 'int_visitors__consented') }}
),

page_views as (
    select * from {{ ref('footfall', 'int_page_views__numbered') }}
    where {{ in_scope('visitor') }}
),

landing_pages as (
    select * from page_views
    where is_entrance
),

-- The last view of a session says how many there are.
exit_pages as (
    select * from page_views
    where is_exit
),

conversions as (
    select * from {{ ref('footfall', 'int_conversions__valued') }}
    where {{ in_scope('visitor') }}
),

session_conversions as (
    select
        session_id,
        cast(sum(revenue) as numeric(28, 6)) as revenue,
        count(*) as conversion_count,
        count(case when is_main_goal then 1 end) as main_goal_count
    from conversions
    where session_id is not null
    group by session_id
),

-- The device is the first event's: what the source does not say of it, the user agent
-- does. So is what the source passes through.
first_events as (
    select
        sessionized.source_name,
        sessionized.visitor_id,
        sessionized.session_app,
        sessionized.session_started_at,
        events.app_id,
        events.platform,
        events.vendor_session_id,
        {{ told_or_read('device_category') }} as device_category,
        {{ told_or_read('os_name') }} as os_name,
        {{ told_or_read('browser_name') }} as browser_name,
        events.language,
        events.country_code,
        events.region,
        events.properties
    from sessionized
    inner join events
        on sessionized.log_number = events.log_number
    left join user_agents
        on events.user_agent = user_agents.user_agent
),

measured as (
    select
        sessions.*,
        {{ seconds_between('session_started_at', 'session_ended_at') }}
            as duration_seconds,
        coalesce(
            cast(sessions.measured_engagement_ms as numeric(24, 6)) / 1000,
            cast(sessions.inferred_engagement_microseconds as numeric(24, 6)) / 1000000,
            0
        ) as engaged_seconds,
        case
            when sessions.measured_engagement_ms is not null then 'measured'
            else 'inferred'
        end as engaged_time_method,
        cast(
            row_number() over (
                partition by sessions.source_name, sessions.visitor_id
                order by
                    sessions.session_started_at,
                    {{ byte_order('sessions.session_app') }}
            ) as bigint
        ) as session_number
    from sessions
),

joined as (
    select
        measured.session_id,
        measured.source_name,
        measured.visitor_id,
        persons.person_id,
        persons.user_id,
        first_events.app_id,
        first_events.platform,
        first_events.vendor_session_id,
        measured.session_started_at as started_at,
        measured.session_ended_at as ended_at,
        cast({{ local_time('measured.session_started_at') }} as date) as started_date,
        landing_pages.page_host as landing_page_host,
        landing_pages.page_path as landing_page_path,
        exit_pages.page_path as exit_page_path,
        channels.source,
        channels.medium,
        channels.campaign,
        channels.channel,
        channels.channel_rule_id,
        channels.channel_reason,
        channels.last_non_direct_source,
        channels.last_non_direct_medium,
        channels.last_non_direct_campaign,
        channels.last_non_direct_channel,
        first_events.device_category,
        first_events.os_name,
        first_events.browser_name,
        first_events.language,
        first_events.country_code,
        first_events.region,
        first_events.properties,
        measured.engaged_time_method,
        measured.session_number,
        measured.event_count,
        coalesce(exit_pages.view_number, 0) as page_view_count,
        measured.view_count - coalesce(exit_pages.view_number, 0) as collapsed_views,
        measured.duration_seconds,
        cast(measured.engaged_seconds as numeric(18, 6)) as engaged_seconds,
        -- A tracker notes the first visit with the first event of it, which may be a
        -- moment before the first that is here: what lies within the timeout is the
        -- same visit.
        case
            when
                measured.session_number > 1
                or visitors.told_first_seen_at
                + interval '{{ longest_session_timeout() }}' minute
                < measured.session_started_at
                then 'returning'
            else 'new'
        end as visitor_type,
        visitors.told_first_seen_at,
        coalesce(consents.marketing_consent, 'unknown') as marketing_consent,
        coalesce(session_conversions.conversion_count, 0) as conversion_count,
        coalesce(session_conversions.revenue, cast(0 as numeric(28, 6))) as revenue,
        coalesce(session_conversions.main_goal_count, 0) > 0 as has_conversion
    from measured
    inner join persons
        on measured.session_id = persons.session_id
    inner join channels
        on measured.session_id = channels.session_id
    inner join first_events
        on
            measured.source_name = first_events.source_name
            and measured.visitor_id = first_events.visitor_id
            and measured.session_app = first_events.session_app
            and measured.session_started_at = first_events.session_started_at
    inner join visitors
        on
            measured.source_name = visitors.source_name
            and measured.visitor_id = visitors.visitor_id
    left join consents
        on
            measured.source_name = consents.source_name
            and measured.visitor_id = consents.visitor_id
    left join landing_pages
        on measured.session_id = landing_pages.session_id
    left join exit_pages
        on measured.session_id = exit_pages.session_id
    left join session_conversions
        on measured.session_id = session_conversions.session_id
),

-- Long enough, or a conversion, be it of no goal, or two views.
engaged as (
    select
        *,
        (
            duration_seconds >= {{ var('engaged_session_seconds') }}
            or conversion_count > 0
            or page_view_count >= 2
        ) as is_engaged
    from joined
),

described as (
    select
        *,
        not is_engaged as is_bounce
    from engaged
)

select * from described
