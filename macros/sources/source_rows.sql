{#- What a source delivers, as something to select from: its events, or its spend. dbt
    knows of a ref or source alone where a model calls them; elsewhere is_in_model is
    false. -#}
{% macro source_rows(name, kind='events', is_in_model=true) -%}
    {%- set place = sources()[name][kind] -%}
    {%- set called = project_names(place) -%}
    {%- if called and is_in_model -%}
        {{ ref(*called[1:]) if called[0] == 'ref' else source(*called[1:]) }}
    {%- elif called -%} {{ project_node(place).relation_name }}
    {%- elif is_text_file(place) -%}
        {%- set lines = ref('stg_files__lines') if is_in_model
            else relation_named('stg_files__lines') -%}
        ({{ text_rows(name, kind, lines or no_lines()) }})
    {%- elif is_path(place) -%} {{ parquet_rows(place) }}
    {%- else -%} {{ place }}
    {%- endif -%}
{%- endmacro %}

{#- What stands for the lines of files while no build has read any. -#}
{% macro no_lines() -%}
    ({{ no_text_records('varchar[]') }}) as no_lines
{%- endmacro %}

{#- [ref or source, its names], none where a place is no such call. -#}
{% macro project_names(place) -%}
    {%- set name = "\\s*['\"]([^'\"]+)['\"]\\s*" -%}
    {%- set called = modules.re.fullmatch(
        '\\s*(ref|source)\\(' ~ name ~ '(?:,' ~ name ~ ')?\\)\\s*', place
    ) -%}
    {{ return(called.groups() | select('string') | list if called else none) }}
{%- endmacro %}

{#- The model, seed or table that a ref or source means; none where there is none. -#}
{% macro project_node(place) -%}
    {%- set called = project_names(place) -%}
    {%- set nodes = graph.nodes if called[0] == 'ref' else graph.sources -%}
    {%- for node in nodes.values()
        if node.name == called[-1]
        and (called | length == 2 or called[1] in [
            node.get('source_name'), node.package_name,
        ]) -%}
        {{ return(node) }}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}
