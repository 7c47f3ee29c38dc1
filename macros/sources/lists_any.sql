{#- Whether a list has one of these names, in any case. The list is a text of JSON or as
    engines write their own, [a, b] or {a,b}. -#}
{% macro lists_any(list, names) -%}
    {%- set patterns = [] -%}
    {%- for name in names or [] -%}
        {#- A sign that a pattern may mean something by is any sign there. -#}
        {%- do patterns.append(
            modules.re.sub('[^A-Za-z0-9 _-]', '.', name | string) | lower
        ) -%}
    {%- endfor -%}
    {%- if not patterns -%} {{ return('false') }} {%- endif -%}
    {%- set edged = "translate(lower(" ~ list ~ "), '[]{}', ',,,,')" -%}
    {{ matches_regex(
        edged, sql_literal('(^|[",]) *(' ~ patterns | join('|') ~ ') *([",]|$)')
    ) }}
{%- endmacro %}
