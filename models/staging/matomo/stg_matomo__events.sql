-- grain: one row per action or conversion that sources of the preset matomo deliver.

-- A var says whether this is read, so dbt cannot see it.
-- depends_on: {{ ref('footfall', 'stg_files__lines') }}

with staged as (
    {% call(name) staged_events('matomo') %}
        with device_codes as (
            select * from {{ ref('device_codes') }}
            where preset = 'matomo'
        ),

        visits as (
            select
                {{ dumped_text('idvisit') }} as visit_id,
                {{ dumped_text('idvisitor') }} as visitor_id,
                {{ dumped_text('user_id') }} as user_id,
                {{ utc_timestamp('visit_first_action_time') }}
                - coalesce(
                    {{ safe_number('visitor_seconds_since_first', 'bigint') }},
                    {{ safe_number('visitor_days_since_first', 'bigint') }} * 86400
                ) * interval '1' second as first_seen_at,
                {{ dumped_text('referer_url') }} as referrer_url,
                {{ dumped_text('referer_type') }} as referrer_type,
                {{ dumped_text('referer_name') }} as referrer_name,
                {{ dumped_text('referer_keyword') }} as referrer_keyword,
                {{ dumped_text('config_device_type') }} as device_type,
                {{ dumped_text('config_os') }} as os_code,
                {{ dumped_text('config_browser_name') }} as browser_code,
                {{ dumped_text('location_browser_lang') }} as language,
                {{ dumped_text('location_country') }} as country,
                {{ dumped_text('location_region') }} as region,
                -- Of the plugin Marketing Campaigns Reporting.
                {{ dumped_text('campaign_source') }} as campaign_source,
                {{ dumped_text('campaign_medium') }} as campaign_medium,
                {{ dumped_text('campaign_name') }} as campaign_name,
                {{ dumped_text('campaign_content') }} as campaign_content,
                {{ dumped_text('campaign_keyword') }} as campaign_keyword
            from {{ source_rows(name, 'log_visit') }} as delivered
        ),

        -- Matomo stores an address without its beginning, and that by a number.
        names as (
            select
                {{ dumped_text('idaction') }} as action_id,
                {{ dumped_text('type') }} as action_type,
                {{ dumped_text('name') }} as action_name,
                case {{ dumped_text('url_prefix') }}
                    when '0' then 'http://'
                    when '1' then 'http://www.'
                    when '2' then 'https://'
                    when '3' then 'https://www.'
                    else ''
                end || {{ dumped_text('name') }} as action_url
            from {{ source_rows(name, 'log_action') }} as delivered
        ),

        actions as (
            select
                {{ dumped_text('idlink_va') }} as link_id,
                {{ dumped_text('idvisit') }} as visit_id,
                {{ dumped_text('idsite') }} as site_id,
                {{ utc_timestamp('server_time') }} as happened_at,
                {{ dumped_text('idaction_url') }} as url_id,
                {{ dumped_text('idaction_url_ref') }} as previous_url_id,
                {{ dumped_text('idaction_name') }} as name_id,
                {{ dumped_text('idaction_event_action') }} as event_id,
                -- None is null or, in tables that began as others, zero.
                coalesce({{ dumped_text('idaction_event_category') }}, '')
                not in ('', '0') as is_custom,
                coalesce({{ dumped_text('idaction_content_name') }}, '')
                not in ('', '0') as is_content,
                coalesce({{ dumped_text('idaction_content_interaction') }}, '')
                not in ('', '0') as is_interaction
            from {{ source_rows(name, 'log_link_visit_action') }} as delivered
        ),

        -- Several actions may be of one second: their numbers tell which came first.
        numbered as (
            select
                actions.*,
                row_number() over (
                    partition by visit_id
                    order by happened_at, lpad(link_id, 20, '0')
                ) as action_number
            from actions
        ),

        conversions as (
            select
                {{ dumped_text('idvisit') }} as visit_id,
                {{ dumped_text('idsite') }} as site_id,
                {{ dumped_text('idgoal') }} as goal_id,
                {{ dumped_text('buster') }} as buster,
                {{ utc_timestamp('server_time') }} as happened_at,
                {{ dumped_text('url') }} as page_url,
                {{ dumped_text('idorder') }} as order_id,
                {{ dumped_text('revenue') }} as revenue
            from {{ source_rows(name, 'log_conversion') }} as delivered
        ),

        sites as (
            select
                {{ dumped_text('idsite') }} as site_id,
                min({{ dumped_text('currency') }}) as currency
            from {{ source_rows(name, 'site') }} as delivered
            group by {{ dumped_text('idsite') }}
        ),

        acted as (
            select
                -- As texts, numbers are in order only where all are equally long.
                'a-' || lpad(numbered.link_id, 20, '0') as event_id,
                numbered.visit_id,
                numbered.site_id,
                numbered.happened_at,
                case
                    when numbered.is_custom
                        then coalesce(events.action_name, 'event')
                    when numbered.is_content and numbered.is_interaction
                        then 'content_interaction'
                    when numbered.is_content then 'content_impression'
                    when titles.action_type = '8' then 'search'
                    when urls.action_type = '2' then 'outlink'
                    when urls.action_type = '3' then 'download'
                    when urls.action_type = '1' or titles.action_type = '4'
                        then 'page_view'
                end as event_name,
                -- Where an outlink or download leads to is no page of the visit: they
                -- happen on the page before.
                case
                    when urls.action_type in ('2', '3') then previous_urls.action_url
                    else urls.action_url
                end as page_url,
                case
                    when urls.action_type in ('2', '3') then urls.action_url
                end as target_url,
                case
                    when titles.action_type = '4' then titles.action_name
                end as page_title,
                case
                    when titles.action_type = '8' then titles.action_name
                end as search_term,
                numbered.action_number = 1 as is_first,
                cast(null as {{ dbt.type_string() }}) as order_id,
                cast(null as {{ dbt.type_string() }}) as revenue
            from numbered
            left join names as urls
                on numbered.url_id = urls.action_id
            left join names as previous_urls
                on numbered.previous_url_id = previous_urls.action_id
            left join names as titles
                on numbered.name_id = titles.action_id
            left join names as events
                on numbered.event_id = events.action_id
        ),

        converted as (
            select
                'c-' || lpad(visit_id, 20, '0') || '-' || goal_id || '-' || buster
                    as event_id,
                visit_id,
                site_id,
                happened_at,
                case goal_id
                    when '0' then 'purchase'
                    when '-1' then 'abandoned_cart'
                    else 'goal_' || goal_id
                end as event_name,
                page_url,
                cast(null as {{ dbt.type_string() }}) as target_url,
                cast(null as {{ dbt.type_string() }}) as page_title,
                cast(null as {{ dbt.type_string() }}) as search_term,
                false as is_first,
                case when goal_id = '0' then order_id end as order_id,
                -- What a goal is worth is no money that anybody paid.
                case when goal_id = '0' then revenue end as revenue
            from conversions
        ),

        happened as (
            select * from acted

            union all

            select * from converted
        ),

        shaped as (
            select
                happened.event_id,
                happened.visit_id,
                {{ safe_number('happened.site_id', 'bigint') }} as idsite,
                happened.happened_at,
                happened.event_name,
                happened.page_url,
                happened.target_url,
                happened.page_title,
                happened.search_term,
                happened.order_id,
                happened.revenue,
                case
                    when happened.order_id is not null or happened.revenue is not null
                        then sites.currency
                end as currency,
                visits.visitor_id,
                visits.user_id,
                visits.first_seen_at,
                -- One visit came one way, which its first action tells.
                case when happened.is_first then visits.referrer_url end
                    as referrer_url,
                case when happened.is_first then visits.campaign_source end
                    as utm_source,
                case when happened.is_first then visits.campaign_medium end
                    as utm_medium,
                case
                    when happened.is_first
                        then coalesce(
                            nullif(visits.campaign_name, ''),
                            case
                                when visits.referrer_type = '6'
                                    then visits.referrer_name
                            end
                        )
                end as utm_campaign,
                case
                    when happened.is_first then visits.campaign_content
                end as utm_content,
                case
                    when happened.is_first
                        then coalesce(
                            nullif(visits.campaign_keyword, ''),
                            case
                                when visits.referrer_type = '6'
                                    then visits.referrer_keyword
                            end
                        )
                end as utm_term,
                device_types.name as device_category,
                coalesce(
                    systems.name, nullif(upper(visits.os_code), 'UNK')
                ) as os_name,
                coalesce(
                    browsers.name, nullif(upper(visits.browser_code), 'UNK')
                ) as browser_name,
                visits.language,
                nullif(lower(visits.country), 'xx') as country,
                visits.region
            from happened
            left join visits
                on happened.visit_id = visits.visit_id
            left join sites
                on happened.site_id = sites.site_id
            left join device_codes as device_types
                on
                    visits.device_type = device_types.code
                    and device_types.field = 'device_category'
            left join device_codes as systems
                on
                    upper(visits.os_code) = systems.code
                    and systems.field = 'os_name'
            left join device_codes as browsers
                on
                    upper(visits.browser_code) = browsers.code
                    and browsers.field = 'browser_name'
        )

        select * from shaped
    {% endcall %}
)

select * from staged
