{#- What the staging model of a preset's events says of it in its YAML: of the model, such
    as the inputs that it reads. Nothing where dbt shows no other model: while it parses,
    and in unit tests. -#}
{% macro preset_meta(preset, key) -%}
    {%- set node = preset_model(preset) -%}
    {{ return((node.config.meta if node else {}).get(key) or {}) }}
{%- endmacro %}

{#- And of its columns: column that a map can fill -> expression over the shape. -#}
{% macro preset_map(preset) -%}
    {%- set node = preset_model(preset) -%}
    {#- Which is no column of the contract, and stands beside them. -#}
    {%- set offset = preset_meta(preset, 'clock_offset_ms') -%}
    {%- set map = {'clock_offset_ms': offset} if offset else {} -%}
    {%- for column in (node.columns.values() if node else []) -%}
        {%- set origin = origin_of(column) -%}
        {%- if origin -%} {%- do map.update({column.name: origin}) -%} {%- endif -%}
    {%- endfor -%}
    {{ return(map) }}
{%- endmacro %}

{#- Where a column of a preset comes from, empty where it is said nowhere. -#}
{% macro origin_of(column) -%}
    {{ return(column.get('config', {}).get('meta', {}).get('origin', '') | string) }}
{%- endmacro %}

{#- Here or in the project that has this one as a package. Looked up, since it is asked
    for hundreds of times in a run. -#}
{% macro preset_model(preset) -%}
    {%- set nodes = graph.get('nodes', {}) -%}
    {%- set name = '.stg_' ~ preset ~ '__events' -%}
    {{ return(
        nodes.get('model.footfall' ~ name) or nodes.get('model.' ~ project_name ~ name)
    ) }}
{%- endmacro %}
