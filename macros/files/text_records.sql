{#- Reads the lines of new files into a temporary table, looks at how each file is
    written, and gives the select of their records: one part per way of writing, since
    a thousand daily files are mostly written alike. -#}
{% macro duckdb__text_records() -%}
    {%- if not reads_text_files() -%} {{ return(no_text_records('varchar[]')) }} {%- endif -%}
    {%- do run_query(
        'create or replace temp table text_lines (file_number integer, line_number'
        ~ ' bigint, text varchar, unread_reason varchar)'
    ) -%}
    {%- set files = text_files() -%}
    {%- set groups = {} -%}
    {%- for listed in files if listed.is_new -%}
        {%- set file = looked_at(listed) -%}
        {%- do read_text_lines(file) -%}
        {%- set dialect = text_dialect(file) -%}
        {%- if dialect is not none -%}
            {%- set key = tojson([
                dialect.kind, dialect.get('delimiter'), dialect.get('quote'),
                dialect.names | length, dialect.get('places'), dialect.get('paths'),
            ]) -%}
            {%- if key not in groups -%}
                {%- do groups.update({key: dict(
                    dialect, number=groups | length + 1, width=dialect.names | length
                )}) -%}
            {%- endif -%}
            {%- do listed.update(
                dialect, group_number=groups[key].number
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do assert_keys_found(files) -%}
    {%- do store_text_files(files) -%}
    {%- if not groups -%} {{ return(no_text_records('varchar[]')) }} {%- endif %}
    select
        text_files.source_name,
        text_files.input_kind,
        text_files.file_path,
        text_files.file_version,
        cast(records.line_number as bigint) as line_number,
        text_files.dialect,
        records.fields,
        records.unread_reason,
        records.line_text
    from (
        {%- for group in groups.values() %}
        {{ csv_records(group) if group.kind == 'csv' else log_records(group)
            if group.kind == 'log' else json_records(group) }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as records
    inner join text_files
        on records.file_number = text_files.file_number
{%- endmacro %}

{#- Whether this run reads files, in a model or a hook: dbt renders a model also to show
    its SQL. -#}
{% macro reads_text_files() -%}
    {{ return(
        execute and not flags.EMPTY and flags.WHICH in ['run', 'build']
        and model.resource_type in ['model', 'operation']
    ) }}
{%- endmacro %}

{#- How a file is written, from its lines: none where it has none. -#}
{% macro text_dialect(file) -%}
    {%- set head = run_query(
        'select line_number, text, unread_reason from text_lines where file_number = '
        ~ file.number ~ ' order by line_number limit 50'
    ).rows -%}
    {%- if text_ending(file.path) in ['csv', 'tsv'] -%}
        {%- set dialect = csv_dialect(file, head) -%}
        {%- if dialect is not none -%}
            {%- do dialect.update({'places': csv_places(file, dialect)}) -%}
        {%- endif -%}
        {{ return(dialect) }}
    {%- endif -%}
    {{ return(
        log_dialect(file) if text_ending(file.path) == 'log' else json_dialect(file, head)
    ) }}
{%- endmacro %}

{#- Whether a JSON file has an object on each line or is one document, and where in the
    objects the asked fields are. -#}
{% macro json_dialect(file, head) -%}
    {%- set first = (head | map(attribute=1) | map('trim') | select | list + [''])[0] -%}
    {%- if not first -%} {{ return(none) }} {%- endif -%}
    {%- set is_document = first.startswith('[') -%}
    {%- set lines = 'select line_number, text from text_lines where file_number = '
        ~ file.number -%}
    {%- set whole = '(select string_agg(text, chr(10) order by line_number) as text'
        ~ ' from (' ~ lines ~ '))' -%}
    {%- set is_line = run_query(
        'select json_valid(' ~ sql_literal(first) ~ ')'
    ).rows[0][0] -%}
    {%- if first.startswith('{') and not is_line -%}
        {%- set is_document = run_query(
            'select json_valid(text) from ' ~ whole
        ).rows[0][0] -%}
    {%- endif -%}
    {%- set objects = 'select text::json as json from text_lines where (case when'
        ~ " json_valid(text) then json_type(text) end) = 'OBJECT' and file_number = "
        ~ file.number -%}
    {%- if is_document -%}
        {%- set objects = 'select json from (select unnest(case when not json_valid(text)'
            ~ " then [] when json_type(text) = 'ARRAY' then json_extract(text, '$[*]')"
            ~ ' else [text::json] end) as json from ' ~ whole
            ~ ") where json_type(json) = 'OBJECT'" -%}
    {%- endif -%}
    {%- set found = json_paths(file, objects) -%}
    {{ return({
        'kind': 'json',
        'names': [],
        'is_document': is_document,
        'header_lines': 0,
        'objects': objects,
        'paths': found.paths,
        'missing': found.missing,
        'dialect': ('json document, ' if is_document else 'json lines, ')
            ~ file.encoding,
    }) }}
{%- endmacro %}

{#- Stops the run where no object of a source's JSON files has an asked field. One that
    some of them lack is null there. -#}
{% macro assert_keys_found(files) -%}
    {%- for file in files if file.get('missing') -%}
        {%- for field in file.missing if field not in file.optional -%}
            {%- set others = [] -%}
            {%- for other in files
                if other.source_name == file.source_name
                and other.input_kind == file.input_kind
                and field not in other.get('missing', [])
                and (other.paths or not other.is_new) -%}
                {%- do others.append(other) -%}
            {%- endfor -%}
            {%- if not others -%}
                {%- set keys = json_keys_at(file.objects, '$') -%}
                {%- if keys -%}
                {%- do stop_run(
                    file.path ~ ' of source ' ~ file.source_name
                    ~ " has no object with the key '" ~ field ~ "'; the keys are "
                    ~ keys[:30] | join(', ') ~ '.'
                ) -%}
                {%- endif -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- The files of now as a temporary table, which tells the model and the hooks around it
    the same of them. -#}
{% macro store_text_files(files) -%}
    {%- do run_query(
        'create or replace temp table text_files (file_number integer, group_number'
        ~ ' integer, source_name varchar, input_kind varchar, file_path varchar,'
        ~ ' file_version varchar, is_new boolean, header_lines bigint, is_document'
        ~ ' boolean, dialect varchar)'
    ) -%}
    {%- for batch in files | batch(500) -%}
        {%- set rows = [] -%}
        {%- for file in batch -%}
            {%- do rows.append('(' ~ [
                file.number,
                file.group_number or 'null',
                sql_literal(file.source_name),
                sql_literal(file.input_kind),
                sql_literal(file.path),
                sql_literal(file.version),
                file.is_new,
                file.header_lines or 0,
                file.is_document or false,
                sql_literal(file.dialect or ''),
            ] | join(', ') ~ ')') -%}
        {%- endfor -%}
        {%- do run_query('insert into text_files values ' ~ rows | join(', ')) -%}
    {%- endfor -%}
{%- endmacro %}

{% macro duckdb__forget_changed_files() -%}
    {%- if reads_text_files() and kept_lines() is not none -%}
        {#- Whatever is made of it may be another now: the log compares all of its source. -#}
        {%- set exchanged = {} -%}
        {%- for source_name in run_query(
            'select distinct source_name from ' ~ this
            ~ ' where file_version not in (select file_version from text_files)'
        ).columns[0].values() -%}
            {%- do exchanged.update({'exchanged ' ~ source_name: 'yes'}) -%}
            {%- do increment().states.update({
                'exchanged ' ~ source_name:
                    {'definition': 'yes', 'filled_number': 0, 'taken_number': 0}
            }) -%}
        {%- endfor -%}
        {%- if exchanged -%} {{ state_rows(exchanged) }}; {%- endif -%}
        delete from {{ this }}
        where file_version not in (select file_version from text_files)
    {%- endif -%}
{%- endmacro %}
