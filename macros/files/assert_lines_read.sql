{#- Asked in the transaction that reads: a run that stops here leaves nothing by which the
    next one would take the file for read. -#}
{% macro duckdb__assert_lines_read() -%}
    {%- if reads_text_files() -%}
        {%- set found = run_query(
            'select any_value(read.file_path), any_value(read.source_name), count(*),'
            ~ ' count(read.unread_reason), mode(read.unread_reason),'
            ~ ' min(read.line_number) filter (read.unread_reason is not null)'
            ~ ' from ' ~ this ~ ' as read inner join text_files'
            ~ ' on read.file_version = text_files.file_version'
            ~ ' where text_files.is_new group by read.file_version'
            ~ ' having count(read.unread_reason) = count(*)'
            ~ ' or (count(read.unread_reason) > 10 and count(read.unread_reason) > '
            ~ var('unread_share_limit') ~ ' * count(*)) order by 1 limit 1'
        ) -%}
        {%- for path, source_name, lines, unread, reason, first_line in found.rows -%}
            {%- do stop_run(
                unread | int ~ ' of ' ~ lines | int ~ ' lines of ' ~ path
                ~ ' of source ' ~ source_name ~ ' cannot be read, the first of them line '
                ~ first_line | int ~ ', mostly as ' ~ unread_meaning(reason)
                ~ (', or raise unread_share_limit to go on without them.'
                    if unread < lines else '.')
            ) -%}
        {%- endfor -%}
        {#- The connection stays, and with it what is temporary. -#}
        {%- do run_query('drop table if exists text_read') -%}
        {%- do run_query('drop table if exists text_lines') -%}
    {%- endif -%}
{%- endmacro %}

{#- What is wrong with a line, and what to do, as the end of a sentence. -#}
{% macro unread_meaning(reason) -%}
    {{ return({
        'too_many_fields': 'they have more fields than the header (too_many_fields): put'
            ~ ' texts with a delimiter into quotes',
        'too_few_fields': 'they have fewer fields than the header (too_few_fields):'
            ~ ' export the file again',
        'open_quote': 'a quote in them is never closed, or text follows it (open_quote):'
            ~ ' write a quote in a text twice',
        'not_utf_8': 'their bytes are not of the encoding (not_utf_8): where they are'
            ~ ' of Latin-1 or Windows-1252, give the source encoding: latin-1',
        'no_json': 'they are no JSON (no_json): write one object per line, or one'
            ~ ' array of objects',
        'repeated_key': 'they give a key twice (repeated_key): write each key once',
        'no_log_line': 'they are not of the combined log format (no_log_line): set the'
            ~ ' server to write it',
        'no_object': 'they are JSON but no objects (no_object): write one object per'
            ~ ' line, or one array of objects',
        'too_long': 'they are longer than 16 MB (too_long): break them',
    }[reason]) }}
{%- endmacro %}
