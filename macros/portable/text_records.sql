{#- The records of those text files that are new or changed since the last run, as a
    select. Files are read on DuckDB alone: elsewhere there are none. -#}
{% macro text_records() -%}
    {{ adapter.dispatch('text_records', 'footfall')() }}
{%- endmacro %}

{% macro default__text_records() -%}
    {{ return(no_text_records(dbt.type_string())) }}
{%- endmacro %}

{#- No record, in the columns of one. A list of texts has no type that all engines know. -#}
{% macro no_text_records(list_type) -%}
    select
        {%- for column in [
            'source_name', 'input_kind', 'file_path', 'file_version',
        ] %}
            cast(null as {{ dbt.type_string() }}) as {{ column }},
        {%- endfor %}
        cast(null as {{ dbt.type_bigint() }}) as line_number,
        cast(null as {{ dbt.type_string() }}) as dialect,
        cast(null as {{ list_type }}) as fields,
        cast(null as {{ dbt.type_string() }}) as unread_reason,
        cast(null as {{ dbt.type_string() }}) as line_text
    where 1 = 0
{%- endmacro %}

{#- The hook before stg_files__lines that forgets what files said that are gone, have
    changed, or are asked for something else. -#}
{% macro forget_changed_files() -%}
    {{ return(adapter.dispatch('forget_changed_files', 'footfall')()) }}
{%- endmacro %}

{% macro default__forget_changed_files() -%} {%- endmacro %}

{#- The hook after stg_files__lines that stops the run, and undoes the reading, where a
    file has more lines that cannot be read than unread_share_limit. -#}
{% macro assert_lines_read() -%}
    {{ return(adapter.dispatch('assert_lines_read', 'footfall')()) }}
{%- endmacro %}

{% macro default__assert_lines_read() -%} {%- endmacro %}

{#- Stops a run before it writes anything where a source names files that cannot be read
    as it says. -#}
{% macro assert_files() -%}
    {{ return(adapter.dispatch('assert_files', 'footfall')()) }}
{%- endmacro %}

{% macro default__assert_files() -%}
    {%- for source_name in sources() -%}
        {%- for path in source_inputs(source_name).values() if is_path(path) -%}
            {%- do stop_run(
                'source ' ~ source_name ~ ' names the file ' ~ path ~ ', and files'
                ~ ' are read on DuckDB alone: load it and give the name of its table.'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
