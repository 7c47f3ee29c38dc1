{#- A path or glob as something to select from: the reader follows from the ending.
    All-text CSV, since a column whose sample looks like a number may hold a word. -#}
{% macro read_files(path) -%}
    {{ adapter.dispatch('read_files', 'footfall')(path) }}
{%- endmacro %}

{% macro default__read_files(path) -%}
    {{ exceptions.raise_compiler_error(
        "footfall: '" ~ path ~ "' is a file, and files are read on DuckDB alone: load"
        ~ " it and give the name of its table."
    ) }}
{%- endmacro %}

{% macro duckdb__read_files(path) -%}
    {%- set literal = "'" ~ path | replace("'", "''") ~ "'" -%}
    {%- set ending = path | lower | replace('.gz', '') | replace('.zst', '') -%}
    {%- if ending.endswith('.csv') or ending.endswith('.tsv') -%}
        read_csv({{ literal }}, header = true, all_varchar = true, union_by_name = true)
    {%- elif ending.endswith('.json') or ending.endswith('.jsonl')
        or ending.endswith('.ndjson') -%}
        read_json({{ literal }}, union_by_name = true)
    {%- else -%}
        {{ parquet_rows(path) }}
    {%- endif -%}
{%- endmacro %}
