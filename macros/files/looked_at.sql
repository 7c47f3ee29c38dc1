{#- A text file with what its first and last bytes say: how it is encoded, where a byte
    order mark tells, and whether it is what it is called. Stops the run where not. -#}
{% macro looked_at(file) -%}
    {%- set looked = dict(file) -%}
    {%- if file.size > 500000000 -%} {{ return(looked) }} {%- endif -%}
    {%- set head = run_query(
        'select hex(content[1:400]) from read_blob(' ~ sql_literal(file.path) ~ ')'
    ).rows[0][0] or '' -%}
    {%- set packings = {'.gz': ['1F8B', 'gzip'], '.zst': ['28B52FFD', 'zstd']} -%}
    {%- for ending, packing in packings.items()
        if file.path.lower().endswith(ending) and not head.startswith(packing[0]) -%}
        {%- do stop_run(
            file.path ~ ' ends in ' ~ ending ~ ', but is no ' ~ packing[1]
            ~ ' file: give it the name of what it is.'
        ) -%}
    {%- endfor -%}
    {%- set others = {
        '50415231': 'a Parquet file', '504B0304': 'a spreadsheet or another zip file',
        '1F8B': 'a gzip file', '28B52FFD': 'a zstd file',
    } -%}
    {%- for magic, name in others.items()
        if head.startswith(magic) and not is_packed(file.path) -%}
        {%- do stop_run(
            file.path ~ ' is ' ~ name ~ ', not text as its ending says: give it the name'
            ~ ' of what it is, or export it as CSV.'
        ) -%}
    {%- endfor -%}
    {%- set encodings = ['utf-8', 'utf-16', 'latin-1'] -%}
    {%- if file.encoding not in encodings -%}
        {%- do stop_run(
            'the encoding of source ' ~ file.source_name ~ " is '" ~ file.encoding
            ~ "', but must be one of " ~ encodings | join(', ') ~ '.'
        ) -%}
    {%- endif -%}
    {%- set bytes = modules.re.findall('..', head) -%}
    {%- if head.startswith('FFFE') or head.startswith('FEFF') -%}
        {%- do looked.update(
            {'encoding': 'utf-16', 'is_big_endian': head.startswith('FEFF')}
        ) -%}
    {%- elif head.startswith('EFBBBF') -%}
        {%- do looked.update({'encoding': 'utf-8'}) -%}
    {%- elif not is_packed(file.path) -%}
        {%- set nul_count = bytes.count('00') -%}
        {%- if file.encoding != 'utf-16' and nul_count * 5 > bytes | length -%}
            {%- do stop_run(
                file.path ~ ' looks like UTF-16: give source ' ~ file.source_name
                ~ ' encoding: utf-16, or save the file as UTF-8.'
            ) -%}
        {%- elif file.encoding == 'utf-16' and bytes and not nul_count
            and bytes | select('lt', '80') | list == bytes -%}
            {%- do stop_run(
                file.path ~ ' is no UTF-16: leave out the encoding of source '
                ~ file.source_name ~ '.'
            ) -%}
        {%- endif -%}
    {%- endif -%}
    {%- if looked.encoding != 'utf-8' and is_packed(file.path) -%}
        {%- do stop_run(
            file.path ~ ' is compressed and is not UTF-8, and both at once are not read:'
            ~ ' decompress it.'
        ) -%}
    {%- endif -%}
    {{ return(looked) }}
{%- endmacro %}
