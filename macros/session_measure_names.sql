{#- The names that session_measures() gives, for a join that turns null into zero. -#}
{% macro session_measure_names() -%}
    {{ return([
        'sessions', 'new_sessions', 'returning_sessions', 'sessions_with_history',
        'new_sessions_with_history', 'engaged_sessions', 'bounces', 'visitors',
        'page_views', 'collapsed_views', 'conversions', 'converting_sessions',
        'revenue', 'session_seconds',
    ]) }}
{%- endmacro %}
