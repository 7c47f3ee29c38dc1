{#- Where the lines of text files are stored that earlier runs read; none where there are
    none, or where this engine reads no files. -#}
{% macro stored_lines() -%}
    {%- for node in graph.nodes.values()
        if node.name == 'stg_files__lines' and node.config.materialized == 'incremental' -%}
        {{ return(adapter.get_relation(
            database=node.database, schema=node.schema, identifier=node.alias
        )) }}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}

{#- The same, for a run that adds to them. -#}
{% macro kept_lines() -%}
    {%- if not execute or flags.FULL_REFRESH or model.resource_type == 'unit_test' -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(stored_lines()) }}
{%- endmacro %}
