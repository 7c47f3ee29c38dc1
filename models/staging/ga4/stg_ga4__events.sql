-- grain: one row per event that the sources of the preset ga4 export.

-- A var says whether this is read, so dbt cannot see it.
-- depends_on: {{ ref('footfall', 'stg_files__lines') }}

with staged as (
    {% call(name) staged_events('ga4') %}
        {%- set types = shape_types(name) %}
        with exported as (
            select * from {{ source_rows(name) }} as exported
        ),

        country_names as (
            select * from {{ ref('country_names') }}
        ),

        -- Of which days is there a table that replaces the intraday one, whose name has the
        -- word before the day? Both may be delivered for a while. Read by itself: what is read once need not be kept.
        replaced_days as (
            select distinct event_date
            from {{ source_rows(name) }} as daily
            where
                event_date is not null
                and coalesce(table_suffix, source_file, '') not like '%intraday_2%'
        ),

        -- What two deliveries of an event have in common: not the order of its
        -- parameters, nor what is attributed to it later.
        identified as (
            select
                *,
                {{ surrogate_key([
                    'user_pseudo_id', 'stream_id', 'event_timestamp', 'event_name',
                    'event_bundle_sequence_id', 'batch_page_id', 'batch_ordering_id',
                    'batch_event_index',
                    sorted_entries(
                        'event_params',
                        types.get('event_params', ''),
                        ['source', 'medium', 'campaign', 'content', 'term']
                    ),
                ]) }} as event_key
            from exported
            where
                coalesce(table_suffix, source_file, '') not like '%intraday_2%'
                or event_date not in (select event_date from replaced_days)
        )

        -- Within one instant in the order in which they were sent, and last what the tool
        -- makes of the others: a session starts with what the visitor did.
        select
            identified.*,
            country_names.country_code,
            {% for column, digits in {
                'batch_page_id': 17, 'batch_ordering_id': 5, 'batch_event_index': 5,
            }.items() -%}
                coalesce(lpad({{ text_of(column) }}, {{ digits }}, '0'), '') ||
            {% endfor -%}
            case
                when event_name in ('session_start', 'first_visit') then 'z'
                else 'e'
            end || event_key as event_id
        from identified
        left join country_names
            on
                {{ origin_sql('record_field(geo, country)', types) }}
                = country_names.country_name
    {% endcall %}
)

select * from staged
