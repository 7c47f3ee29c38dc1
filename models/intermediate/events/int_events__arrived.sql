-- grain: one row per event delivered that this run looks at, its words for nothing and
-- for a decision read: all on a first run, later those of hours of which another number
-- of events is held.

with events as (
    select * from {{ ref('int_events__unioned') }}
),

placeholders as (
    select * from {{ ref('placeholders') }}
),

consent_words as (
    select * from {{ ref('consent_words') }}
),

arriving as (
    select * from events
    where {{ is_arriving() }}
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

-- A word that is in no row is no consent, whatever it means.
arrived as (
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
)

select * from arrived
