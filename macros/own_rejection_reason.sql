{#- Why an event is rejected whatever else arrives: a case over its own columns. -#}
{% macro own_rejection_reason() -%}
    case
        -- Who refuses to be known is not missing.
        when visitor_id is null and analytics_consent = 'denied' then 'no_consent'
        when visitor_id is null then 'missing_visitor'
        when occurred_at is null then 'missing_time'
        when {{ is_before_all('occurred_at') }} or {{ is_after_all('occurred_at') }}
            then 'impossible_time'
        when
            occurred_at
            > received_at
            + interval '{{ var("future_tolerance_minutes") }}' minute
            then 'future'
        {%- if var('event_age_limit_days') is not none %}
        when
            occurred_at
            < received_at - interval '{{ var("event_age_limit_days") }}' day
            then 'too_old'
        {%- endif %}
    end
{%- endmacro %}
