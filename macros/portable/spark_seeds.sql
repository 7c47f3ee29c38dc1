{#- dbt's own two, which its seeds ask for: found here first by seeds of ours, wherever this
    is a package, as cast is. Elsewhere than on Spark they are dbt's. -#}
{% macro load_csv_rows(model, agate_table) -%}
    {{ return(adapter.dispatch('loaded_rows', 'footfall')(model, agate_table)) }}
{%- endmacro %}

{% macro default__loaded_rows(model, agate_table) -%}
    {{ return(dbt.load_csv_rows(model, agate_table)) }}
{%- endmacro %}

{% macro spark__loaded_rows(model, agate_table) -%}
    {{ return(spark__load_csv_rows(model, agate_table)) }}
{%- endmacro %}

{% macro create_csv_table(model, agate_table) -%}
    {{ return(adapter.dispatch('made_table', 'footfall')(model, agate_table)) }}
{%- endmacro %}

{% macro default__made_table(model, agate_table) -%}
    {{ return(dbt.create_csv_table(model, agate_table)) }}
{%- endmacro %}

{% macro spark__made_table(model, agate_table) -%}
    {{ return(spark__create_csv_table(model, agate_table)) }}
{%- endmacro %}

{#- dbt-spark's way to load seeds writes null as the word None and cuts times to
    milliseconds, and knows no type text. Here rows travel as one literal of JSON per
    batch, in which null is null and every value the text it was in the file. -#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set fields = [] -%}
    {%- set casts = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- set type = types.get(name, adapter.convert_type(agate_table, loop.index0)) -%}
        {%- do fields.append('`' ~ name ~ '` string') -%}
        {%- do casts.append(cast('`' ~ name ~ '`', type) ~ ' as `' ~ name ~ '`') -%}
    {%- endfor -%}
    {%- for batch in agate_table.rows | batch(dbt.get_batch_size()) -%}
        {%- set rows = [] -%}
        {%- for row in batch -%}
            {%- set texts = {} -%}
            {%- for name in agate_table.column_names if row[name] is not none -%}
                {%- do texts.update({name: row[name] | string}) -%}
            {%- endfor -%}
            {#- An empty line is no row. -#}
            {%- if texts -%} {%- do rows.append(texts) -%} {%- endif -%}
        {%- endfor -%}
        {%- set sql -%}
            insert into {{ this }}
            select {{ casts | join(', ') }}
            from (
                select inline(from_json(
                    {{ sql_literal(tojson(rows)) }},
                    {{ sql_literal('array<struct<' ~ fields | join(', ') ~ '>>') }}
                ))
            )
        {%- endset -%}
        {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {%- endfor -%}
    {{ return('select 1') }}
{%- endmacro %}

{% macro spark__create_csv_table(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set columns = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- set type = types.get(name, adapter.convert_type(agate_table, loop.index0)) -%}
        {%- do columns.append('`' ~ name ~ '` ' ~ spark_type(type)) -%}
    {%- endfor -%}
    {%- call statement('_') -%}
        create table {{ this }} ({{ columns | join(', ') }})
        {{ file_format_clause() }}
        {{ comment_clause() }}
    {%- endcall -%}
    {{ return('select 1') }}
{%- endmacro %}
