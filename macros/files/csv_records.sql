{#- The records of the CSV files of one dialect, from the lines in text_lines. A record
    goes on over line ends inside quotes, but only where it comes out whole: a quote that
    is never closed would swallow what follows. -#}
{% macro csv_records(group) -%}
    {%- set d, q = sql_literal(group.delimiter), sql_literal(group.quote) -%}
    {%- set de = modules.re.escape(group.delimiter) -%}
    {%- set field = '(?:Q(?:[^Q]|QQ)*Q|[^DQ\\n][^D\\n]*|)' -%}
    {%- set cell = 'D(Q(?:[^Q]|QQ)*Q|[^DQ\\n][^D\\n]*|)' -%}
    {%- set opening = '(?:' ~ field ~ 'D)*Q(?:[^Q]|QQ)*' -%}
    {%- set closing = '(?:[^Q]|QQ)*Q(?:D' ~ field ~ ')*' -%}
    {%- set inside = '(?:[^Q]|QQ)*(?:Q(?:D' ~ field ~ ')*DQ(?:[^Q]|QQ)*)?' -%}
    {%- set patterns = [] -%}
    {%- for pattern in [cell, opening, closing, inside] -%}
        {%- do patterns.append(sql_literal(
            pattern | replace('D', '\x00') | replace('Q', group.quote)
            | replace('\x00', de)
        )) -%}
    {%- endfor -%}
    {%- set cell, opening, closing, inside = patterns -%}
    (
    with lines as (
        select
            text_lines.*,
            trim(text_lines.text, E' \t\r\v\f') = '' as is_blank,
            contains(text_lines.text, {{ q }}) as has_quote
        from text_lines
        inner join text_files
            on text_lines.file_number = text_files.file_number
        where
            text_files.group_number = {{ group.number }}
            and text_lines.line_number > text_files.header_lines
    ),

    -- Cells with their quotes; none where the line is not made of cells alone.
    split as (
        select
            *,
            case
                when unread_reason is not null then null
                when not has_quote then string_split(text, {{ d }})
                else regexp_extract_all({{ d }} || text, {{ cell }}, 1)
            end as found_cells
        from lines
    ),

    celled as (
        select
            * exclude (found_cells),
            case
                when not has_quote or array_to_string(found_cells, {{ d }}) = text
                    then found_cells
            end as cells
        from split
    ),

    openings as (
        select
            file_number,
            line_number
        from celled
        where
            cells is null
            and unread_reason is null
            and regexp_full_match(text, {{ opening }})
    ),

    -- Where a text that was begun on an earlier line ends, or cannot go on.
    turns as (
        select
            file_number,
            line_number,
            coalesce(regexp_full_match(text, {{ closing }}), false)
                and unread_reason is null as is_end
        from celled
        where
            file_number in (select file_number from openings)
            and (has_quote or unread_reason is not null)
            and (
                unread_reason is not null
                or regexp_full_match(text, {{ closing }})
                or not regexp_full_match(text, {{ inside }})
            )
    ),

    spans as (
        select
            openings.file_number,
            openings.line_number as first_line,
            turns.line_number as last_line,
            turns.is_end
        from openings
        asof inner join turns
            on openings.file_number = turns.file_number
            and openings.line_number < turns.line_number
    ),

    spanned as (
        select
            file_number,
            first_line,
            last_line,
            unnest(range(first_line, last_line + 1)) as line_number
        from spans
        where is_end
    ),

    filled as (
        select
            spanned.*,
            celled.text,
            celled.cells,
            not celled.is_blank
            and spanned.line_number > spanned.first_line
            and spanned.line_number < spanned.last_line as is_between
        from spanned
        left join celled
            on spanned.file_number = celled.file_number
            and spanned.line_number = celled.line_number
    ),

    joined as (
        select
            file_number,
            first_line,
            last_line,
            string_agg(coalesce(text, ''), chr(10) order by line_number) as text,
            count(case when is_between then 1 end) as between_count,
            count(case when is_between and len(cells) = {{ group.width }} then 1 end)
                as whole_count
        from filled
        group by file_number, first_line, last_line
    ),

    recelled as (
        select
            *,
            regexp_extract_all({{ d }} || text, {{ cell }}, 1) as cells
        from joined
    ),

    closed as (
        select *
        from recelled
        where
            len(cells) = {{ group.width }}
            and array_to_string(cells, {{ d }}) = text
            and (between_count = 0 or whole_count < between_count)
        qualify row_number() over (
            partition by file_number, last_line order by first_line
        ) = 1
    ),

    kept as (
        select closed.*
        from closed
        where not exists (
            select 1
            from closed as others
            where
                others.file_number = closed.file_number
                and others.last_line = closed.first_line
        )
    ),

    taken as (
        select
            file_number,
            unnest(range(first_line, last_line + 1)) as line_number
        from kept
    ),

    records as (
        select
            celled.file_number,
            celled.line_number,
            celled.text,
            celled.unread_reason,
            celled.cells
        from celled
        anti join taken
            on celled.file_number = taken.file_number
            and celled.line_number = taken.line_number
        where not celled.is_blank

        union all

        select
            file_number,
            first_line,
            text,
            null,
            cells
        from kept
    ),

    judged as (
        select
            *,
            case
                when unread_reason is not null then unread_reason
                when cells is null then 'open_quote'
                when len(cells) > {{ group.width }} then 'too_many_fields'
                when len(cells) < {{ group.width }} then 'too_few_fields'
            end as reason
        from records
    )

    select
        file_number,
        line_number,
        case when reason is null then cast([
        {%- for place in group.places %}
            {%- set value = 'cells[' ~ place ~ ']' %}
            case
                when starts_with({{ value }}, {{ q }}) then replace(
                    {{ value }}[2:-2],
                    {{ sql_literal(group.quote * 2) }},
                    {{ q }}
                )
                else {{ value }}
            end
            {{- ',' if not loop.last }}
        {%- endfor %}
        ] as varchar[]) end as fields,
        reason as unread_reason,
        case when reason is not null then text end as line_text
    from judged
    )
{%- endmacro %}
