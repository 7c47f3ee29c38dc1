{#- The text files of all sources, each with its version: a hash of what it is (path,
    size, time of its last change) and of what is asked of it. Nothing is opened. -#}
{% macro text_files() -%}
    {%- set files = [] -%}
    {%- set held = kept_lines() -%}
    {%- set read = [] -%}
    {%- if held is not none -%}
        {%- do read.extend(
            run_query('select distinct file_version from ' ~ held).columns[0].values()
        ) -%}
    {%- endif -%}
    {%- for source_name, entry in sources().items() -%}
        {%- for input_kind, path in source_inputs(source_name).items()
            if is_text_file(path) -%}
            {%- set fields = asked_fields(source_name, input_kind) -%}
            {%- set meta = input_meta(entry, input_kind) -%}
            {%- set encoding = encoding_name(entry.get('encoding') or 'utf-8') -%}
            {%- set found = run_query(
                'select filename, size, epoch_us(last_modified) from read_blob('
                ~ sql_literal(path) ~ ') order by filename'
            ) -%}
            {%- for name, size, changed_at in found.rows -%}
                {%- set version = local_md5(tojson([
                    text_reader_version(), source_name, input_kind, name,
                    size | int, changed_at | int, fields, encoding,
                ])) -%}
                {%- do files.append({
                    'number': files | length + 1,
                    'source_name': source_name,
                    'input_kind': input_kind,
                    'path': name[2:]
                        if name.startswith('./') and not path.startswith('./') else name,
                    'size': size | int,
                    'version': version,
                    'fields': fields,
                    'optional': meta.get('columns', {})
                        | reject('in', meta.get('needs', [])) | list,
                    'encoding': encoding,
                    'is_new': version not in read,
                }) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(files) }}
{%- endmacro %}

{#- Raised whenever the same bytes are read into other rows than before, so that all
    files are read again. -#}
{% macro text_reader_version() -%}
    {{ return(1) }}
{%- endmacro %}

{#- An encoding by the one name that is used here. -#}
{% macro encoding_name(said) -%}
    {{ return({
        'utf8': 'utf-8', 'utf16': 'utf-16', 'latin1': 'latin-1',
        'iso-8859-1': 'latin-1', 'windows-1252': 'latin-1', 'cp1252': 'latin-1',
    }.get(said | lower, said | lower)) }}
{%- endmacro %}
