-- grain: one row per event as a source delivered it, each once however often it is
-- read, and one per such row that its source delivers no more. Rows come and never go.

{% set held = held() %}
{% set is_arriving = is_arriving() %}

with events as (
    select * from {{ ref('footfall', 'int_events__unioned') }}
),

placeholders as (
    select * from {{ ref('placeholders') }}
),

consent_words as (
    select * from {{ ref('consent_words') }}
),

arriving as (
    select * from events
    where {{ is_arriving }}
),

nobodies as (
    select
        field,
        {{ word_form(trimmed('word')) }} as word
    from placeholders
),

decisions as (
    select
        field,
        meaning,
        {{ word_form(trimmed('word')) }} as word
    from consent_words
),

-- A word that is in no row is no consent, whatever it means. A time below nothing or
-- beyond a day was not measured: it may be a moment, mapped by mistake.
cleaned as (
    select
        {%- for column in event_columns() %}
            {%- if column in placeholder_columns() %}
                case when no_{{ column }}.word is null then arriving.{{ column }} end
                    as {{ column }},
            {%- elif column in consent_columns() %}
                case
                    when arriving.{{ column }} is null then 'unknown'
                    else
                        coalesce(
                            {{ column | replace('consent', 'word') }}.meaning, 'denied'
                        )
                end as {{ column }},
            {%- elif column == 'engagement_ms' %}
                case
                    when arriving.engagement_ms between 0 and 24 * 60 * 60 * 1000
                        then arriving.engagement_ms
                end as engagement_ms,
            {%- else %}
                arriving.{{ column }},
            {%- endif %}
        {%- endfor %}
        case when analytics_word.word is null then arriving.analytics_consent end
            as unread_analytics_consent,
        case when marketing_word.word is null then arriving.marketing_consent end
            as unread_marketing_consent
    from arriving
    left join nobodies as no_visitor_id
        on
            {{ word_form('arriving.visitor_id') }} = no_visitor_id.word
            and no_visitor_id.field in ('any', 'visitor_id')
    left join nobodies as no_user_id
        on
            {{ word_form('arriving.user_id') }} = no_user_id.word
            and no_user_id.field in ('any', 'user_id')
    left join nobodies as no_order_id
        on
            {{ word_form('arriving.order_id') }} = no_order_id.word
            and no_order_id.field in ('any', 'order_id')
    left join nobodies as no_source_bot_reason
        on
            {{ word_form('arriving.source_bot_reason') }} = no_source_bot_reason.word
            and no_source_bot_reason.field in ('any', 'source_bot_reason')
    left join decisions as analytics_word
        on
            {{ word_form('arriving.analytics_consent') }} = analytics_word.word
            and analytics_word.field in ('any', 'analytics')
    left join decisions as marketing_word
        on
            {{ word_form('arriving.marketing_consent') }} = marketing_word.word
            and marketing_word.field in ('any', 'marketing')
),

-- Is the event whole by itself?
checked as (
    select
        *,
        {{ own_rejection_reason() }} as own_rejection_reason,
        cast(null as bigint) as retracted_number
    from cleaned
),

{% if held %}

    retractions as (
        select retracted_number from {{ held }}
        where retracted_number is not null
    ),

    standing as (
        select held.*
        from {{ held }} as held
        left join retractions
            on held.log_number = retractions.retracted_number
        where
            {{ is_compared() }}
            and held.retracted_number is null
            and retractions.retracted_number is null
    ),

    -- Rows that are equal in all are told apart by their number alone.
    delivered as (
        select
            *,
            row_number() over (partition by row_key order by event_id) as row_copy
        from (
            select
                *,
                {{ row_key(logged_columns()) }} as row_key
            from checked
        ) as checked
    ),

    known as (
        select
            *,
            row_number() over (partition by row_key order by log_number) as row_copy
        from (
            select
                *,
                {{ row_key(logged_columns()) }} as row_key
            from standing
        ) as standing
    ),

    delivered_ids as (
        select distinct
            source_name,
            event_id
        from delivered
    ),

    news as (
        select
            {%- for column in logged_columns() %}
                delivered.{{ column }},
            {%- endfor %}
            delivered.own_rejection_reason,
            delivered.retracted_number
        from delivered
        left join known
            on
                delivered.source_name = known.source_name
                and delivered.event_id = known.event_id
                and delivered.row_key = known.row_key
                and delivered.row_copy = known.row_copy
        where known.row_key is null

        union all

        select
            {%- for column in logged_columns() %}
                known.{{ column }},
            {%- endfor %}
            known.own_rejection_reason,
            known.log_number as retracted_number
        from known
        left join delivered
            on
                known.source_name = delivered.source_name
                and known.event_id = delivered.event_id
                and known.row_key = delivered.row_key
                and known.row_copy = delivered.row_copy
        left join delivered_ids
            on
                known.source_name = delivered_ids.source_name
                and known.event_id = delivered_ids.event_id
        where
            delivered.row_key is null
            and (
                not {{ is_of_keeping_source('known') }}
                or delivered_ids.event_id is not null
            )
    ),

{% else %}

    news as (
        select * from checked
    ),

{% endif %}

logged as (
    select
        *,
        cast({{ any_number() }} as bigint) as log_number,
        cast({{ run_number() }} as bigint) as batch_number
    from news
)

select * from logged
