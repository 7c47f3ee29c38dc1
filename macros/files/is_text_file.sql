{#- Whether an input is text that is read into stg_files__lines: Parquet is not, and a
    relation may be called like a file. -#}
{% macro is_text_file(path) -%}
    {{ return(path is string and is_path(path) and text_ending(path) != '') }}
{%- endmacro %}

{#- The ending that says how a text file is read, and '' where no ending of ours does;
    .gz and .zst are only how it is packed, and what stands behind .log says which of a
    rotated log's files it is. -#}
{% macro text_ending(path) -%}
    {%- set plain = modules.re.sub('[.](gz|zst)$', '', path | lower) -%}
    {%- set name = plain.replace('\\', '/').split('/')[-1] -%}
    {%- if modules.re.search('([.]log|^access_log)[-.*?0-9]*$', name) -%}
        {{ return('log') }}
    {%- endif -%}
    {%- set ending = name.split('.')[-1] -%}
    {%- set endings = ['csv', 'tsv', 'json', 'jsonl', 'ndjson'] -%}
    {{ return(ending if '.' in name and ending in endings else '') }}
{%- endmacro %}
