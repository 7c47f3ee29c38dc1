{#- The rows that could be read of a source's text files, as a query with the asked
    fields as columns, named as the column map spells them. A field of a field is in a
    struct, so that the map's expressions read both alike. `lines` is the relation of all
    lines, a ref where a model asks. -#}
{% macro text_rows(source_name, input_kind, lines) -%}
    {#- While dbt parses, nothing can be asked about an expression. -#}
    {%- set fields = numbered_fields(source_name, input_kind) if execute else [] -%}
    {%- set columns = field_columns(fields) -%}
    {%- set names = columns | map(attribute='name') | map('lower') | list -%}
    {#- Where a row stands, unless the file has columns of these names. -#}
    {%- for name, sql in {'source_file': 'file_path', 'source_line': 'line_number'}.items()
        if name not in names -%}
        {%- do columns.append({'name': name, 'sql': sql}) -%}
    {%- endfor -%}
    select
    {%- for part in columns %}
        {{ part.sql }} as {{ quoted_name(part.name) }}{{ ',' if not loop.last }}
    {%- endfor %}
    from {{ lines }}
    where
        source_name = {{ sql_literal(source_name) }}
        and input_kind = {{ sql_literal(input_kind) }}
        and unread_reason is null
{%- endmacro %}

{#- The asked fields with their places in the column fields. -#}
{% macro numbered_fields(source_name, input_kind) -%}
    {%- set found = [] -%}
    {%- for parts in asked_fields(source_name, input_kind) -%}
        {%- do found.append({'parts': parts, 'place': loop.index}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- One column per first part: the text itself, or a struct of what is under it. -#}
{% macro field_columns(fields) -%}
    {%- set under = {} -%}
    {%- for field in fields -%}
        {%- set name = field.parts[0] -%}
        {%- set known = under.setdefault(name.lower(), {'name': name, 'fields': []}) -%}
        {%- do known.fields.append(
            {'parts': field.parts[1:], 'place': field.place}
        ) -%}
    {%- endfor -%}
    {%- set columns = [] -%}
    {%- for known in under.values() -%}
        {%- if known.fields[0].parts -%}
            {%- set members = [] -%}
            {%- for member in field_columns(known.fields) -%}
                {%- do members.append(quoted_name(member.name) ~ ' := ' ~ member.sql) -%}
            {%- endfor -%}
            {%- set sql = 'struct_pack(' ~ members | join(', ') ~ ')' -%}
        {%- else -%}
            {%- set sql = 'fields[' ~ known.fields[0].place ~ ']' -%}
        {%- endif -%}
        {%- do columns.append({'name': known.name, 'sql': sql}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}
