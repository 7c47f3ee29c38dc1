{#- The records of the JSON files whose asked fields have the same paths: a line each, or
    the elements of a document. What is no JSON is never given to a function of it. -#}
{% macro json_records(group) -%}
    {%- set paths = [] -%}
    {%- for path in group.paths -%} {%- do paths.append(sql_literal(path)) -%} {%- endfor -%}
    {%- set asked = 'cast([' ~ paths | join(', ') ~ '] as varchar[])' -%}
    (
    with lines as (
        select
            text_lines.*,
            text_files.is_document
        from text_lines
        inner join text_files
            on text_lines.file_number = text_files.file_number
        where
            text_files.group_number = {{ group.number }}
            and trim(text_lines.text, E' \t\r\v\f') <> ''
    ),

    documents as (
        select
            file_number,
            string_agg(text, chr(10) order by line_number) as text
        from lines
        where is_document
        group by file_number
    ),

    -- A list is made before it is taken apart, which takes a minute otherwise.
    listed as materialized (
        select
            file_number,
            text,
            case
                when not json_valid(text) then [null]
                when json_type(text) = 'ARRAY' then json_extract(text, '$[*]')
                else [cast(text as json)]
            end as elements
        from documents
    ),

    numbered as (
        select
            file_number,
            text,
            generate_subscripts(elements, 1) as line_number,
            cast(unnest(elements) as varchar) as element
        from listed
    ),

    records as (
        select
            file_number,
            line_number,
            text,
            unread_reason,
            case when unread_reason is null and json_valid(text) then text end as json
        from lines
        where not is_document

        union all

        select
            file_number,
            line_number,
            coalesce(element, text) as text,
            null as unread_reason,
            element as json
        from numbered
    ),

    keyed as (
        select
            *,
            case when json_type(json) = 'OBJECT' then json_keys(json) end as keys
        from records
    ),

    judged as (
        select
            *,
            case
                when unread_reason is not null then unread_reason
                when json is null then 'no_json'
                when keys is null then 'no_object'
                when len(keys) > len(list_distinct(keys)) then 'repeated_key'
            end as reason
        from keyed
    )

    select
        file_number,
        line_number,
        case
            when reason is null then list_transform(
                json_extract_string(json, {{ asked }}),
                -- An id that met a null on its way is written as a float.
                lambda value, place: case
                    when value like '%.0' and json_type(json, {{ asked }}[place]) = 'DOUBLE'
                        then left(value, -2)
                    else replace(value, chr(0), '')
                end
            )
        end as fields,
        reason as unread_reason,
        case when reason is not null then text end as line_text
    from judged
    )
{%- endmacro %}
