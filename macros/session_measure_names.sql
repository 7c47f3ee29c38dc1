{#- The names that session_measures() gives, for a join that turns null into zero. -#}
{% macro session_measure_names() -%}
    {{ return([
        'sessions', 'new_sessions', 'returning_sessions', 'engaged_sessions',
        'bounces', 'visitors', 'page_views', 'conversions', 'converting_sessions',
        'revenue', 'session_seconds',
    ]) }}
{%- endmacro %}
