{#- The timeout that judges an event, as an interval: its platform's, or the longest
    for an event that extends nothing, so that no session has a hole. -#}
{% macro session_timeout() -%}
    {%- set longest = longest_session_timeout() -%}
    {%- set default = var('session_timeout_minutes') -%}
    {%- set by_platform = var('session_timeout_minutes_by_platform') -%}
    {%- if by_platform -%}
        case
            when not is_session_relevant then interval '{{ longest }}' minute
        {%- for platform, minutes in by_platform.items() %}
            when platform = {{ platform_form(sql_literal(platform | trim)) }}
                then interval '{{ minutes }}' minute
        {%- endfor %}
            else interval '{{ default }}' minute
        end
    {%- else -%} interval '{{ default }}' minute
    {%- endif -%}
{%- endmacro %}

{#- A platform, trimmed, as the events have it. -#}
{% macro platform_form(platform) -%}
    {{ ascii_lower_case(platform) }}
{%- endmacro %}
