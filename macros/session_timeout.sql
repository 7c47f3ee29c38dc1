{#- The timeout that judges an event, as an interval: its platform's, or the longest
    for an event that extends nothing, so that no session has a hole. -#}
{% macro session_timeout() -%}
    {%- set default = var('session_timeout_minutes') -%}
    {%- set by_platform = var('session_timeout_minutes_by_platform') -%}
    {%- if by_platform -%}
        {%- set longest = longest_session_timeout() -%}
        case
            when not is_session_relevant then interval '{{ longest }}' minute
        {%- for platform, minutes in by_platform.items() %}
            when platform = {{ sql_literal(platform) }}
                then interval '{{ minutes }}' minute
        {%- endfor %}
            else interval '{{ default }}' minute
        end
    {%- else -%} interval '{{ default }}' minute
    {%- endif -%}
{%- endmacro %}
