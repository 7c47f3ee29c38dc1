{#- The longest of all platforms' timeouts in minutes: what lies further from an activity
    than this can neither join nor part it. -#}
{% macro longest_session_timeout() -%}
    {%- do assert_var('session_timeout_minutes') -%}
    {%- do assert_var('session_timeout_minutes_by_platform') -%}
    {{ return(
        (
            var('session_timeout_minutes_by_platform').values() | list
            + [var('session_timeout_minutes')]
        ) | max
    ) }}
{%- endmacro %}
