-- grain: one row per row that the sources of the preset snowplow deliver as events.

-- A var says whether this is read, so dbt cannot see it.
-- depends_on: {{ ref('footfall', 'stg_files__lines') }}

with staged as (
    {% call(name) staged_events('snowplow') %}
        {%- set heartbeat = source_option(name, 'heartbeat_seconds') | float %}
        {%- set heartbeat_ms = (heartbeat * 1000) | int %}
        {%- set first_ping = source_option(name, 'first_ping_seconds') | float %}
        {%- set first_ping_ms = (first_ping * 1000) | int %}
        {%- set snowplow = '_com_snowplowanalytics_snowplow_' %}
        with device_codes as (
            select * from {{ ref('device_codes') }}
            where preset = 'snowplow'
        ),

        -- Contexts stand in columns of the event, or in tables of their own, as loaders
        -- for Postgres and Redshift keep them.
        consents as (
            {{ first_copies(name, 'consent_preferences') }}
        ),

        robots as (
            {{ first_copies(name, 'spiders_and_robots') }}
        ),

        parsed_agents as (
            {{ first_copies(name, 'ua_parser') }}
        ),

        analysed_agents as (
            {{ first_copies(name, 'yauaa') }}
        ),

        mobiles as (
            {{ first_copies(name, 'mobile_context') }}
        ),

        screens as (
            {{ first_copies(name, 'mobile_screen') }}
        ),

        screen_views as (
            {{ first_copies(name, 'screen_view') }}
        ),

        client_sessions as (
            {{ first_copies(name, 'client_session') }}
        ),

        web_pages as (
            {{ first_copies(name, 'web_page') }}
        ),

        shop_actions as (
            {{ first_copies(name, 'ecommerce_action') }}
        ),

        transactions as (
            {{ first_copies(name, 'transaction') }}
        ),

        refunds as (
            {{ first_copies(name, 'refund') }}
        ),

        recorded as (
            select
                events.*,
                {{ utc_timestamp('events.collector_tstamp') }} as collected_at,
                {{ newest_records(name, {
                    'consent_record':
                        'unstruct_event' ~ snowplow ~ 'consent_preferences',
                    'robot_record': 'contexts_com_iab_snowplow_spiders_and_robots',
                    'parsed_agent_record': 'contexts' ~ snowplow ~ 'ua_parser_context',
                    'analysed_agent_record': 'contexts_nl_basjes_yauaa_context',
                    'mobile_record': 'contexts' ~ snowplow ~ 'mobile_context',
                    'screen_record': 'contexts_com_snowplowanalytics_mobile_screen',
                    'screen_view_record':
                        'unstruct_event_com_snowplowanalytics_mobile_screen_view',
                    'client_session_record': 'contexts' ~ snowplow ~ 'client_session',
                    'shop_action_record':
                        'unstruct_event' ~ snowplow
                        ~ 'ecommerce_snowplow_ecommerce_action',
                    'transaction_record':
                        'contexts' ~ snowplow ~ 'ecommerce_transaction',
                    'refund_record': 'contexts' ~ snowplow ~ 'ecommerce_refund',
                }) }}
            from {{ source_rows(name) }} as events
        ),

        told as (
            select
                recorded.*,
                {{ told_field('consent_record', 'consents', 'event_type') }}
                    as consent_type,
                {{ told_field('consent_record', 'consents', 'consent_scopes') }}
                    as consent_scopes,
                lower({{ told_field('robot_record', 'robots', 'spider_or_robot') }})
                    as spider_or_robot,
                {{ told_field('robot_record', 'robots', 'reason') }} as robot_reason,
                {{ told_field(
                    'analysed_agent_record', 'analysed_agents', 'device_class'
                ) }} as device_class,
                coalesce(
                    {{ told_field(
                        'analysed_agent_record', 'analysed_agents',
                        'operating_system_name',
                    ) }},
                    {{ told_field(
                        'parsed_agent_record', 'parsed_agents', 'os_family'
                    ) }}
                ) as system_family,
                coalesce(
                    {{ told_field(
                        'analysed_agent_record', 'analysed_agents', 'agent_name'
                    ) }},
                    {{ told_field(
                        'parsed_agent_record', 'parsed_agents', 'useragent_family'
                    ) }}
                ) as browser_family,
                lower({{ told_field('mobile_record', 'mobiles', 'os_type') }})
                    as mobile_system,
                coalesce(
                    {{ told_field('screen_view_record', 'screen_views', 'name') }},
                    {{ told_field('screen_record', 'screens', 'name') }}
                ) as screen_name,
                {{ told_field(
                    'client_session_record', 'client_sessions', 'user_id'
                ) }} as client_id,
                {{ told_field(
                    'client_session_record', 'client_sessions', 'session_id'
                ) }} as client_session_id,
                {{ told_field('shop_action_record', 'shop_actions', 'type') }}
                    as shop_action_type,
                coalesce(
                    {{ told_field(
                        'transaction_record', 'transactions', 'transaction_id'
                    ) }},
                    {{ told_field('refund_record', 'refunds', 'transaction_id') }}
                ) as transaction_id,
                coalesce(
                    {{ told_field('transaction_record', 'transactions', 'revenue') }},
                    {{ told_field('refund_record', 'refunds', 'refund_amount') }}
                ) as transaction_revenue,
                coalesce(
                    {{ told_field('transaction_record', 'transactions', 'currency') }},
                    {{ told_field('refund_record', 'refunds', 'currency') }}
                ) as transaction_currency
            from recorded
            {%- for context in [
                'consents', 'robots', 'parsed_agents', 'analysed_agents', 'mobiles',
                'screens', 'screen_views', 'client_sessions', 'shop_actions',
                'transactions', 'refunds',
            ] %}
                left join {{ context }}
                    on
                        {{ text_of('recorded.event_id') }} = {{ context }}.root_id
                        and recorded.collected_at = {{ context }}.root_at
            {%- endfor %}
        ),

        -- Which ping is the first of its view? That matters only where it stands for
        -- another time than later ones. Read by itself: what is read once need not be
        -- kept, and whoever asks for some hours has only theirs computed.
        pings as (
            select
                {{ text_of('event_id') }} as event_id,
                derived_tstamp,
                domain_sessionid,
                page_url,
                {{ utc_timestamp('collector_tstamp') }} as collected_at,
                {{ newest_records(
                    name, {'web_page_record': 'contexts' ~ snowplow ~ 'web_page'}
                ) }}
            from {{ source_rows(name) }} as delivered
            where
                event_name = 'page_ping'
                and {{ first_ping_ms }} <> {{ heartbeat_ms }}
        ),

        -- A view without an id is told by session and address.
        numbered_pings as (
            select
                pings.event_id,
                row_number() over (
                    partition by coalesce(
                        {{ told_field('pings.web_page_record', 'web_pages', 'id') }},
                        {{ text_of('pings.domain_sessionid') }}
                        || {{ text_of('pings.page_url') }}
                    )
                    order by {{ utc_timestamp('pings.derived_tstamp') }}, pings.event_id
                ) as ping_number
            from pings
            left join web_pages
                on
                    pings.event_id = web_pages.root_id
                    and pings.collected_at = web_pages.root_at
        ),

        first_pings as (
            select event_id
            from numbered_pings
            where ping_number = 1
            group by event_id
        ),

        shaped as (
            select
                told.*,
                coalesce(
                    nullif({{ text_of('told.domain_userid') }}, ''),
                    told.client_id,
                    {{ text_of('told.network_userid') }}
                ) as told_visitor_id,
                coalesce(
                    nullif({{ text_of('told.domain_sessionid') }}, ''),
                    told.client_session_id
                ) as told_session_id,
                coalesce(
                    {{ utc_timestamp('told.load_tstamp') }}, told.collected_at
                ) as loaded_at,
                case
                    when told.event_name = 'event'
                        then coalesce(
                            nullif({{ text_of('told.se_action') }}, ''), told.event_name
                        )
                    else coalesce(told.shop_action_type, told.event_name)
                end as told_event_name,
                -- A screen has no address; where a page has one, that is its path.
                case
                    when nullif({{ text_of('told.page_url') }}, '') is null
                        then told.screen_name
                end as screen_path,
                coalesce(
                    nullif({{ text_of('told.tr_orderid') }}, ''), told.transaction_id
                ) as told_order_id,
                coalesce(
                    nullif({{ text_of('told.tr_total') }}, ''), told.transaction_revenue
                ) as told_revenue,
                coalesce(
                    nullif({{ text_of('told.tr_currency') }}, ''),
                    told.transaction_currency
                ) as told_currency,
                case
                    when told.platform = 'srv' then 'server'
                    when told.platform <> 'mob' then told.platform
                    when told.mobile_system like '%android%' then 'android'
                    when
                        told.mobile_system like '%ios%'
                        or told.mobile_system like '%ipados%'
                        then 'ios'
                    else told.platform
                end as told_platform,
                coalesce(device_classes.name, told.device_class)
                    as told_device_category,
                case
                    when told.mobile_system like '%android%' then 'Android'
                    when
                        told.mobile_system like '%ios%'
                        or told.mobile_system like '%ipados%'
                        then 'iOS'
                    else coalesce(systems.name, told.system_family)
                end as told_os_name,
                coalesce(browsers.name, told.browser_family) as told_browser_name,
                {{ lists_any(
                    'told.consent_scopes', source_option(name, 'analytics_scopes')
                ) }} as is_analytics_in_scopes,
                {{ lists_any(
                    'told.consent_scopes', source_option(name, 'marketing_scopes')
                ) }} as is_marketing_in_scopes,
                -- Pings measure, so that whatever else a client sends measures nothing.
                case
                    when told.platform = 'srv' then null
                    when told.event_name <> 'page_ping' then 0
                    when first_pings.event_id is not null then {{ first_ping_ms }}
                    else {{ heartbeat_ms }}
                end as told_engagement_ms,
                case
                    when
                        told.event_name = 'page_ping'
                        and {{ safe_number('told.pp_yoffset_max', 'bigint') }}
                        is not null
                        and {{ safe_number('told.doc_height', 'bigint') }} > 0
                        then least(
                            {{ ratio(
                                '100 * (' ~ safe_number('told.pp_yoffset_max', 'bigint')
                                ~ ' + coalesce('
                                ~ safe_number('told.br_viewheight', 'bigint') ~ ', 0))',
                                safe_number('told.doc_height', 'bigint'), 2
                            ) }}, 100
                        )
                end as told_scroll_percent
            from told
            left join first_pings
                on {{ text_of('told.event_id') }} = first_pings.event_id
            left join device_codes as device_classes
                on
                    lower(told.device_class) = lower(device_classes.code)
                    and device_classes.field = 'device_category'
            left join device_codes as systems
                on
                    lower(told.system_family) = lower(systems.code)
                    and systems.field = 'os_name'
            left join device_codes as browsers
                on
                    lower(told.browser_family) = lower(browsers.code)
                    and browsers.field = 'browser_name'
        )

        select * from shaped
    {% endcall %}
)

select * from staged
