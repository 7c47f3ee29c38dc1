-- grain: one row per row of the relation or files named by the var generic_events.

with input_rows as (
    select * from {{ input_relation(var('generic_events')) }}
),

-- What the column map does not name is null.
mapped as (
    select
    {%- for column in event_columns() %}
            {{ var('generic_columns').get(column, 'null') }} as
            {{- ' raw_' if column in ['occurred_at', 'received_at'] else ' ' }}
            {{- column }}
            {{- ',' if not loop.last }}
    {%- endfor %}
    from input_rows
),

-- Times before texts: whoever asks for some hours of arrival has only theirs cleaned,
-- and whoever counts arrivals reads no other time.
timed as (
    select
        *,
        {{ utc_timestamp('raw_occurred_at') }} as occurred_at,
        {{ utc_timestamp('raw_received_at') }} as received_at,
        coalesce(
            {{ utc_timestamp('raw_received_at') }},
            {{ utc_timestamp('raw_occurred_at') }}
        ) as arrived_at
    from mapped
),

cleaned as (
    select
        {%- for column in generic_text_columns() %}
            {{ clean_text('cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')') }}
                as {{ column }},
        {%- endfor %}
        -- Here a placeholder is GA4's own word, which the channel rules know, or one of
        -- the seeds of words.
        {%- for column in campaign_tag_columns() + id_columns() + consent_columns() %}
            nullif(trim(cast({{ column }} as {{ dbt.type_string() }})), '')
                as {{ column }},
        {%- endfor %}
        occurred_at,
        received_at,
        arrived_at,
        {{ safe_number('engagement_ms', 'bigint') }} as engagement_ms,
        {{ safe_number('scroll_percent', 'numeric(5, 2)') }} as scroll_percent,
        {{ safe_number('page_load_ms', 'bigint') }} as page_load_ms,
        {{ safe_amount('revenue') }} as revenue,
        {{ unread_amount('revenue') }} as unread_revenue
    from timed
),

contracted as (
    select
        'generic' as source_name,
        coalesce(event_id, {{ surrogate_key(var("generic_columns").keys()) }})
            as event_id,
        visitor_id,
        user_id,
        app_id,
        lower(platform) as platform,
        vendor_session_id,
        occurred_at,
        arrived_at as received_at,
        coalesce({{ snake_case('event_name') }}, 'unknown') as event_name,
        properties,
        page_url,
        lower(coalesce(page_host, {{ url_host('page_url') }})) as page_host,
        coalesce(page_path, {{ url_path('page_url') }}) as page_path,
        page_title,
        referrer_url,
        lower(coalesce(referrer_host, {{ url_host('referrer_url') }})) as referrer_host,
        coalesce(utm_source, {{ url_parameter('page_url', 'utm_source') }})
            as utm_source,
        coalesce(utm_medium, {{ url_parameter('page_url', 'utm_medium') }})
            as utm_medium,
        coalesce(utm_campaign, {{ url_parameter('page_url', 'utm_campaign') }})
            as utm_campaign,
        coalesce(utm_content, {{ url_parameter('page_url', 'utm_content') }})
            as utm_content,
        coalesce(utm_term, {{ url_parameter('page_url', 'utm_term') }}) as utm_term,
        coalesce(click_id, {{ url_click_id('page_url') }}) as click_id,
        lower(coalesce(click_id_type, {{ url_click_id_type('page_url') }}))
            as click_id_type,
        user_agent,
        lower(device_category) as device_category,
        os_name,
        browser_name,
        language,
        upper(country_code) as country_code,
        region,
        engagement_ms,
        scroll_percent,
        page_load_ms,
        order_id,
        revenue,
        unread_revenue,
        upper(currency) as currency,
        experiment_id,
        variant_id,
        analytics_consent,
        marketing_consent
    from cleaned
)

select * from contracted
