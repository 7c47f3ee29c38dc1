{#- The records of the CSV files of one dialect, from the lines in text_lines. A record
    goes on over line ends inside quotes, but only where it comes out whole: a quote that
    is never closed would swallow what follows. -#}
{% macro csv_records(group) -%}
    {%- set d, q = sql_literal(group.delimiter), sql_literal(group.quote) -%}
    {%- set field = '(?:Q(?:[^Q]|QQ)*Q|[^DQ\\n][^D\\n]*|)' -%}
    {%- set text = '(?:[^Q]|QQ)*' -%}
    {%- set opening = sql_literal(csv_pattern(
        '(?:' ~ field ~ 'D)*Q' ~ text, group
    )) -%}
    {%- set closing = sql_literal(csv_pattern(
        text ~ 'Q(?:D' ~ field ~ ')*', group
    )) -%}
    {%- set inside = sql_literal(csv_pattern(
        text ~ '(?:Q(?:D' ~ field ~ ')*DQ' ~ text ~ ')?', group
    )) -%}
    (
    with lines as not materialized (
        select
            text_lines.*,
            contains(text_lines.text, {{ q }}) as has_quote
        from text_lines
        inner join text_files
            on text_lines.file_number = text_files.file_number
        where
            text_files.group_number = {{ group.number }}
            and text_lines.line_number > text_files.header_lines
    ),

    -- The few, or not so few, that take more than to be cut at each delimiter. Cells
    -- have their quotes; there are none where the line is not made of cells alone.
    quoted as materialized (
        select
            * exclude (found_cells),
            case when array_to_string(found_cells, {{ d }}) = text then found_cells end
                as cells
        from (
            select
                *,
                case when unread_reason is null then {{ found_cells(group) }} end
                    as found_cells
            from lines
            where has_quote or unread_reason is not null
        ) as found
    ),

    openings as (
        select
            file_number,
            line_number
        from quoted
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
        from quoted
        where
            file_number in (select file_number from openings)
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
            lines.text,
            spanned.line_number > spanned.first_line
            and spanned.line_number < spanned.last_line
            and not {{ is_blank('lines.text') }} as is_between
        from spanned
        left join lines
            on spanned.file_number = lines.file_number
            and spanned.line_number = lines.line_number
    ),

    joined as (
        select
            file_number,
            first_line,
            last_line,
            string_agg(coalesce(text, ''), chr(10) order by line_number) as text,
            count(case when is_between then 1 end) as between_count,
            count(
                case
                    when is_between
                        and len({{ found_cells(group) }}) = {{ group.width }}
                        and array_to_string({{ found_cells(group) }}, {{ d }}) = text
                        then 1
                end
            ) as whole_count
        from filled
        group by file_number, first_line, last_line
    ),

    recelled as (
        select
            *,
            {{ found_cells(group) }} as cells
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

    -- A quote that ends a record may look as if it began another one, which would end
    -- where the next record begins, and so on: of such a chain every other one is true.
    chained as (
        select
            *,
            count(case when is_first then 1 end) over (
                partition by file_number
                order by first_line
                rows between unbounded preceding and current row
            ) as chain_number
        from (
            select
                *,
                coalesce(
                    lag(last_line) over (
                        partition by file_number order by first_line
                    ) < first_line,
                    true
                ) as is_first
            from closed
        ) as followed
    ),

    kept as (
        select *
        from chained
        qualify row_number() over (
            partition by file_number, chain_number order by first_line
        ) % 2 = 1
    ),

    taken as (
        select
            file_number,
            unnest(range(first_line, last_line + 1)) as line_number
        from kept
    ),

    -- A quoted line that another one goes on with is no record of its own.
    records as (
        select
            quoted.file_number,
            quoted.line_number,
            quoted.text,
            quoted.unread_reason,
            quoted.cells
        from quoted
        anti join taken
            on quoted.file_number = taken.file_number
            and quoted.line_number = taken.line_number

        union all

        select
            file_number,
            first_line,
            text,
            null,
            cells
        from kept
    ),

    unquoted as (
        select
            file_number,
            line_number,
            text,
            case
                when unread_reason is not null then unread_reason
                when cells is null then 'open_quote'
                else {{ width_reason(group) }}
            end as reason,
            [
            {%- for place in group.places %}
                case
                    when starts_with(cells[{{ place }}], {{ q }}) then replace(
                        cells[{{ place }}][2:-2],
                        {{ sql_literal(group.quote * 2) }},
                        {{ q }}
                    )
                    else cells[{{ place }}]
                end
                {{- ',' if not loop.last }}
            {%- endfor %}
            ] as fields
        from records

        union all

        select
            file_number,
            line_number,
            text,
            {{ width_reason(group) }} as reason,
            [
            {%- for place in group.places -%}
                cells[{{ place }}]{{ ', ' if not loop.last }}
            {%- endfor -%}
            ] as fields
        from (
            select
                lines.file_number,
                lines.line_number,
                lines.text,
                string_split(lines.text, {{ d }}) as cells
            from lines
            anti join taken
                on lines.file_number = taken.file_number
                and lines.line_number = taken.line_number
            where
                not lines.has_quote
                and lines.unread_reason is null
                and not {{ is_blank('lines.text') }}
        ) as simple
    )

    select
        file_number,
        line_number,
        case when reason is null then fields end as fields,
        reason as unread_reason,
        case when reason is not null then text end as line_text
    from unquoted
    )
{%- endmacro %}

{#- The cells in the column text, with their quotes. Joined they are the text again,
    unless it is not made of cells alone. -#}
{% macro found_cells(group) -%}
    regexp_extract_all(
        {{ sql_literal(group.delimiter) }} || text,
        {{ sql_literal(csv_pattern('D(Q(?:[^Q]|QQ)*Q|[^DQ\\n][^D\\n]*|)', group)) }},
        1
    )
{%- endmacro %}

{#- A regular expression over a CSV file's delimiter, D, and quote, Q. -#}
{% macro csv_pattern(pattern, group) -%}
    {{ return(
        pattern | replace('D', '\x00') | replace('Q', group.quote)
        | replace('\x00', modules.re.escape(group.delimiter))
    ) }}
{%- endmacro %}

{#- Whether a record has more or fewer cells than the header, as a reason. -#}
{% macro width_reason(group) -%}
    case
        when len(cells) > {{ group.width }} then 'too_many_fields'
        when len(cells) < {{ group.width }} then 'too_few_fields'
    end
{%- endmacro %}

{#- Whether a line has nothing but white space. -#}
{% macro is_blank(text) -%}
    trim({{ text }}, E' \t\r\v\f') = ''
{%- endmacro %}
