{#- The records of web servers' logs, of which each line is one: in the combined format of
    Apache and nginx, with or without more fields behind it. -#}
{% macro log_records(group) -%}
    (
    with matched as (
        select
            text_lines.*,
            regexp_extract(
                text_lines.text,
                {{ sql_literal(log_pattern()) }},
                [{{ text_list(log_fields()) }}]
            ) as found
        from text_lines
        inner join text_files
            on text_lines.file_number = text_files.file_number
        where
            text_files.group_number = {{ group.number }}
            and not {{ is_blank('text_lines.text') }}
    ),

    judged as (
        select
            *,
            -- A line that matches has a status, in the place of one that has none a dash.
            case
                when unread_reason is not null then unread_reason
                when found.status = '' then 'no_log_line'
            end as reason
        from matched
    )

    select
        file_number,
        line_number,
        case
            when reason is null then [
                {%- for place in group.places %}
                    nullif(nullif(found.{{ log_fields()[place - 1] }}, '-'), '')
                    {{- ',' if not loop.last }}
                {%- endfor %}
            ]
        end as fields,
        reason as unread_reason,
        case when reason is not null then text end as line_text
    from judged
    )
{%- endmacro %}

{#- The fields of a log's line, in their order. Of what is no request line, neither method
    nor target is known. -#}
{% macro log_fields() -%}
    {{ return([
        'host', 'address', 'identity', 'user_name', 'logged_at', 'method', 'target', 'status',
        'byte_count', 'referrer', 'user_agent',
    ]) }}
{%- endmacro %}

{#- In quotes a quote is written with a backslash before it. Some servers write the host
    first, which is known by its port. Nobody is called "- x": there a line has one field
    too many, and its first would be taken for an address. -#}
{% macro log_pattern() -%}
    {%- set quoted = '[^"\\\\]*(?:\\\\.[^"\\\\]*)*' -%}
    {%- set user = '(?:""|(-?(?:[^-\\s].*?)?))' -%}
    {{ return(
        '^(?:([^\\s:]+):[0-9]+ )?(\\S+) (\\S+) ' ~ user
        ~ ' \\[([^\\]]+)\\] "(?:([A-Z]+) ([^ "]+)(?: [^"]*)?|' ~ quoted
        ~ ')" ([0-9]{3}|-) ([0-9]+|-) "(' ~ quoted ~ ')" "(' ~ quoted ~ ')"(?: .*)?$'
    ) }}
{%- endmacro %}

{#- Every log is written alike; what is asked of it must be a field of its lines. -#}
{% macro log_dialect(file) -%}
    {%- set places = [] -%}
    {%- for parts in file.fields -%}
        {%- set name = parts | join('.') | lower -%}
        {%- if name not in log_fields() -%}
            {%- do stop_run(
                file.path ~ ' of source ' ~ file.source_name ~ " has no field '" ~ name
                ~ "'; a web server's log has " ~ log_fields() | join(', ') ~ '.'
            ) -%}
        {%- endif -%}
        {%- do places.append(log_fields().index(name) + 1) -%}
    {%- endfor -%}
    {{ return({
        'kind': 'log', 'names': log_fields(), 'places': places, 'header_lines': 0,
        'dialect': 'combined log, ' ~ file.encoding,
    }) }}
{%- endmacro %}
