{#- Parquet files as something to select from. A column that is of one type in this file
    and of another in that is text, made so file by file: DuckDB would first make whole
    numbers of them floats, in which long ids lose their last digits. -#}
{% macro parquet_rows(path, names_files=false) -%}
    {%- set literal = sql_literal(path) -%}
    {%- set options = ', union_by_name = true' ~ (
        ", filename = 'source_file'" if names_files else ''
    ) ~ ')' -%}
    {%- set mixed = run_query(
        "select lower(name) from parquet_schema(" ~ literal ~ ") where duckdb_type is not"
        ~ " null group by lower(name) having count(distinct duckdb_type) > 1"
    ).columns[0].values() | list if execute else [] -%}
    {%- if not mixed -%}
        {{ return('read_parquet(' ~ literal ~ options) }}
    {%- endif -%}
    {%- set files_of = {} -%}
    {%- for row in run_query('select file from glob(' ~ literal ~ ') order by file').rows -%}
        {%- set file = sql_literal(row[0]) -%}
        {%- set shape = [] -%}
        {%- for column in run_query(
            'describe select * from read_parquet(' ~ file ~ ')'
        ).rows if column[0] | lower in mixed -%}
            {%- do shape.append((column[0], column[1])) -%}
        {%- endfor -%}
        {%- do files_of.setdefault(shape | string, [shape, []])[1].append(file) -%}
    {%- endfor -%}
    {%- set parts = [] -%}
    {%- for shape, files in files_of.values() -%}
        {%- set texts = [] -%}
        {%- for name, _ in shape -%}
            {%- set column = quoted_name(name) -%}
            {%- do texts.append(text_of(column) ~ ' as ' ~ column) -%}
        {%- endfor -%}
        {%- do parts.append(
            'select *' ~ (' replace (' ~ texts | join(', ') ~ ')' if texts else '')
            ~ ' from read_parquet([' ~ files | join(', ') ~ ']' ~ options
        ) -%}
    {%- endfor -%}
    {{ return('(' ~ parts | join(' union all by name ') ~ ')') }}
{%- endmacro %}
