{#- How a CSV file is written, from its header alone: what a sample says of a file is
    wrong from the first line that differs. `head` are its first lines, in order: number,
    text, and why it cannot be read. None where it has no line at all. -#}
{% macro csv_dialect(file, head) -%}
    {%- set state = {'skipped': 0, 'delimiter': none, 'header': none} -%}
    {%- for line_number, line, unread_reason in head
        if state.header is none or state.is_open -%}
        {%- set text = line or '' -%}
        {%- set stated = modules.re.fullmatch('"?sep=(.)"?\\s*', text, modules.re.I) -%}
        {%- do state.update({'skipped': line_number | int}) -%}
        {%- if state.header is none and state.delimiter is none and stated -%}
            {%- do state.update({'delimiter': stated[1]}) -%}
        {%- elif state.header is not none or text.strip() -%}
            {%- if unread_reason -%}
                {%- do stop_run(
                    'the header of ' ~ file.path ~ ' is not of the encoding '
                    ~ file.encoding ~ ': give source ' ~ file.source_name
                    ~ ' encoding: latin-1, or save the file as UTF-8.'
                ) -%}
            {%- endif -%}
            {%- set header = text if state.header is none
                else state.header ~ '\n' ~ text -%}
            {%- do state.update({
                'header': header, 'is_open': header.count('"') % 2 == 1
            }) -%}
            {%- if loop.index >= 20 and state.is_open -%}
                {%- do state.update({'is_open': false}) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set header = state.header -%}
    {%- if header is none -%} {{ return(none) }} {%- endif -%}
    {%- set apostrophes = "\\s*'([^']|'')*'(\\s*[,;\\t|]\\s*'([^']|'')*')*\\s*" -%}
    {%- set quote = "'" if modules.re.fullmatch(apostrophes, header) else '"' -%}
    {%- set bare = modules.re.sub(
        quote ~ '[^' ~ quote ~ ']*' ~ quote, '', header
    ) -%}
    {%- set candidates = [',', ';', '\t', '|'] -%}
    {%- if text_ending(file.path) == 'tsv' -%}
        {%- set candidates = ['\t', ',', ';', '|'] -%}
    {%- endif -%}
    {%- set best = {'count': 0, 'delimiter': state.delimiter or candidates[0]} -%}
    {%- for candidate in candidates if state.delimiter is none -%}
        {%- if bare.count(candidate) > best['count'] -%}
            {%- do best.update(
                {'count': bare.count(candidate), 'delimiter': candidate}
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set delimiter = best.delimiter -%}
    {%- set d = modules.re.escape(delimiter) -%}
    {#- A tab is white space, but not where it stands between names. -#}
    {%- set field = 'D(?:BQ((?:[^Q]|QQ)*)QB(?=D|$)|([^D]*))'
        | replace('B', '(?:(?!D)\\s)*') | replace('D', '\x00')
        | replace('Q', quote) | replace('\x00', d) -%}
    {%- set names = [] -%}
    {%- set seen = [] -%}
    {%- for quoted, plain in modules.re.findall(field, delimiter ~ header) -%}
        {%- set name = (quoted.replace(quote ~ quote, quote) or plain).strip() -%}
        {%- set name = name or 'column' ~ loop.index0 -%}
        {%- set counted = [name] -%}
        {%- for number in range(1, 1000)
            if counted[0].lower() in seen and not counted[1:] -%}
            {%- if (name ~ '_' ~ number).lower() not in seen -%}
                {%- do counted.append(name ~ '_' ~ number) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do names.append(counted[-1]) -%}
        {%- do seen.append(counted[-1].lower()) -%}
    {%- endfor -%}
    {{ return({
        'kind': 'csv',
        'delimiter': delimiter,
        'quote': quote,
        'names': names,
        'header_lines': state.skipped,
        'dialect': 'csv, delimiter '
            ~ ('tab' if delimiter == '\t' else '"' ~ delimiter ~ '"')
            ~ ', quote ' ~ quote ~ ', ' ~ file.encoding,
    }) }}
{%- endmacro %}

{#- Where in a record of a CSV file each asked field stands, counted from 1. Stops the
    run where one does not. -#}
{% macro csv_places(file, dialect) -%}
    {%- set names = dialect.names | map('lower') | list -%}
    {%- set places = [] -%}
    {%- for parts in file.fields -%}
        {%- set name = parts | join('.') -%}
        {%- if name.lower() not in names and name not in file.optional -%}
            {%- do stop_run(
                file.path ~ ' of source ' ~ file.source_name ~ " has no column '" ~ name
                ~ "'; its columns are " ~ dialect.names | join(', ') ~ '.'
            ) -%}
        {%- endif -%}
        {#- There is no cell 0, so that what a file may lack is null. -#}
        {%- do places.append(
            names.index(name.lower()) + 1 if name.lower() in names else 0
        ) -%}
    {%- endfor -%}
    {{ return(places) }}
{%- endmacro %}
