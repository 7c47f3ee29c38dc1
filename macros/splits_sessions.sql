{#- Whether anything but a gap can start a session. Where nothing can, what finds where is
    asked by nobody. -#}
{% macro splits_sessions() -%}
    {{ return(
        var('session_splits_at_midnight') or var('session_splits_on_campaign_change')
        or var('session_splits_on_user_change') or var('session_end_events')
        or var('session_limit_minutes') or var('session_limit_events')
    ) }}
{%- endmacro %}
