{#- Stops a run before it writes anything where a source names files that are not there,
    are not what they are called, or lack what the settings read. -#}
{% macro duckdb__assert_files() -%}
    {%- for source_name, entry in sources().items() -%}
        {%- for input_kind, path in source_inputs(source_name).items()
            if is_path(path) and (
                input_meta(entry, input_kind).get('is_needed', true)
                or is_there(path)
            ) -%}
            {%- do assert_path(source_name, input_kind, path) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for listed in text_files() if listed.is_new -%}
        {%- set file = looked_at(listed) -%}
        {%- if text_ending(file.path) in ['csv', 'tsv'] and is_small(file) -%}
            {%- set head = run_query(
                decoded_lines(file, 'content[1:65536]') ~ ' order by line_number limit 50'
            ) -%}
            {%- set dialect = csv_dialect(file, head.rows) -%}
            {%- if dialect is not none -%} {%- do csv_places(file, dialect) -%} {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- Whether a file is one of which the first bytes can be had: DuckDB reads a file whole
    for them, and unpacks none. -#}
{% macro is_small(file) -%}
    {{ return(file.size <= 500000000 and not is_packed(file.path)) }}
{%- endmacro %}

{#- Stops the run where a path cannot be one of files that are read. -#}
{% macro assert_path(source_name, input_kind, path) -%}
    {%- set named = 'source ' ~ source_name ~ ' names ' ~ path ~ ' as its ' ~ input_kind -%}
    {%- set scheme = modules.re.match('([a-z0-9]+)://', path) -%}
    {%- if scheme and scheme[1] != 'file' -%}
        {%- set extension = 'azure' if scheme[1] in ['az', 'azure', 'abfss'] else 'httpfs' -%}
        {%- set installed = run_query(
            "select count(*) from duckdb_extensions() where installed and extension_name"
            ~ ' = ' ~ sql_literal(extension)
        ).rows[0][0] -%}
        {%- if not installed -%}
            {%- do stop_run(
                named ~ ", which DuckDB's extension " ~ extension ~ ' reads, and it is not'
                ~ ' installed here: run python -c "import duckdb; duckdb.sql('
                ~ "'install " ~ extension ~ "')" ~ '", or copy the files here.'
            ) -%}
        {%- endif -%}
    {%- endif -%}
    {%- set files = run_query(
        'select file from glob(' ~ sql_literal(path) ~ ')'
    ).columns[0].values() | list if not scheme else [path] -%}
    {%- if not files -%}
        {%- set inside = run_query(
            'select count(*) from glob(' ~ sql_literal(path.rstrip('/') ~ '/*') ~ ')'
        ).rows[0][0] -%}
        {%- do stop_run(
            named ~ (', which is a folder: name the files in it, such as '
                ~ path.rstrip('/') ~ '/*.csv.' if inside
                else ', where there is no file to read.')
        ) -%}
    {%- endif -%}
    {%- for file in ([path] + files) | unique
        if not (text_ending(file) or file.lower().endswith('.parquet')) -%}
        {%- do stop_run(
            named ~ (', and ' ~ file if file != path else '')
            ~ ', but what files are read as follows from their ending, which must be'
            ~ ' .csv, .tsv, .json, .jsonl, .ndjson, .log (each also with .gz or .zst) or'
            ~ ' .parquet.'
        ) -%}
    {%- endfor -%}
    {%- if path.lower().endswith('.parquet') and not scheme -%}
        {%- set wrong = run_query(
            "select filename, hex(content[1:4]) from read_blob(" ~ sql_literal(path)
            ~ ") where size < 20000000 and (size < 12 or content[1:4] <> 'PAR1'::blob"
            ~ " or content[-4:] <> 'PAR1'::blob) order by filename limit 1"
        ) -%}
        {%- for file, head in wrong.rows -%}
            {%- do stop_run(
                named ~ (', and ' ~ file if file != path else '') ~ (
                    ', which is cut off: copy it again.' if head == '50415231'
                    else ', which is no Parquet file: give it the name of what it is.'
                )
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
