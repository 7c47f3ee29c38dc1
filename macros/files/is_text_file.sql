{#- Whether an input is text that is read into stg_files__lines: Parquet is not, and a
    relation may be called like a file. -#}
{% macro is_text_file(path) -%}
    {{ return(path is string and is_path(path) and text_ending(path) != '') }}
{%- endmacro %}

{#- The ending that says how a text file is read, and '' where no ending of ours does;
    .gz and .zst are only how it is packed. -#}
{% macro text_ending(path) -%}
    {%- set plain = modules.re.sub('[.](gz|zst)$', '', path | lower) -%}
    {%- set ending = plain.split('.')[-1] -%}
    {%- set endings = ['csv', 'tsv', 'json', 'jsonl', 'ndjson'] -%}
    {{ return(ending if '.' in plain and ending in endings else '') }}
{%- endmacro %}
