{#- The files at a path, each with a mark that is another where the file is: its size, the
    time of its last change and, of Parquet, what its footer says. Nothing else is opened.
    A time is known to the second, so a file of the last two seconds may change once more
    without a sign, and its mark says no more than that. Empty where the engine reads no
    files. -#}
{% macro file_marks(path) -%}
    {{ return(adapter.dispatch('file_marks', 'footfall')(path)) }}
{%- endmacro %}

{% macro default__file_marks(path) -%}
    {{ return({}) }}
{%- endmacro %}

{% macro duckdb__file_marks(path) -%}
    {%- set literal = sql_literal(path) -%}
    {%- set query -%}
        select
            {{ "files.filename" if path.startswith('./') or not is_text_file(path)
                else "regexp_replace(files.filename, '^[.]/', '')" }} as file_name,
            case
                when files.last_modified <= now() - interval 2 second
                    then concat_ws(
                        ' ', files.size, epoch_us(files.last_modified)
                        {{- '' if is_text_file(path)
                            else ', footers.num_rows, footers.footer_size' }}
                    )
                else 'may change'
            end as file_mark
        from read_blob({{ literal }}) as files
        {%- if not is_text_file(path) %}
        left join parquet_file_metadata({{ literal }}) as footers
            on files.filename = footers.file_name
        {%- endif %}
        order by files.filename
    {%- endset -%}
    {%- set marks = {} -%}
    {%- for name, mark in run_query(query).rows -%}
        {%- do marks.update({name: mark}) -%}
    {%- endfor -%}
    {{ return(marks) }}
{%- endmacro %}

{#- Lets this connection's next statements read no other files of a source than these, or
    all again, where files are none. An engine that reads no files is never asked. -#}
{% macro ask_for_files(name, files) -%}
    {{ return(adapter.dispatch('ask_for_files', 'footfall')(name, files)) }}
{%- endmacro %}

{% macro default__ask_for_files(name, files) -%}
{%- endmacro %}

{% macro duckdb__ask_for_files(name, files) -%}
    {%- set variable = quoted_name('footfall files of ' ~ name) -%}
    {%- do run_query(
        'reset variable ' ~ variable if files is none
        else 'set variable ' ~ variable ~ ' = [' ~ text_list(files) ~ ']::varchar[]'
    ) -%}
{%- endmacro %}

{#- Whether a row is of a file that is asked for: each is, where nobody asks. -#}
{% macro is_of_asked_file(name, column) -%}
    {{ return(adapter.dispatch('is_of_asked_file', 'footfall')(name, column)) }}
{%- endmacro %}

{% macro default__is_of_asked_file(name, column) -%}
    {{ return('true') }}
{%- endmacro %}

{% macro duckdb__is_of_asked_file(name, column) -%}
    {%- set asked = 'getvariable(' ~ sql_literal('footfall files of ' ~ name) ~ ')' -%}
    {{ return(
        '(' ~ asked ~ ' is null or list_contains(' ~ asked ~ ', ' ~ column ~ '))'
    ) }}
{%- endmacro %}
