-- grain: one row per event that sources of the preset posthog deliver.

-- A var says whether this is read, so dbt cannot see it.
-- depends_on: {{ ref('footfall', 'stg_files__lines') }}

with staged as (
    {% call(name) staged_events('posthog') %}
        with events as (
            select * from {{ source_rows(name) }} as delivered
        ),

        persons as (
            select
                {{ text_of('mapped.distinct_id') }} as distinct_id,
                {{ text_of('mapped.person_id') }} as person_id,
                coalesce(
                    {{ safe_number('mapped.person_distinct_id_version', 'bigint') }},
                    {{ safe_number('mapped.version', 'bigint') }}
                ) as version
            from {{ source_rows(name, 'persons') }} as mapped
        ),

        -- A merge gives a distinct id another person, as a version more.
        ranked_persons as (
            select
                distinct_id,
                person_id,
                row_number() over (
                    partition by distinct_id
                    order by version desc nulls last, person_id
                ) as version_rank
            from persons
        ),

        latest_persons as (
            select
                distinct_id,
                person_id
            from ranked_persons
            where version_rank = 1
        ),

        parsed as (
            {{ computed_once('events', {'read_properties': read_json(
                told_json(name, 'events', 'events.properties')
            )}) }}
        ),

        -- Of each property what several expressions ask for.
        told as (
            select
                parsed.uuid,
                parsed.event,
                parsed.timestamp as occurred_at,
                parsed.created_at,
                parsed.team_id,
                {{ told_json(name, 'events', 'parsed.properties') }} as properties,
                parsed.read_properties,
                {{ text_of('parsed.distinct_id') }} as distinct_id,
                nullif({{ json_text('parsed.read_properties', '$device_id') }}, '')
                    as device_id,
                {{ json_text('parsed.read_properties', '$process_person_profile') }}
                    as has_profile,
                lower({{ json_text('parsed.read_properties', '$lib') }}) as library,
                lower({{ json_text('parsed.read_properties', '$os') }}) as system,
                {{ json_text('parsed.read_properties', '$current_url') }} as current_url,
                {{ json_text('parsed.read_properties', '$referrer') }} as referrer,
                {{ safe_number(
                    json_text(
                        'parsed.read_properties', '$prev_pageview_max_scroll_percentage'
                    ),
                    'numeric(9, 6)'
                ) }} as scroll_share,
                {{ json_text(
                    'parsed.read_properties', source_option(name, 'order_id_property')
                ) }} as order_id,
                {{ json_text(
                    'parsed.read_properties', source_option(name, 'revenue_property')
                ) }} as revenue,
                {{ json_text(
                    'parsed.read_properties', source_option(name, 'currency_property')
                ) }} as currency,
                {{ json_text(
                    'parsed.read_properties', source_option(name, 'items_property')
                ) }} as items
            from parsed
        ),

        -- A device's own id is nobody's, and neither is one without a profile.
        named as (
            select
                *,
                case
                    when distinct_id <> coalesce(device_id, '')
                        and coalesce(has_profile, 'true') <> 'false'
                        then distinct_id
                end as named_id
            from told
        )

        select
            named.*,
            coalesce(latest_persons.person_id, named.named_id) as user_id
        from named
        left join latest_persons
            on named.named_id = latest_persons.distinct_id
    {% endcall %}
)

select * from staged
