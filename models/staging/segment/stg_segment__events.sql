-- grain: one row per call that sources of the preset segment deliver: a page, a screen,
-- an identify, or a track.

-- A var says whether this is read, so dbt cannot see it.
-- depends_on: {{ ref('footfall', 'stg_files__lines') }}

with staged as (
    {% call(name) staged_events('segment') %}
        {% set texts = [
            'id', 'anonymous_id', 'user_id', 'context_session_id', 'context_library_name',
            'context_app_namespace', 'context_page_url', 'context_page_title',
            'context_page_referrer', 'context_campaign_source', 'context_campaign_medium',
            'context_campaign_name', 'context_campaign_content', 'context_campaign_term',
            'context_user_agent', 'context_locale', 'context_device_type',
            'context_device_model', 'context_os_name',
        ] %}
        {#- What people are called is a trait of identifies, and no page's name. -#}
        {% set page_texts = ['name', 'url', 'title', 'referrer'] %}
        {% set track_texts = [
            'order_id', 'revenue', 'total', 'currency', 'products', 'product_id', 'sku',
            'brand', 'category', 'variant', 'price', 'quantity', 'experiment_id',
            'variation_id',
        ] %}
        {#- One product is in columns, several are a list. -#}
        {% set product_texts = {
            'product_id': 'product_id', 'sku': 'sku', 'product_name': 'name',
            'brand': 'brand', 'category': 'category', 'variant': 'variant',
            'price': 'price', 'quantity': 'quantity',
        } %}
        {% set categories = {
            'analytics_preference': source_option(name, 'analytics_category'),
            'marketing_preference': source_option(name, 'marketing_category'),
        } %}
        {% set event_tables = source_option(name, 'event_tables') | list %}
        {#- What may be a number somewhere. -#}
        {% set numbers = ['id', 'user_id', 'context_session_id'] + track_texts %}
        {% set text_type = dbt.type_string() %}

        -- All in texts: of what type a column is, each table decides for itself.
        with calls as (
            {% for table in ['pages', 'screens', 'identifies', 'tracks'] %}
                select
                    {{ sql_literal(table) }} as table_name,
                    {{ table }}.timestamp as occurred_at,
                    {{ table }}.received_at,
                    {%- for column in texts %}
                        {%- set value = table ~ '.' ~ column %}
                        nullif(
                            {{ text_of(value) if column in numbers
                                else 'cast(' ~ value ~ ' as ' ~ text_type ~ ')' }}, ''
                        ) as {{ column }},
                    {%- endfor %}
                    {%- for column in page_texts %}
                        cast(
                            {{ table ~ '.' ~ column if table in ['pages', 'screens']
                                else 'null' }} as {{ text_type }}
                        ) as {{ column }},
                    {%- endfor %}
                    {%- for column, category in categories.items() %}
                        cast(
                            {{ table ~ '.context_consent_category_preferences_' ~ category
                                if category else 'null' }} as {{ text_type }}
                        ) as {{ column }},
                    {%- endfor %}
                    {{ 'tracks.event' if table == 'tracks' else 'null' }} as event
                from {{ source_rows(name, table) }} as {{ table }}
                {{ 'union all' if not loop.last }}
            {% endfor %}
        ),

        -- A track is here once more, with its properties.
        detailed as (
            {% for table in event_tables %}
                select
                    {{ sql_literal(table) }} as table_name,
                    details.timestamp as occurred_at,
                    details.received_at,
                    {%- for column in texts + track_texts %}
                        {%- set value = 'details.' ~ column %}
                        nullif(
                            {{ told_json(name, table, value) if column == 'products'
                                else text_of(value) if column in numbers
                                else 'cast(' ~ value ~ ' as ' ~ text_type ~ ')' }}, ''
                        ) as {{ column }},
                    {%- endfor %}
                    {{ text_of('details.name') }} as product_name,
                    {%- for column, category in categories.items() %}
                        cast(
                            {{ 'details.context_consent_category_preferences_' ~ category
                                if category else 'null' }} as {{ text_type }}
                        ) as {{ column }},
                    {%- endfor %}
                    coalesce({{ text_of('details.event') }}, {{ sql_literal(table) }})
                        as event
                from {{ source_rows(name, table) }} as details
                union all
            {% endfor %}
            select
                {{ null_columns({'table_name': 'text'}) }},
                occurred_at,
                received_at,
                {%- for column in texts + track_texts + ['product_name']
                    + categories | list + ['event'] %}
                    {{ null_columns({column: 'text'}) }}{{ ',' if not loop.last }}
                {%- endfor %}
            from calls
            where 1 = 0
        ),

        -- Exporters append, so a track may be in its own table twice too.
        properties as (
            select
                id,
                {%- for column in track_texts + ['product_name'] %}
                    max({{ column }}) as {{ column }}{{ ',' if not loop.last }}
                {%- endfor %}
            from detailed
            group by id
        ),

        tracked as (
            select distinct {{ text_of('tracks.id') }} as id
            from {{ source_rows(name, 'tracks') }} as tracks
        ),

        delivered as (
            select
                calls.*,
                {%- for column in track_texts + ['product_name'] %}
                    properties.{{ column }}{{ ',' if not loop.last }}
                {%- endfor %}
            from calls
            left join properties
                on
                    calls.id = properties.id
                    and calls.table_name = 'tracks'

            union all

            -- RudderStack may be told to fill no table of all tracks.
            select
                detailed.table_name,
                detailed.occurred_at,
                detailed.received_at,
                {%- for column in texts %}
                    detailed.{{ column }},
                {%- endfor %}
                {%- for column in page_texts %}
                    null as {{ column }},
                {%- endfor %}
                {%- for column in categories %}
                    detailed.{{ column }},
                {%- endfor %}
                detailed.event,
                {%- for column in track_texts + ['product_name'] %}
                    detailed.{{ column }}{{ ',' if not loop.last }}
                {%- endfor %}
            from detailed
            left join tracked
                on detailed.id = tracked.id
            where tracked.id is null
        ),

        libraries as (
            select
                delivered.*,
                lower(context_library_name) as library,
                lower(coalesce(context_device_type, context_os_name)) as system
            from delivered
        )

        select
            *,
            case
                when library like '%javascript%' or library like 'analytics.js%'
                    then 'web'
                when library like '%analytics-ios%' or library like '%ios-library%'
                    or library like '%swift%'
                    then 'ios'
                when library like '%android%' or library like '%kotlin%' then 'android'
                when library like '%react%native%' or library like '%flutter%'
                    then case when system in ('ios', 'android') then system end
                when library is not null then 'server'
                -- What delivers no library's name is told by what it knows.
                when anonymous_id is null then 'server'
                when coalesce(url, context_page_url) is not null then 'web'
            end as platform,
            coalesce(
                products,
                case
                    when coalesce(product_id, sku) is not null
                        then '[{' || substr(
                            {%- for column, key in product_texts.items() %}
                                coalesce(
                                    {{ sql_literal(', "' ~ key ~ '": ') }}
                                    || {{ json_literal(column) }},
                                    ''
                                ) {{ '||' if not loop.last }}
                            {%- endfor %}, 3
                        ) || '}]'
                end
            ) as items
        from libraries
    {% endcall %}
)

select * from staged
