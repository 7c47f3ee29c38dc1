{#- Whether an input is a file or glob, not a relation: a schema may be called "csv",
    so an ending counts only on a name that is one. -#}
{% macro is_path(name) -%}
    {%- set endings = ['parquet', 'csv', 'tsv', 'json', 'jsonl', 'ndjson', 'log'] -%}
    {%- set plain = name | lower | replace('.gz', '') | replace('.zst', '') -%}
    {{ return(
        '/' in name or '*' in name or '\\' in name or plain.split('.')[-1] in endings
    ) }}
{%- endmacro %}
