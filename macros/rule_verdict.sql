{#- What the first matching rule of a seed says of a text in lower case; nothing, if that
    rule has no value. -#}
{% macro rule_verdict(seed, field, text) -%}
    {%- set rows = seed_rows(
        seed, ['priority', 'pattern', 'value'], 'field = ' ~ sql_literal(field)
    ) -%}
    {%- if rows is none -%}
        {#- Nothing is loaded, as where SQL is linted; a run of this fails. -#}
        (select max(value) from {{ seed }})
    {%- else -%}
        case
        {%- for _, pattern, value in rows %}
            when {{ matches_regex(text, sql_literal(pattern | lower)) }}
                then {{ sql_literal(value) if value is not none else 'null' }}
        {%- endfor %}
        end
    {%- endif -%}
{%- endmacro %}
