{#- Reads the lines of a text file into the temporary table text_lines, as texts with
    the numbers that an editor shows, whatever a line is worth. DuckDB's reader of CSV
    is given no delimiter that occurs, no quote and no comment, so that it finds lines
    alone. It leaves lines out and counts on without them, and it eats the letter after
    a lone carriage return: both are found out here. -#}
{% macro read_text_lines(file) -%}
    {%- if file.encoding != 'utf-8' -%}
        {{ return(decode_text_lines(file)) }}
    {%- endif -%}
    {%- set kept = read_as(file, none) -%}
    {%- set whole = run_query(
        line_counts() ~ ' from ' ~ line_reader(file.path, line_end='\\n')
    ).rows[0].values() | map('int') | list -%}
    {%- if is_packed(file.path) and not kept[3] -%}
        {%- do assert_not_cut(file, whole[2] + whole[0]) -%}
    {%- endif -%}
    {#- Where lines end in two ways, a return before a line end counts as a line. -#}
    {%- set may_count_twice = kept[0] == whole[0] and kept[1] < kept[0] -%}
    {%- set is_unsure = kept[1:3] != whole[1:] or may_count_twice
        and (is_packed(file.path) or has_returns(file.path)) -%}
    {%- if is_unsure and not is_packed(file.path) -%}
        {{ return(decode_text_lines(file)) }}
    {%- endif -%}
    {#- There are no bytes to look at. Told of pairs, the reader counts right where no
        return is alone; the next best counts each return as a line. -#}
    {%- if is_unsure and read_as(file, '\\r\\n')[1:3] != whole[1:] -%}
        {%- do read_as(file, '\\n') -%}
    {%- endif -%}
    {%- set rejected = run_query('select count(*) from text_rejects').rows[0][0] -%}
    {%- do run_query(rejected_lines_sql(file) if rejected else
        'insert into text_lines select ' ~ file.number
        ~ ", line_number, coalesce(replace(text, chr(0), ''), ''), null from text_read"
    ) -%}
{%- endmacro %}

{#- Puts the lines of a file into text_lines from its bytes. -#}
{% macro decode_text_lines(file) -%}
    {%- do run_query(
        'insert into text_lines select ' ~ file.number ~ ', * from ('
        ~ decoded_lines(file) ~ ')'
    ) -%}
{%- endmacro %}

{#- Reads the lines into the temporary table text_read: how many there are, and of these
    not empty, how many bytes are in them, and how many were left out. -#}
{% macro read_as(file, line_end) -%}
    {%- do run_query('drop table if exists text_rejects') -%}
    {%- do run_query('drop table if exists text_scans') -%}
    {%- do run_query(
        'create or replace temp table text_read as select row_number() over () as'
        ~ ' line_number, text from '
        ~ line_reader(file.path, keeps_rejects=true, line_end=line_end)
    ) -%}
    {{ return(run_query(
        line_counts() ~ ', (select count(*) from text_rejects) from text_read'
    ).rows[0].values() | map('int') | list) }}
{%- endmacro %}

{% macro line_counts() -%}
    select count(*), count(nullif(text, '')), coalesce(sum(strlen(text)), 0)
{%- endmacro %}

{#- The reader, as something to select text from in the order of the file. -#}
{% macro line_reader(path, keeps_rejects=false, line_end=none) -%}
    {%- set kept = 'text_' if keeps_rejects else 'text_other_' -%}
    read_csv(
        {{ sql_literal(path) }}, auto_detect = false, header = false,
        columns = {'text': 'VARCHAR'}, delim = {{ sql_literal('\x1e\x1f\x1e\x1f') }},
        quote = '', escape = '', comment = '', strict_mode = false,
        max_line_size = 16777216, buffer_size = 33554432, store_rejects = true,
        rejects_table = {{ sql_literal(kept ~ 'rejects') }},
        rejects_scan = {{ sql_literal(kept ~ 'scans') }}
        {%- if line_end %}, new_line = {{ sql_literal(line_end) }} {%- endif %}
    )
{%- endmacro %}

{#- Puts the lines that the reader left out back where they were. -#}
{% macro rejected_lines_sql(file) -%}
    insert into text_lines
    with rejects as (
        select
            line,
            -- Of two signs that ended the line before, the second may stand here.
            ltrim(min(csv_line), E'\r\n') as text,
            min(error_type) as error_type,
            line - row_number() over (order by line) as kept_before
        from text_rejects
        group by line
    ),

    kept as (
        select kept_before, max(rank) as rejects_before
        from (
            select kept_before, row_number() over (order by line) as rank from rejects
        )
        group by kept_before
    )

    select
        {{ file.number }},
        text_read.line_number + coalesce(kept.rejects_before, 0),
        coalesce(replace(text_read.text, chr(0), ''), ''),
        null
    from text_read
    asof left join kept on text_read.line_number > kept.kept_before

    union all

    select
        {{ file.number }},
        line,
        replace(text, chr(0), ''),
        case when error_type = 'LINE SIZE OVER MAXIMUM' then 'too_long'
            else 'not_utf_8' end
    from rejects
{%- endmacro %}

{#- Whether a file has carriage returns. -#}
{% macro has_returns(path) -%}
    {{ return(run_query(
        "select contains(content::varchar, '\\x0D') from read_blob("
        ~ sql_literal(path) ~ ')'
    ).rows[0][0]) }}
{%- endmacro %}

{#- Whether a file is compressed. -#}
{% macro is_packed(path) -%}
    {{ return(path.lower().endswith('.gz') or path.lower().endswith('.zst')) }}
{%- endmacro %}

{#- The reader takes the end of a compressed file for its end wherever it comes. A gzip
    file ends with the size of what is in it, and most zstd files begin with it. -#}
{% macro assert_not_cut(file, size) -%}
    {%- set head, tail, members = run_query(
        'select hex(content[1:18]), hex(content[-4:]), len(string_split(hex(content), '
        ~ "'1F8B08')) - 1 from read_blob(" ~ sql_literal(file.path) ~ ')'
    ).rows[0].values() -%}
    {%- if file.path.lower().endswith('.gz') -%}
        {%- set said = little_endian(tail) -%}
        {%- set difference = (said - size) % 4294967296 -%}
        {%- set is_cut = difference > 4 and difference < 4294967295
            and not (members > 1 and said <= size) -%}
    {%- else -%}
        {%- set form = head[8:10] | int(base=16) -%}
        {%- set is_single = form // 32 % 2 -%}
        {%- set start = 10 + (0 if is_single else 2) + [0, 2, 4, 8][form % 4] -%}
        {%- set bytes = [is_single, 2, 4, 8][form // 64] -%}
        {%- set said = little_endian(head[start:start + 2 * bytes])
            + (256 if bytes == 2 else 0) -%}
        {%- set is_cut = said > size + 4 or (size == 0 and file.size > 20) -%}
    {%- endif -%}
    {%- if is_cut -%}
        {%- do stop_run(
            file.path ~ ' of source ' ~ file.source_name
            ~ ' is cut off, so what it ends with is missing: copy it again.'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- The number in some bytes, given in hex, of which the lowest comes first. -#}
{% macro little_endian(bytes) -%}
    {%- set turned = [] -%}
    {%- for place in range(0, bytes | length, 2) -%}
        {%- do turned.insert(0, bytes[place:place + 2]) -%}
    {%- endfor -%}
    {{ return(turned | join | int(base=16)) }}
{%- endmacro %}

{#- Lines from the bytes themselves, as a select: slower, but in any encoding, and with
    every kind of line end. A blob as text shows what is no plain letter as \xE4. The list
    of lines is made before it is taken apart, which takes a minute otherwise. -#}
{% macro decoded_lines(file, content='content') -%}
    {%- set bytes, cr, lf = content ~ '::varchar', '\\x0D', '\\x0A' -%}
    {%- if file.encoding == 'utf-16' -%}
        {%- set order = '\\1\\2 ' if file.is_big_endian else '\\2\\1 ' -%}
        {%- set bytes = 'regexp_replace(hex(' ~ content ~ "), '(..)(..)', "
            ~ sql_literal(order) ~ ", 'g')" -%}
        {%- set cr, lf = '000D ', '000A ' -%}
    {%- endif -%}
    with contents as materialized (
        select string_split(
            replace(
                replace({{ bytes }}, {{ sql_literal(cr ~ lf) }}, {{ sql_literal(lf) }}),
                {{ sql_literal(cr) }},
                {{ sql_literal(lf) }}
            ),
            {{ sql_literal(lf) }}
        ) as lines
        from read_blob({{ sql_literal(file.path) }})
    ),

    numbered as materialized (
        select
            generate_subscripts(lines, 1) as line_number,
            unnest(lines) as line
        from contents
    ),

    decoded as (
        select
            line_number,
            case when line = '' then '' else {{ decoded_line(file) }} end
                as whole_text,
            {{ undecoded_line(file) }} as any_text,
            {{ byte_count(file) }} >= 16777216 as is_too_long
        from numbered
    )

    select
        line_number,
        replace(
            ltrim(
                left(
                    coalesce(whole_text, any_text),
                    case when is_too_long then 10000 else 16777216 end
                ),
                case when line_number = 1 then {{ sql_literal('\ufeff') }} else '' end
            ),
            chr(0),
            ''
        ) as text,
        case
            when is_too_long then 'too_long'
            when whole_text is null then 'not_utf_8'
        end as unread_reason
    from decoded
{%- endmacro %}

{#- How many bytes a line has, of which each takes more than a letter here. The fast
    reader counts the line's end too, and shows as much of one that is too long. -#}
{% macro byte_count(file) -%}
    {%- if file.encoding == 'utf-16' -%}
        strlen(line) // 5 * 2
    {%- else -%}
        strlen(line) - 3 * (len(string_split(line, '\x')) - 1)
    {%- endif -%}
{%- endmacro %}

{#- A line of bytes as text, null where they are none of the encoding. -#}
{% macro decoded_line(file) -%}
    {%- if file.encoding == 'utf-8' -%}
        try(decode(cast(line as blob)))
    {%- elif file.encoding == 'latin-1' -%}
        array_to_string(list_transform(
            string_split(line, '\x'),
            lambda part, place: case
                when place = 1 then part
                when part[1] in ('8', '9') then {{ windows_letters() }}[
                    cast('0x' || part[1:2] as integer) - 127
                ] || part[3:]
                else chr(cast('0x' || part[1:2] as integer)) || part[3:]
            end
        ), '')
    {%- else -%}
        case when not regexp_matches(
            regexp_replace(line, 'D[89AB].. D[C-F].. ', '', 'g'), '(^| )D[89A-F].. '
        ) then {{ utf_16_line() }} end
    {%- endif -%}
{%- endmacro %}

{#- A line of UTF-16 as text, with a question mark for each half of a letter. -#}
{% macro utf_16_line() -%}
    array_to_string(list_transform(
        regexp_extract_all(line, '(?:00[0-7]. )+|D[89AB].. D[C-F].. |.... '),
        lambda part: case
            when part < '0080' then decode(
                unhex(regexp_replace(part, '00(..) ', '\1', 'g'))
            )
            when length(part) = 10 then chr(
                cast('0x' || part[1:4] as integer) * 1024
                + cast('0x' || part[6:9] as integer) - 56613888
            )
            when part between 'D800' and 'DFFF ' then '?'
            else chr(cast('0x' || part[1:4] as integer))
        end
    ), '')
{%- endmacro %}

{#- The same with a question mark for each byte that is none. -#}
{% macro undecoded_line(file) -%}
    {%- if file.encoding == 'utf-8' -%}
        decode(cast(regexp_replace(line, '\\x[89A-F].', '?', 'g') as blob))
    {%- elif file.encoding == 'utf-16' -%}
        {{ utf_16_line() }}
    {%- else -%}
        ''
    {%- endif -%}
{%- endmacro %}

{#- What Windows has where Latin-1 has control characters, as a list from 128 to 159. -#}
{% macro windows_letters() -%}
    {%- set letters = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ' -%}
    [{{ text_list(letters) }}]
{%- endmacro %}
