{#- Whether any limit can end a session: false prunes the whole branch. -#}
{% macro has_session_limit() -%}
    {{
        var('session_limit_minutes') is not none
        or var('session_limit_events') is not none
    }}
{%- endmacro %}
