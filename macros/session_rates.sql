{#- The ratios of every daily session mart: sums over sums, null without sessions. -#}
{% macro session_rates() -%}
    {{ rate('bounces', 'sessions') }} as bounce_rate,
        {{ rate('converting_sessions', 'sessions') }} as conversion_rate,
        {{ rate('session_seconds', 'sessions') }} as average_session_seconds,
        {{ rate('page_views', 'sessions') }} as pages_per_session
{%- endmacro %}
