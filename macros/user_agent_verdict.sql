{#- What the first matching rule of the seed user_agent_rules says of a user agent in
    lower case. -#}
{% macro user_agent_verdict(field, user_agent) -%}
    {%- set rows = seed_rows(
        'user_agent_rules', ['priority', 'pattern', 'value'], "field = '" ~ field ~ "'"
    ) -%}
    {%- if rows is none -%}
        {#- Nothing is loaded, as where SQL is linted; a run of this fails. -#}
        (select max(value) from user_agent_rules)
    {%- else -%}
        case
        {%- for _, pattern, value in rows %}
            when {{ matches_regex(user_agent, "'" ~ pattern ~ "'") }}
                then '{{ value }}'
        {%- endfor %}
        end
    {%- endif -%}
{%- endmacro %}
