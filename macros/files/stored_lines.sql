{#- Where the lines of text files are stored that earlier runs read; none where there are
    none, or where this engine reads no files. -#}
{% macro stored_lines() -%}
    {%- set node = lines_node() -%}
    {{ return(
        adapter.get_relation(
            database=node.database, schema=node.schema, identifier=node.alias
        ) if node else none
    ) }}
{%- endmacro %}

{#- The same, for a run that adds to them. -#}
{% macro kept_lines() -%}
    {%- set node = lines_node()
        if execute and model.resource_type != 'unit_test' else none -%}
    {{ return(stored_lines() if node and not is_refreshed(node) else none) }}
{%- endmacro %}

{#- Their model, where it keeps what it read. -#}
{% macro lines_node() -%}
    {%- set node = graph.get('nodes', {}).get('model.footfall.stg_files__lines') -%}
    {{ return(node if node and node.config.materialized == 'incremental' else none) }}
{%- endmacro %}
