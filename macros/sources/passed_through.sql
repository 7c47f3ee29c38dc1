{#- What a source passes through beside the contract's columns, as the text of a JSON
    object of texts: columns, or names with the expression of each. -#}
{% macro passed_through(source, types) -%}
    {%- set said = source.passthrough -%}
    {%- set pairs = [] -%}
    {%- for name in said -%}
        {%- set sql = origin_sql(said[name] if said is mapping else name, types) -%}
        {%- do pairs.append("', ' || " ~ sql_literal(tojson(name) ~ ': ') ~ ' || '
            ~ json_literal(text_of(tried(sql)))) -%}
    {%- endfor -%}
    {%- set parts = [] -%}
    {%- for pair in pairs -%} {%- do parts.append('coalesce(' ~ pair ~ ", '')") -%}
    {%- endfor -%}
    '{' || substr({{ parts | join(' || ') }}, 3) || '}'
{%- endmacro %}

{#- A text as a literal of JSON; null of null. By the numbers of letters, since Spark reads
    a backslash in a literal of SQL as the beginning of something. -#}
{% macro json_literal(text) -%}
    {%- set escaped = namespace(sql=text) -%}
    {%- for sign, letter in {
        92: 'chr(92)', 34: 'chr(34)', 10: "'n'", 13: "'r'", 9: "'t'",
    }.items() -%}
        {%- set escaped.sql = 'replace(' ~ escaped.sql ~ ', chr(' ~ sign ~ '), chr(92) || '
            ~ letter ~ ')' -%}
    {%- endfor -%}
    '"' || {{ escaped.sql }} || '"'
{%- endmacro %}
