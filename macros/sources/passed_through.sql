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

{#- What all sources pass through, as columns over the text of properties: column ->
    expression. Names that differ by case alone are one column, since most engines hold
    them to be one, and of a row its source fills one of them. The prefix keeps a name
    apart from the contract's columns, those of later versions too. -#}
{% macro property_columns(properties) -%}
    {%- set spellings = {} -%}
    {%- for source in sources().values() -%}
        {%- for name in source.get('passthrough') or []
            if name not in spellings.setdefault(name | lower, []) -%}
            {%- do spellings[name | lower].append(name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set columns = {} -%}
    {%- for lower_name, names in spellings.items() -%}
        {%- set read = [] -%}
        {%- for name in names -%}
            {%- do read.append(json_member(properties, name)) -%}
        {%- endfor -%}
        {%- do columns.update({
            quoted_name(property_prefix() ~ lower_name): read[0] if read | length == 1
                else 'coalesce(' ~ read | join(', ') ~ ')'
        }) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{% macro property_prefix() -%}
    {{ return('property_') }}
{%- endmacro %}

{#- Stops a run where what a source passes through cannot be told apart: by a name that is
    none, is there twice, or is longer than the 63 bytes of a column's name on Postgres
    leave it; or where its column properties is filled by a map already. -#}
{% macro assert_passed_through(start, options) -%}
    {%- set said = options.get('passthrough') or [] -%}
    {%- set most = 63 - property_prefix() | length -%}
    {%- set seen = {} -%}
    {%- for name in said -%}
        {%- if name is not string or not name | trim -%}
            {%- do stop_run(
                start ~ 'names ' ~ shown_value(name)
                ~ ' in passthrough, but a name must be a text.'
            ) -%}
        {%- elif name | lower in seen -%}
            {%- do stop_run(
                start ~ 'passes through ' ~ shown_value(seen[name | lower]) ~ ' and '
                ~ shown_value(name) ~ ', which would be one column: give one of them'
                ~ ' another name, such as {other: ' ~ name ~ '}.'
            ) -%}
        {%- elif name.encode('utf-8') | length > most -%}
            {%- do stop_run(
                start ~ 'passes through ' ~ shown_value(name) ~ ', a name of more than '
                ~ most ~ ' bytes: give it a shorter one, as a map of names to expressions.'
            ) -%}
        {%- endif -%}
        {%- do seen.update({name | lower: name}) -%}
    {%- endfor -%}
    {%- if said and 'properties' in (options.get('columns') or {}) -%}
        {%- do stop_run(
            start ~ 'maps properties in columns and has passthrough, which fills the same'
            ~ ' column: leave one of them out.'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- A text as a literal of JSON; null of null. By the numbers of letters, since Spark reads
    a backslash in a literal of SQL as the beginning of something. Other signs of control,
    which JSON knows by their numbers alone, are blanks. -#}
{% macro json_literal(text) -%}
    {%- set escaped = namespace(sql=text) -%}
    {%- for sign, letter in {
        92: 'chr(92)', 34: 'chr(34)', 10: "'n'", 13: "'r'", 9: "'t'",
    }.items() -%}
        {%- set escaped.sql = 'replace(' ~ escaped.sql ~ ', chr(' ~ sign ~ '), chr(92) || '
            ~ letter ~ ')' -%}
    {%- endfor -%}
    '"' || {{ replaced_regex(escaped.sql, '[\\x01-\\x1f]', ' ') }} || '"'
{%- endmacro %}
